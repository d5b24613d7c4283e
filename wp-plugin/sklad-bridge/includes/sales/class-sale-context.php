<?php
/**
 * Knows for which order WooCommerce is moving stock at this moment.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use WC_Abstract_Order;
use WC_Order_Item;

defined( 'ABSPATH' ) || exit;

/**
 * WooCommerce does not say it where the stock moves, but asks a filter at the start of each of the four ways in which orders move stock.
 *
 * Arguments of hooks have no types here on purpose: whatever a plugin passes must not raise a TypeError at checkout.
 */
final class Sale_Context {

	/**
	 * Orders that are moving stock, the innermost last: the order, and the only products it may be about (null: any).
	 *
	 * @var array<int, array{order: int, only: int[]|null}>
	 */
	private array $open = array();

	/**
	 * An order takes or gives back the stock of all its lines, or a refund does.
	 *
	 * @param mixed $allowed What the filter says so far; when not true, WooCommerce moves nothing.
	 * @param mixed $order   Order.
	 */
	public function open( $allowed, $order = null ): void {
		$this->drop_lines();
		if ( $allowed && $order instanceof WC_Abstract_Order ) {
			$this->open[] = array(
				'order' => $order->get_id(),
				'only'  => null,
			);
		}
	}

	/**
	 * One line was changed by hand or by REST. WooCommerce moves the stock of its product once, or finds that nothing changed and tells nobody.
	 *
	 * @param mixed $prevented What the filter says so far; when true, WooCommerce moves nothing.
	 * @param mixed $line      Line.
	 */
	public function open_line( $prevented, $line = null ): void {
		$this->drop_lines();
		if ( ! $prevented && $line instanceof WC_Order_Item && is_callable( array( $line, 'get_product_id' ) ) ) {
			$this->open[] = array(
				'order' => $line->get_order_id(),
				'only'  => array( $line->get_product_id(), $line->get_variation_id() ),
			);
		}
	}

	/**
	 * An order is done with moving stock.
	 *
	 * @param mixed $order Order, or its id.
	 */
	public function close( $order = null ): void {
		$order_id   = $order instanceof WC_Abstract_Order ? $order->get_id() : (int) $order;
		$this->open = array_values( array_filter( $this->open, fn( $one ) => $one['order'] !== $order_id ) );
	}

	/**
	 * An order was saved: what was asked about its lines is over.
	 */
	public function drop_lines(): void {
		$this->open = array_values( array_filter( $this->open, fn( $one ) => null === $one['only'] ) );
	}

	/**
	 * The order for which the stock of this item moves; 0 for none.
	 *
	 * @param int $item Product or variation that keeps the stock.
	 */
	public function order_of( int $item ): int {
		foreach ( array_reverse( $this->open ) as $one ) {
			if ( null === $one['only'] ) {
				return $one['order'];
			}
			if ( in_array( $item, $one['only'], true ) ) {
				$this->drop_lines();
				return $one['order'];
			}
		}
		return 0;
	}
}
