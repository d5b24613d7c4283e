<?php
/**
 * Reads an order at sending time, exactly as REST v3 would show it.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use Automattic\WooCommerce\Caches\OrderCache;
use Throwable;
use WC_Order;
use WC_REST_Orders_Controller;
use WP_REST_Request;

defined( 'ABSPATH' ) || exit;

/**
 * Works in both storages: orders are reached through wc_get_order() only.
 */
final class Order_Reader implements Order_Source {

	/**
	 * The user in whose name orders are shown.
	 *
	 * @var int
	 */
	private int $user_id;

	/**
	 * Reads in somebody's name.
	 *
	 * @param int $user_id The one who connected the bridge: extensions may show fields by rights, and nobody is logged in at checkout.
	 */
	public function __construct( int $user_id ) {
		$this->user_id = $user_id;
	}

	/** {@inheritDoc} */
	public function read( int $order_id ): Order_Snapshot {
		$this->forget( $order_id );
		$order = wc_get_order( $order_id );
		if ( ! $order ) {
			return new Order_Snapshot( false, true );
		}
		if ( ! $order instanceof WC_Order || 'shop_order' !== $order->get_type() ) {
			return new Order_Snapshot( true, false );
		}
		if ( in_array( $order->get_status(), Order_Listener::DRAFTS, true ) ) {
			return new Order_Snapshot( true, false );
		}
		try {
			return new Order_Snapshot( true, true, $this->show( $order ) );
		} catch ( Throwable $error ) {
			// Some extension cannot show this order here; its id is enough, the bridge then reads it by REST.
			Journal::error( sprintf( 'Order %d cannot be shown and goes as its id: %s', $order_id, get_class( $error ) ) );
			return new Order_Snapshot( true, true );
		}
	}

	/**
	 * The order as GET /wc/v3/orders/ID answers it.
	 *
	 * @param WC_Order $order Order.
	 * @return array<string, mixed>
	 */
	private function show( WC_Order $order ): array {
		$before = get_current_user_id();
		wp_set_current_user( $this->user_id ); // As WooCommerce's own webhooks do.
		try {
			$server   = rest_get_server(); // Loads the fields that extensions add to REST.
			$request  = new WP_REST_Request( 'GET', '/wc/v3/orders/' . $order->get_id() );
			$response = ( new WC_REST_Orders_Controller() )->prepare_object_for_response( $order, $request );
			return (array) $server->response_to_data( $response, false );
		} finally {
			wp_set_current_user( $before );
		}
	}

	/**
	 * Forgets objects of this request that may be older than the database.
	 *
	 * @param int $order_id Order id.
	 */
	private function forget( int $order_id ): void {
		if ( function_exists( 'wc_get_container' ) && class_exists( OrderCache::class ) ) {
			wc_get_container()->get( OrderCache::class )->remove( $order_id );
		}
	}
}
