<?php
/**
 * "Send again" on the order screen.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * A link with a nonce of its own for each order; leads back to the order.
 */
final class Order_Actions {

	public const SEND = 'sklad_bridge_send_order';

	/**
	 * States.
	 *
	 * @var Order_States
	 */
	private Order_States $states;

	/**
	 * Queue.
	 *
	 * @var Event_Queue
	 */
	private Event_Queue $queue;

	/**
	 * Gate.
	 *
	 * @var Gate
	 */
	private Gate $gate;

	/**
	 * The action.
	 *
	 * @param Order_States $states States.
	 * @param Event_Queue  $queue  Queue.
	 * @param Gate         $gate   Gate.
	 */
	public function __construct( Order_States $states, Event_Queue $queue, Gate $gate ) {
		$this->states = $states;
		$this->queue  = $queue;
		$this->gate   = $gate;
	}

	/**
	 * Link of the button.
	 *
	 * @param int $order_id Order id.
	 */
	public static function link( int $order_id ): string {
		return wp_nonce_url( admin_url( 'admin-post.php?action=' . self::SEND . "&order=$order_id" ), self::SEND . $order_id );
	}

	/**
	 * Answers admin-post.php.
	 */
	public function handle(): void {
		$order_id = isset( $_REQUEST['order'] ) ? absint( wp_unslash( $_REQUEST['order'] ) ) : 0;
		check_admin_referer( self::SEND . $order_id );
		$order = wc_get_order( $order_id );
		// As WooCommerce's own order screen asks.
		if ( ! $order || ! ( current_user_can( 'edit_shop_order', $order_id ) || current_user_can( 'manage_woocommerce' ) ) ) {
			wp_die( esc_html__( 'You may not change this order.', 'sklad-bridge' ), 403 );
		}
		set_transient( Admin_Actions::RESULT . get_current_user_id(), $this->send( $order_id, time() ), MINUTE_IN_SECONDS );
		wp_safe_redirect( $order->get_edit_order_url() );
		exit;
	}

	/**
	 * Sends an order: to the bridge as it is now, and from there to MoySklad.
	 *
	 * @param int $order_id Order id.
	 * @param int $now      Unix seconds.
	 * @return array{ok: bool, text: string} Result in words.
	 */
	public function send( int $order_id, int $now ): array {
		if ( ! $this->states->available() ) {
			return self::result( false, __( 'This shop is not connected with a bridge.', 'sklad-bridge' ) );
		}
		$this->queue->add( array( $order_id => Event::CHANGED ), $now );
		$this->gate->pause( 0 );
		$this->gate->plan( $now, $now );
		switch ( $this->states->send_again( $order_id ) ) {
			case 'queued':
			case 'unknown':
				return self::result( true, __( 'The order is being sent to MoySklad.', 'sklad-bridge' ) );
			case 'not_sent':
				return self::result( true, __( 'The bridge has been told. By the shop’s settings orders in this status are not sent to MoySklad.', 'sklad-bridge' ) );
			case 'removed':
				return self::result( false, __( 'The document was removed in MoySklad. Open the order in the bridge and decide there what becomes of it.', 'sklad-bridge' ) );
			default:
				return self::result( false, __( 'The bridge does not answer just now. Nothing is lost: the order is sent as soon as it does.', 'sklad-bridge' ) );
		}
	}

	/**
	 * A result.
	 *
	 * @param bool   $ok   It went well.
	 * @param string $text Sentence.
	 * @return array{ok: bool, text: string}
	 */
	private static function result( bool $ok, string $text ): array {
		return array(
			'ok'   => $ok,
			'text' => $text,
		);
	}
}
