<?php
/**
 * Reads an order and its refunds at sending time, exactly as REST v3 would show them.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use Automattic\WooCommerce\Caches\OrderCache;
use RuntimeException;
use Throwable;
use WC_Order;
use WC_Order_Refund;
use WC_REST_Order_Refunds_Controller;
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
			return $this->show( $order );
		} catch ( Throwable $error ) {
			// Some extension cannot show this order here; its id is enough, the bridge then reads it by REST.
			Journal::error( sprintf( 'Order %d cannot be shown and goes as its id: %s', $order_id, get_class( $error ) ) );
			return new Order_Snapshot( true, true );
		}
	}

	/**
	 * The order as GET /wc/v3/orders/ID answers it, with what GET /wc/v3/orders/ID/refunds answers.
	 *
	 * @param WC_Order $order Order.
	 */
	private function show( WC_Order $order ): Order_Snapshot {
		$before = get_current_user_id();
		wp_set_current_user( $this->user_id ); // As WooCommerce's own webhooks do.
		try {
			$request = new WP_REST_Request( 'GET', '/wc/v3/orders/' . $order->get_id() );
			$data    = self::rendered( new WC_REST_Orders_Controller(), $order, $request );
			$refunds = array();
			foreach ( $this->refunds( $order->get_id() ) as $refund ) {
				$request = new WP_REST_Request( 'GET', '/wc/v3/orders/' . $order->get_id() . '/refunds/' . $refund->get_id() );
				$request->set_param( 'order_id', $order->get_id() );
				$refunds[] = self::rendered( new WC_REST_Order_Refunds_Controller(), $refund, $request );
			}
			return new Order_Snapshot( true, true, $data, $refunds );
		} finally {
			wp_set_current_user( $before );
		}
	}

	/**
	 * The refunds of an order, the newest first. Asked from the database: what the order object remembers may be older.
	 *
	 * @param int $order_id Order id.
	 * @return WC_Order_Refund[]
	 */
	private function refunds( int $order_id ): array {
		$found = wc_get_orders(
			array(
				'type'   => 'shop_order_refund',
				'parent' => $order_id,
				'limit'  => -1,
			)
		);
		usort( $found, fn( $one, $other ) => $other->get_id() <=> $one->get_id() );
		return $found;
	}

	/**
	 * One object as WooCommerce's own controller of REST shows it.
	 *
	 * @param WC_REST_Orders_Controller|WC_REST_Order_Refunds_Controller $controller Its controller.
	 * @param WC_Order|WC_Order_Refund                                   $item       Order or refund.
	 * @param WP_REST_Request                                            $request    The call that would ask for it.
	 * @return array<string, mixed>
	 * @throws RuntimeException When it cannot be shown.
	 */
	private static function rendered( $controller, $item, WP_REST_Request $request ): array {
		$server   = rest_get_server(); // Loads the fields that extensions add to REST.
		$response = $controller->prepare_object_for_response( $item, $request );
		if ( is_wp_error( $response ) ) {
			throw new RuntimeException( $response->get_error_message() );
		}
		return (array) $server->response_to_data( $response, false );
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
