<?php
/**
 * The shapes of WooCommerce's classes that hooks hand over.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

/**
 * Orders and refunds have this in common.
 */
abstract class WC_Abstract_Order {
	public function get_id() {
		return 0;
	}

	public function get_status( $context = 'view' ) {
		return '';
	}

	public function get_parent_id( $context = 'view' ) {
		return 0;
	}

	abstract public function get_type();
}

/**
 * An order.
 */
class WC_Order extends WC_Abstract_Order {
	public function get_type() {
		return 'shop_order';
	}
}

/**
 * A refund.
 */
class WC_Order_Refund extends WC_Abstract_Order {
	public function get_type() {
		return 'shop_order_refund';
	}
}
