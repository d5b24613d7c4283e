<?php
/**
 * The journal of sales in memory, with the same rules as the table.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use Sklad_Bridge\Quantity;
use Sklad_Bridge\Sales_Journal;

/**
 * SalesJournalTest holds both to these rules.
 */
final class Memory_Sales_Journal implements Sales_Journal {

	/**
	 * Rows by number.
	 *
	 * @var array<int, array<string, mixed>>
	 */
	public array $rows = array();

	private int $last_number = 0;

	public function begin( int $item, int $order_id, string $quantity, int $now ): int {
		$this->rows[ ++$this->last_number ] = array(
			'number'   => $this->last_number,
			'item'     => $item,
			'order_id' => $order_id,
			'quantity' => $quantity,
			'at'       => $now,
			'done'     => false,
		);
		return $this->last_number;
	}

	public function finish( int $number ): void {
		$this->rows[ $number ]['done'] = true;
	}

	public function of_order( int $order_id ): array {
		$mine = array_filter( $this->rows, fn( $row ) => $order_id === $row['order_id'] );
		return array_values( array_map( fn( $row ) => array_diff_key( $row, array_flip( array( 'order_id', 'done' ) ) ), $mine ) );
	}

	public function last_of( int $item ): int {
		$mine = array_filter( $this->rows, fn( $row ) => $item === $row['item'] );
		return $mine ? max( array_keys( $mine ) ) : 0;
	}

	public function last(): int {
		return $this->rows ? max( array_keys( $this->rows ) ) : 0;
	}

	public function purge( int $before ): void {
		$last       = $this->last();
		$this->rows = array_filter( $this->rows, fn( $row ) => $row['at'] >= $before || $last === $row['number'] );
	}

	/**
	 * Ten-thousandths taken from an item by sales after a number, from a time on.
	 */
	public function sold( int $item, int $after, int $since ): int {
		$later = array_filter( $this->rows, fn( $row ) => $item === $row['item'] && $row['number'] > $after && $row['at'] >= $since );
		return array_sum( array_map( fn( $row ) => Quantity::read( $row['quantity'] ), $later ) );
	}

	/**
	 * A sale of this item is under way.
	 */
	public function pending( int $item, int $since ): bool {
		return (bool) array_filter( $this->rows, fn( $row ) => $item === $row['item'] && ! $row['done'] && $row['at'] >= $since );
	}
}
