<?php
/**
 * Writes every movement of stock by an order into the journal, before it happens.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * So nobody who holds the lock of a stock row can miss a sale: either its row is in the journal already, or the stock has not moved yet.
 */
final class Sale_Listener {

	/**
	 * The order that moves stock now.
	 *
	 * @var Sale_Context
	 */
	private Sale_Context $context;

	/**
	 * Journal.
	 *
	 * @var Sales_Journal
	 */
	private Sales_Journal $journal;

	/**
	 * Settings.
	 *
	 * @var Settings
	 */
	private Settings $settings;

	/**
	 * Item => number of the movement that is under way.
	 *
	 * @var array<int, int>
	 */
	private array $moving = array();

	/**
	 * A listener.
	 *
	 * @param Sale_Context  $context  The order that moves stock now.
	 * @param Sales_Journal $journal  Journal.
	 * @param Settings      $settings Settings.
	 */
	public function __construct( Sale_Context $context, Sales_Journal $journal, Settings $settings ) {
		$this->context  = $context;
		$this->journal  = $journal;
		$this->settings = $settings;
	}

	/**
	 * WooCommerce is about to change the stock of an item.
	 *
	 * @param mixed $sql       Its statement.
	 * @param mixed $item      Product or variation that keeps the stock.
	 * @param mixed $new_stock The number that WooCommerce expects after it; it was computed without a lock and is not believed.
	 * @param mixed $operation increase, decrease or set.
	 */
	public function before_move( $sql, $item = 0, $new_stock = 0, $operation = '' ): void {
		if ( ! in_array( $operation, array( 'increase', 'decrease' ), true ) || ! $this->settings->ready() ) {
			return;
		}
		$item     = (int) $item;
		$order_id = $this->context->order_of( $item );
		if ( 0 === $order_id ) {
			return;
		}
		$taken = -self::change( (string) $sql, $item, $new_stock );
		if ( 0 !== $taken ) {
			$this->moving[ $item ] = $this->journal->begin( $item, $order_id, Quantity::text( $taken ), time() );
		}
	}

	/**
	 * WooCommerce has changed the stock of an item.
	 *
	 * @param mixed $item Product or variation that keeps the stock.
	 */
	public function after_move( $item = 0 ): void {
		$number = $this->moving[ (int) $item ] ?? 0;
		if ( $number > 0 ) {
			unset( $this->moving[ (int) $item ] );
			$this->journal->finish( $number );
		}
	}

	/**
	 * By how much a statement changes the stock, in ten-thousandths.
	 *
	 * @param string $sql       Statement: `UPDATE ... SET meta_value = meta_value -2.000000 WHERE ...`.
	 * @param int    $item      Product or variation that keeps the stock.
	 * @param mixed  $new_stock The number after it, for a statement that an extension has rewritten.
	 */
	private static function change( string $sql, int $item, $new_stock ): int {
		if ( preg_match( '/meta_value\s*=\s*meta_value\s*([+-]\s*\d+(?:\.\d+)?)/', $sql, $found ) ) {
			return Quantity::read( $found[1] );
		}
		return Quantity::read( (string) $new_stock ) - Quantity::read( (string) get_post_meta( $item, '_stock', true ) );
	}
}
