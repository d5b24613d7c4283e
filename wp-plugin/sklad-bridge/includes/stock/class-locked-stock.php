<?php
/**
 * What is known of an item while its stock is locked.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Amounts are ten-thousandths (see Quantity).
 */
final class Locked_Stock {

	/**
	 * Stock as the site holds it.
	 *
	 * @var int
	 */
	public int $quantity;

	/**
	 * What was taken by sales after the one asked for.
	 *
	 * @var int
	 */
	public int $sold;

	/**
	 * Number of the last sale in the stock, 0 for none.
	 *
	 * @var int
	 */
	public int $sale;

	/**
	 * Revision that was accepted last, 0 for none.
	 *
	 * @var int
	 */
	public int $revision;

	/**
	 * An item under lock.
	 *
	 * @param int $quantity Stock as the site holds it.
	 * @param int $sold     What was taken by sales after the one asked for.
	 * @param int $sale     Number of the last sale in the stock.
	 * @param int $revision Revision that was accepted last.
	 */
	public function __construct( int $quantity, int $sold, int $sale, int $revision ) {
		$this->quantity = $quantity;
		$this->sold     = $sold;
		$this->sale     = $sale;
		$this->revision = $revision;
	}
}
