<?php
/**
 * What is collected from the hooks of one request.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use ReflectionClassConstant;
use Sklad_Bridge\Event;
use Sklad_Bridge\Order_Listener;
use Sklad_Bridge\Plugin;
use WC_Order;
use WC_Order_Refund;
use WP_Post;

final class OrderListenerTest extends TestCase {

	private Order_Listener $listener;

	protected function setUp(): void {
		$this->listener = new Order_Listener();
	}

	private function order( int $id, string $status ): WC_Order {
		$order = $this->createStub( WC_Order::class );
		$order->method( 'get_id' )->willReturn( $id );
		$order->method( 'get_status' )->willReturn( $status );
		$order->method( 'get_type' )->willReturn( 'shop_order' );
		return $order;
	}

	private function refund( int $id, int $order_id ): WC_Order_Refund {
		$refund = $this->createStub( WC_Order_Refund::class );
		$refund->method( 'get_id' )->willReturn( $id );
		$refund->method( 'get_parent_id' )->willReturn( $order_id );
		$refund->method( 'get_type' )->willReturn( 'shop_order_refund' );
		return $refund;
	}

	public function test_many_hooks_of_one_order_make_one_event(): void {
		$this->listener->saved( 621, $this->order( 621, 'pending' ) );
		$this->listener->touched( 621 );
		$this->listener->touched( '621' );
		$this->listener->saved( 622 );
		$this->assertSame(
			array(
				621 => Event::CHANGED,
				622 => Event::CHANGED,
			),
			$this->listener->take()
		);
	}

	public function test_taking_starts_anew(): void {
		$this->listener->touched( 621 );
		$this->listener->take();
		$this->assertSame( array(), $this->listener->take() );
		$this->assertSame( 0, $this->listener->count() );
	}

	/**
	 * @return array<int, array<int, string>>
	 */
	public function drafts(): array {
		return array( array( 'checkout-draft' ), array( 'auto-draft' ), array( 'draft' ) );
	}

	/**
	 * @dataProvider drafts
	 */
	public function test_saving_and_deleting_a_draft_is_no_news( string $status ): void {
		$this->listener->saved( 621, $this->order( 621, $status ) );
		$this->listener->touched_order( $this->order( 622, $status ) );
		$this->listener->deleted( 623, $this->order( 623, $status ) );
		$this->assertSame( array(), $this->listener->take() );
	}

	public function test_draft_that_becomes_an_order_in_the_same_request_is_news(): void {
		$this->listener->saved( 621, $this->order( 621, 'checkout-draft' ) );
		$this->listener->saved( 621, $this->order( 621, 'pending' ) );
		$this->assertSame( array( 621 => Event::CHANGED ), $this->listener->take() );
	}

	public function test_items_added_in_the_admin_are_heard(): void {
		$this->listener->items_added( array(), $this->order( 621, 'processing' ) );
		$this->assertSame( array( 621 => Event::CHANGED ), $this->listener->take() );
	}

	public function test_deleted_refund_is_a_change_of_its_order(): void {
		$this->listener->refund_deleted( 700, 621 );
		$this->listener->refund_deleted_by_rest( $this->refund( 701, 622 ) );
		$this->listener->deleted( 702, $this->refund( 702, 623 ) );
		$this->assertSame( array( 621, 622, 623 ), array_keys( $this->listener->take() ) );
	}

	public function test_deletion_is_not_overwritten_by_a_change(): void {
		$this->listener->touched( 621 );
		$this->listener->deleted( 621, $this->order( 621, 'processing' ) );
		$this->listener->touched( 621 );
		$this->assertSame( array( 621 => Event::DELETED ), $this->listener->take() );
	}

	public function test_posts_of_the_legacy_storage_are_heard_and_others_are_not(): void {
		$post = fn( string $type, string $status, int $parent = 0 ) => new WP_Post(
			(object) array(
				'post_type'   => $type,
				'post_status' => $status,
				'post_parent' => $parent,
			)
		);
		$this->listener->post_deleted( 621, $post( 'shop_order', 'wc-processing' ) );
		$this->listener->post_deleted( 622, $post( 'shop_order', 'wc-checkout-draft' ) );
		$this->listener->post_deleted( 623, $post( 'page', 'publish' ) );
		$this->listener->post_deleted( 624, $post( 'shop_order_refund', 'wc-completed', 625 ) );
		$this->assertSame(
			array(
				621 => Event::DELETED,
				625 => Event::CHANGED,
			),
			$this->listener->take()
		);
	}

	/**
	 * What tells of each change, in both storages.
	 *
	 * @return array<string, array<int, mixed>>
	 */
	public function hooks_that_fire_alone(): array {
		return array(
			'refund made'                    => array( 'woocommerce_order_refunded', array( 621, 700 ), Event::CHANGED ),
			'refund deleted in wp-admin'     => array( 'woocommerce_refund_deleted', array( 700, 621 ), Event::CHANGED ),
			'refund deleted by REST'         => array( 'woocommerce_rest_delete_shop_order_refund_object', array( 'refund' ), Event::CHANGED ),
			'refund deleted, legacy, before' => array( 'before_delete_post', array( 700, 'refund post' ), Event::CHANGED ),
			'refund deleted, legacy, after'  => array( 'deleted_post', array( 700, 'refund post' ), Event::CHANGED ),
			'line added in wp-admin'         => array( 'woocommerce_ajax_order_items_added', array( array(), 'order' ), Event::CHANGED ),
			'trash'                          => array( 'woocommerce_trash_order', array( 621 ), Event::CHANGED ),
			'restored'                       => array( 'woocommerce_untrash_order', array( 621, 'processing' ), Event::CHANGED ),
			'restored from the list'         => array( 'woocommerce_order_status_changed', array( 621, 'trash', 'processing' ), Event::CHANGED ),
			'deleted'                        => array( 'woocommerce_before_delete_order', array( 621, 'order' ), Event::DELETED ),
			'deleted, legacy'                => array( 'deleted_post', array( 621, 'order post' ), Event::DELETED ),
		);
	}

	/**
	 * @dataProvider hooks_that_fire_alone
	 */
	public function test_hook_that_fires_alone_names_its_order( string $hook, array $arguments, string $kind ): void {
		$table  = ( new ReflectionClassConstant( Plugin::class, 'ORDER_HOOKS' ) )->getValue();
		$things = array(
			'order'       => $this->order( 621, 'processing' ),
			'refund'      => $this->refund( 0, 621 ), // After a deletion its own id is gone.
			'order post'  => new WP_Post( (object) array( 'post_type' => 'shop_order', 'post_status' => 'wc-processing' ) ),
			'refund post' => new WP_Post( (object) array( 'post_type' => 'shop_order_refund', 'post_status' => 'wc-completed', 'post_parent' => 621 ) ),
		);
		list( $method, $count ) = $table[ $hook ];
		$passed                 = array_map( fn( $item ) => is_string( $item ) ? $things[ $item ] ?? $item : $item, $arguments );
		call_user_func_array( array( $this->listener, $method ), array_slice( $passed, 0, $count ) );
		$this->assertSame( array( 621 => $kind ), $this->listener->take() );
	}

	/**
	 * @group stand-ins
	 */
	public function test_posts_put_into_the_trash_and_taken_out_are_heard(): void {
		$GLOBALS['posts'] = array( 621 => 'shop_order' );
		$table            = ( new ReflectionClassConstant( Plugin::class, 'ORDER_HOOKS' ) )->getValue();
		foreach ( array( 'wp_trash_post', 'trashed_post', 'untrashed_post' ) as $hook ) {
			call_user_func( array( $this->listener, $table[ $hook ][0] ), 621 );
			$this->assertSame( array( 621 => Event::CHANGED ), $this->listener->take() );
		}
	}

	/**
	 * @group stand-ins
	 */
	public function test_trash_of_the_legacy_storage_is_heard(): void {
		$GLOBALS['posts'] = array(
			621 => 'shop_order',
			622 => 'post',
		);
		$this->listener->post_touched( 621 );
		$this->listener->post_touched( 622 );
		$this->listener->post_touched( 623 );
		$this->assertSame( array( 621 => Event::CHANGED ), $this->listener->take() );
	}

	public function test_whatever_a_hook_passes_raises_nothing(): void {
		foreach ( array( null, '', 'abc', -5, 0, array(), new \stdClass(), 1.5 ) as $junk ) {
			$this->listener->saved( $junk, $junk );
			$this->listener->touched( $junk );
			$this->listener->touched_order( $junk );
			$this->listener->items_added( $junk, $junk );
			$this->listener->refund_deleted( $junk, $junk );
			$this->listener->refund_deleted_by_rest( $junk );
			$this->listener->deleted( $junk, $junk );
			$this->listener->post_touched( $junk );
			$this->listener->post_deleted( $junk, $junk );
		}
		$this->assertLessThanOrEqual( 1, $this->listener->count() ); // 1.5 counts as order 1.
	}
}
