<?php
/**
 * A shop of objects with WooCommerce's controllers of REST, for the reader.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

/** What the database holds: orders by id, refunds, who is logged in. */
$GLOBALS['orders']  = array();
$GLOBALS['refunds'] = array();
$GLOBALS['user']    = 0;

function wc_get_order( int $order_id ) {
	return $GLOBALS['orders'][ $order_id ] ?? false;
}

function wc_get_orders( array $query ): array {
	$wanted = fn( $refund ) => 'shop_order_refund' === $query['type'] && $refund->get_parent_id() === $query['parent'];
	return array_slice( array_values( array_filter( $GLOBALS['refunds'], $wanted ) ), 0, $query['limit'] < 0 ? null : $query['limit'] );
}

function get_current_user_id(): int {
	return $GLOBALS['user'];
}

function wp_set_current_user( int $user_id ): void {
	$GLOBALS['user'] = $user_id;
}

function rest_get_server(): WP_REST_Server {
	return new WP_REST_Server();
}

/**
 * Turns an answer into plain data.
 */
class WP_REST_Server {
	public function response_to_data( WP_REST_Response $response, bool $embed ): array {
		return $response->data;
	}
}

/**
 * An answer.
 */
class WP_REST_Response {
	public array $data;

	public function __construct( array $data ) {
		$this->data = $data;
	}

	public function get_data(): array {
		return $this->data;
	}
}

/**
 * A call.
 */
class WP_REST_Request {
	public string $route;
	private array $parameters = array();
	private array $headers    = array();
	private string $body      = '';

	public function __construct( string $method, string $route ) {
		$this->route = $route;
	}

	public function set_param( string $name, $value ): void {
		$this->parameters[ $name ] = $value;
	}

	public function get_param( string $name ) {
		return $this->parameters[ $name ] ?? null;
	}

	public function set_header( string $name, string $value ): void {
		$this->headers[ strtolower( $name ) ] = $value;
	}

	public function get_header( string $name ) {
		return $this->headers[ strtolower( $name ) ] ?? null;
	}

	public function set_body( string $body ): void {
		$this->body = $body;
	}

	public function get_body(): string {
		return $this->body;
	}
}

/**
 * Shows orders, to those who may see them.
 */
class WC_REST_Orders_Controller {
	public function prepare_object_for_response( $order, $request ) {
		return new WP_REST_Response(
			array(
				'id'    => $order->get_id(),
				'route' => $request->route,
				'user'  => get_current_user_id(),
			)
		);
	}
}

/**
 * Shows refunds; refuses one of another order, as WooCommerce does.
 */
class WC_REST_Order_Refunds_Controller {
	public function prepare_object_for_response( $refund, $request ) {
		if ( $request->get_param( 'order_id' ) !== $refund->get_parent_id() ) {
			return new WP_Error( 'woocommerce_rest_invalid_order_refund_id', 'Invalid order refund ID.' );
		}
		return new WP_REST_Response(
			array(
				'id'    => $refund->get_id(),
				'route' => $request->route,
				'user'  => get_current_user_id(),
			)
		);
	}
}
