<?php
/**
 * What the journal of sales can do; the table of this site is one way, the tests keep it in memory.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * A sale is one movement of the stock of one item by an order: a quantity above zero was taken, one below zero given back.
 *
 * Rows are only added. Numbers rise and are never used twice; some may be missing. Times are Unix seconds.
 */
interface Sales_Journal {

	/**
	 * Notes a movement that is about to happen.
	 *
	 * @param int    $item     Product or variation that keeps the stock.
	 * @param int    $order_id Order.
	 * @param string $quantity Decimal number.
	 * @param int    $now      Now.
	 * @return int Its number.
	 */
	public function begin( int $item, int $order_id, string $quantity, int $now ): int;

	/**
	 * Notes that a movement has happened.
	 *
	 * @param int $number Its number.
	 */
	public function finish( int $number ): void;

	/**
	 * All movements by an order, the oldest first.
	 *
	 * @param int $order_id Order.
	 * @return array<int, array{number: int, item: int, quantity: string, at: int}>
	 */
	public function of_order( int $order_id ): array;

	/**
	 * The highest number of an item, 0 for none.
	 *
	 * @param int $item Product or variation that keeps the stock.
	 */
	public function last_of( int $item ): int;

	/**
	 * The highest number of all, 0 for none.
	 */
	public function last(): int;

	/**
	 * Forgets rows that are too old; the newest one stays, so that numbers go on from it.
	 *
	 * @param int $before Rows made before this time.
	 */
	public function purge( int $before ): void;
}
