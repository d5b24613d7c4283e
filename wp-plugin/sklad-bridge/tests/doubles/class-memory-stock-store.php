<?php
/**
 * Stock in memory, with the same rules as the site's database.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use LogicException;
use Sklad_Bridge\Locked_Stock;
use Sklad_Bridge\Quantity;
use Sklad_Bridge\Stock_Store;

/**
 * Complains when a lock is taken twice, or written into without.
 */
final class Memory_Stock_Store implements Stock_Store {

	/**
	 * Somebody else holds the lock.
	 *
	 * @var bool
	 */
	public bool $held = false;

	/**
	 * The item that is locked, 0 for none.
	 *
	 * @var int
	 */
	public int $locked = 0;

	private Memory_Sales_Journal $sales;

	/**
	 * Revision by item.
	 *
	 * @var array<int, int>
	 */
	private array $revisions = array();

	public function __construct( Memory_Sales_Journal $sales ) {
		$this->sales = $sales;
	}

	public function lock( int $item, int $after, int $since, int $pending_since ): ?Locked_Stock {
		if ( $this->locked ) {
			throw new LogicException( 'Locked already.' );
		}
		if ( $this->held || $this->sales->pending( $item, $pending_since ) ) {
			return null;
		}
		$this->locked = $item;
		return new Locked_Stock(
			Quantity::read( $GLOBALS['products'][ $item ]->stock ),
			$this->sales->sold( $item, $after, $since ),
			$this->sales->last_of( $item ),
			$this->revisions[ $item ] ?? 0
		);
	}

	public function keep( int $item, ?int $quantity, int $revision, int $now ): void {
		if ( $item !== $this->locked ) {
			throw new LogicException( 'Not locked.' );
		}
		if ( null !== $quantity ) {
			$GLOBALS['products'][ $item ]->stock = Quantity::text( $quantity );
		}
		$this->revisions[ $item ] = $revision;
		$this->release();
	}

	public function release(): void {
		$this->locked = 0;
	}

	public function forget_revisions(): void {
		$this->revisions = array();
	}
}
