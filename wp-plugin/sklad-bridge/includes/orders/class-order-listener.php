<?php
/**
 * Collects the ids of the orders that changed in this request; nothing is read or written before `shutdown`.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use WC_Abstract_Order;
use WP_Post;

defined( 'ABSPATH' ) || exit;

/**
 * Nearly every change fires several hooks, and the objects they carry may be stale: one set of ids makes one event each.
 *
 * Arguments of hooks have no types here on purpose: whatever a plugin passes must not raise a TypeError at checkout.
 */
final class Order_Listener {

	/** Orders that nobody has placed yet. */
	public const DRAFTS = array( 'checkout-draft', 'auto-draft', 'draft', 'wc-checkout-draft' );

	/** A long script (an import) hands over its ids at this many, and does not wait for its end. */
	public const BATCH = 500;

	/**
	 * Order id => kind of event.
	 *
	 * @var array<int, string>
	 */
	private array $found = array();

	/**
	 * An order was created or saved.
	 *
	 * @param mixed $order_id Order id.
	 * @param mixed $order    The order as the hook has it; only its being a draft is believed.
	 */
	public function saved( $order_id, $order = null ): void {
		if ( $order instanceof WC_Abstract_Order && in_array( $order->get_status(), self::DRAFTS, true ) ) {
			return;
		}
		$this->add( $order_id );
	}

	/**
	 * Something happened to an order; the hook gives its id first.
	 *
	 * @param mixed $order_id Order id.
	 */
	public function touched( $order_id ): void {
		$this->add( $order_id );
	}

	/**
	 * A hook that gives the order itself.
	 *
	 * @param mixed $order Order.
	 */
	public function touched_order( $order ): void {
		if ( $order instanceof WC_Abstract_Order ) {
			$this->saved( $order->get_id(), $order );
		}
	}

	/**
	 * Lines were added in wp-admin: no other hook fires until somebody recalculates or saves.
	 *
	 * @param mixed $items Lines.
	 * @param mixed $order Order.
	 */
	public function items_added( $items, $order = null ): void {
		$this->touched_order( $order );
	}

	/**
	 * A refund was removed in wp-admin.
	 *
	 * @param mixed $refund_id Refund id.
	 * @param mixed $order_id  Order id.
	 */
	public function refund_deleted( $refund_id, $order_id = 0 ): void {
		$this->add( $order_id );
	}

	/**
	 * A refund was removed by REST.
	 *
	 * @param mixed $refund Refund.
	 */
	public function refund_deleted_by_rest( $refund ): void {
		if ( $refund instanceof WC_Abstract_Order ) {
			$this->add( $refund->get_parent_id() );
		}
	}

	/**
	 * An order is about to be deleted for good.
	 *
	 * @param mixed $order_id Order id.
	 * @param mixed $order    Order.
	 */
	public function deleted( $order_id, $order = null ): void {
		if ( ! $order instanceof WC_Abstract_Order ) {
			$this->add( $order_id, Event::DELETED );
			return;
		}
		if ( 'shop_order_refund' === $order->get_type() ) {
			$this->add( $order->get_parent_id() );
		} elseif ( 'shop_order' === $order->get_type() && ! in_array( $order->get_status(), self::DRAFTS, true ) ) {
			$this->add( $order_id, Event::DELETED );
		}
	}

	/**
	 * Legacy storage: the order list fires only the hooks of posts for trash and restore.
	 *
	 * @param mixed $post_id Post id.
	 */
	public function post_touched( $post_id ): void {
		if ( is_numeric( $post_id ) && 'shop_order' === get_post_type( (int) $post_id ) ) {
			$this->add( $post_id );
		}
	}

	/**
	 * Legacy storage: a post is about to be deleted for good.
	 *
	 * @param mixed $post_id Post id.
	 * @param mixed $post    Post.
	 */
	public function post_deleted( $post_id, $post = null ): void {
		if ( ! $post instanceof WP_Post ) {
			return;
		}
		if ( 'shop_order_refund' === $post->post_type ) {
			$this->add( $post->post_parent );
		} elseif ( 'shop_order' === $post->post_type && ! in_array( $post->post_status, self::DRAFTS, true ) ) {
			$this->add( $post_id, Event::DELETED );
		}
	}

	/**
	 * How many orders wait to be written.
	 */
	public function count(): int {
		return count( $this->found );
	}

	/**
	 * Hands over what was collected, and starts anew.
	 *
	 * @return array<int, string> Order id => kind of event.
	 */
	public function take(): array {
		$found       = $this->found;
		$this->found = array();
		return $found;
	}

	/**
	 * Remembers an order; "deleted" is not overwritten by a later change in the same request.
	 *
	 * @param mixed  $order_id Order id.
	 * @param string $kind     Kind of event.
	 */
	private function add( $order_id, string $kind = Event::CHANGED ): void {
		$order_id = is_numeric( $order_id ) ? (int) $order_id : 0;
		if ( $order_id > 0 && ( Event::DELETED === $kind || ! isset( $this->found[ $order_id ] ) ) ) {
			$this->found[ $order_id ] = $kind;
		}
	}
}
