<?php
/**
 * How one number of stock is locked, read and written; the site's database is one way, the tests keep it in memory.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * While an item is locked no sale can change its stock, so the lock is held for a few short statements only.
 */
interface Stock_Store {

	/**
	 * Locks the stock of an item and reads what belongs to it.
	 *
	 * @param int $item          Product or variation that keeps the stock.
	 * @param int $after         Sales with higher numbers are summed up.
	 * @param int $since         And of these only those from this Unix time on.
	 * @param int $pending_since A sale that began at this Unix time or later, and has not ended, is under way.
	 * @return Locked_Stock|null Null, and nothing locked, while a sale is under way or somebody else holds the lock.
	 */
	public function lock( int $item, int $after, int $since, int $pending_since ): ?Locked_Stock;

	/**
	 * Writes into the locked item, and unlocks it.
	 *
	 * @param int      $item     Product or variation that keeps the stock.
	 * @param int|null $quantity New stock in ten-thousandths, null to leave it.
	 * @param int      $revision Revision that was accepted.
	 * @param int      $now      Unix seconds.
	 */
	public function keep( int $item, ?int $quantity, int $revision, int $now ): void;

	/**
	 * Unlocks without writing.
	 */
	public function release(): void;

	/**
	 * Forgets all revisions: another bridge counts anew.
	 */
	public function forget_revisions(): void;
}
