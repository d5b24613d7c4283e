<?php
/**
 * With a real WooCommerce: every way in which an order moves stock is in the journal, and nothing else is.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Quantity;
use WC_Order;
use WP_REST_Request;

/**
 * @group wordpress
 */
final class SalesOfShopTest extends TestCase {

	private Shop $shop;
	private Stockroom $room;
	private int $item;

	/**
	 * Orders made.
	 *
	 * @var int[]
	 */
	private array $orders = array();

	protected function setUp(): void {
		require_once WC_ABSPATH . 'includes/admin/wc-admin-functions.php';
		$this->shop = new Shop();
		$this->room = new Stockroom();
		$this->item = $this->room->simple( '10' );
		wp_set_current_user( 1 );
	}

	protected function tearDown(): void {
		foreach ( $this->orders as $id ) {
			$order = wc_get_order( $id );
			if ( $order ) {
				$order->delete( true );
			}
		}
		Stockroom::clear();
		wp_set_current_user( 0 );
	}

	/**
	 * An order of items given as id => pieces.
	 *
	 * @param array<int, int> $pieces Pieces by id.
	 */
	private function order( array $pieces, string $status = 'processing' ): WC_Order {
		$order = wc_create_order();
		foreach ( $pieces as $id => $number ) {
			$order->add_product( wc_get_product( $id ), $number );
		}
		$this->orders[] = $order->save();
		$order->update_status( $status );
		return wc_get_order( $order->get_id() );
	}

	private function line( WC_Order $order ): int {
		return (int) key( $order->get_items() );
	}

	/**
	 * @return array<int, array<int, mixed>> Item and quantity.
	 */
	private function sales( WC_Order $order ): array {
		return array_map( fn( $sale ) => array( $sale['item'], $sale['quantity'] ), $this->shop->sales->of_order( $order->get_id() ) );
	}

	private function rest( string $method, string $route, array $body = array() ): array {
		$request = new WP_REST_Request( $method, $route );
		$request->set_header( 'Content-Type', 'application/json' );
		'GET' === $method ? $request->set_query_params( $body ) : $request->set_body( (string) wp_json_encode( $body ) );
		$response = rest_do_request( $request );
		$this->assertFalse( $response->is_error(), (string) wp_json_encode( $response->get_data() ) );
		return (array) rest_get_server()->response_to_data( $response, false );
	}

	/**
	 * All that left the stock of the item is what the journal says, and no movement is left open.
	 */
	private function assertJournalExplainsStock( string $before = '10' ): void {
		$rows = $GLOBALS['wpdb']->get_row( "SELECT SUM(quantity) sold, SUM(done = 0) open FROM {$GLOBALS['wpdb']->prefix}sklad_bridge_sales WHERE item = {$this->item}" );
		$this->assertSame( Quantity::read( $before ) - Quantity::read( $this->room->stock( $this->item ) ), Quantity::read( (string) $rows->sold ) );
		$this->assertSame( 0, (int) $rows->open );
	}

	public function test_order_that_is_paid_takes_each_item_from_where_its_stock_is_kept(): void {
		$variation              = $this->room->variation( '5' );
		list( $parent, $child ) = $this->room->managed_by_parent( '5' );
		$order                  = $this->order(
			array(
				$this->item                        => 2,
				$variation                         => 1,
				$child                             => 3,
				$this->room->unmanaged( 'simple' ) => 4,
			)
		);
		$this->assertSame( array( array( $this->item, '2' ), array( $variation, '1' ), array( $parent, '3' ) ), $this->sales( $order ) );
		$this->assertJournalExplainsStock();
	}

	public function test_order_that_is_not_paid_takes_nothing(): void {
		$this->assertSame( array(), $this->sales( $this->order( array( $this->item => 2 ), 'pending' ) ) );
	}

	/**
	 * @testWith ["cancelled"]
	 *           ["pending"]
	 *           ["failed"]
	 */
	public function test_order_that_gives_its_stock_back_says_so_and_can_take_it_again( string $status ): void {
		$order = $this->order( array( $this->item => 2 ) );
		$order->update_status( $status );
		wc_get_order( $order->get_id() )->update_status( 'processing' );
		$this->assertSame( array( '2', '-2', '2' ), array_column( $this->sales( $order ), 1 ) );
		$this->assertJournalExplainsStock();
	}

	public function test_refund_with_restock_gives_back_and_one_without_does_not(): void {
		$order = $this->order( array( $this->item => 3 ) );
		$line  = $this->line( $order );
		foreach ( array( true, false ) as $restock ) {
			wc_create_refund(
				array(
					'order_id'      => $order->get_id(),
					'amount'        => 0,
					'line_items'    => array(
						$line => array(
							'qty'          => 1,
							'refund_total' => 0,
						),
					),
					'restock_items' => $restock,
				)
			);
		}
		$this->assertSame( array( '3', '-1' ), array_column( $this->sales( $order ), 1 ) );
		wc_update_product_stock( $this->item, 5, 'increase' );
		$this->assertSame( array( '3', '-1' ), array_column( $this->sales( $order ), 1 ), 'What comes after the refund is not of this order.' );
	}

	public function test_refund_by_rest_gives_back(): void {
		$order = $this->order( array( $this->item => 3 ) );
		$this->rest(
			'POST',
			"/wc/v3/orders/{$order->get_id()}/refunds",
			array(
				'amount'     => '0.00',
				'api_refund' => false,
				'line_items' => array(
					array(
						'id'           => $this->line( $order ),
						'quantity'     => 2,
						'refund_total' => 0,
					),
				),
			)
		);
		$this->assertSame( array( '3', '-2' ), array_column( $this->sales( $order ), 1 ) );
		$this->assertJournalExplainsStock();
	}

	public function test_line_edited_in_wp_admin_takes_and_gives_back(): void {
		$order = $this->order( array( $this->item => 2 ) );
		$line  = $this->line( $order );
		foreach ( array( '5', '5', '1' ) as $number ) {
			wc_save_order_items(
				$order->get_id(),
				array(
					'order_item_id'  => array( $line ),
					'order_item_qty' => array( $line => $number ),
					'line_total'     => array( $line => '10' ),
					'line_subtotal'  => array( $line => '10' ),
				)
			);
		}
		wc_save_order_items(
			$order->get_id(),
			array(
				'order_item_id'  => array( $line ),
				'order_item_qty' => array( $line => '0' ),
			)
		);
		$this->assertSame( array( '2', '3', '-4', '-1' ), array_column( $this->sales( $order ), 1 ) );
		$this->assertJournalExplainsStock();
		$this->assertSame( '10', $this->room->stock( $this->item ) );
	}

	public function test_line_added_changed_and_removed_by_rest_takes_and_gives_back(): void {
		$other = $this->room->simple( '5' );
		$order = $this->order( array( $other => 1 ) );
		$route = "/wc/v3/orders/{$order->get_id()}";
		$lines = $this->rest(
			'PUT',
			$route,
			array(
				'line_items' => array(
					array(
						'product_id' => $this->item,
						'quantity'   => 3,
					),
				),
			)
		)['line_items'];
		$line  = end( $lines )['id'];
		foreach ( array( 4, 4, 0 ) as $number ) {
			$item = array(
				'id'       => $line,
				'quantity' => $number,
			);
			$this->rest( 'PUT', $route, array( 'line_items' => array( $item ) ) );
		}
		$mine = array_filter( $this->sales( $order ), fn( $sale ) => $this->item === $sale[0] );
		$this->assertSame( array( '3', '1', '-4' ), array_column( $mine, 1 ) );
		$this->assertJournalExplainsStock();
	}

	public function test_trash_and_deletion_move_nothing(): void {
		$order = $this->order( array( $this->item => 2 ) );
		$id    = $order->get_id();
		$order->delete( false );
		$this->assertSame( 'trash', wc_get_order( $id )->get_status() );
		wc_get_order( $id )->delete( true );
		$this->assertFalse( wc_get_order( $id ) );
		$this->assertSame( array( '2' ), array_column( $this->shop->sales->of_order( $id ), 'quantity' ) );
		$this->assertJournalExplainsStock();
	}

	public function test_stock_changed_without_an_order_is_not_noted_even_right_after_one(): void {
		$order = $this->order( array( $this->item => 2 ) );
		wc_save_order_items( $order->get_id(), array( 'order_item_id' => array( $this->line( $order ) ) ) ); // Nothing changes in the line.
		$order->save();
		wc_update_product_stock( $this->item, 3, 'decrease' );
		wc_update_product_stock( $this->item, 1, 'increase' );
		wc_update_product_stock( $this->item, 50 );
		$product = wc_get_product( $this->item );
		$product->set_stock_quantity( 20 );
		$product->save();
		$this->rest( 'PUT', "/wc/v3/products/{$this->item}", array( 'stock_quantity' => 30 ) );
		$this->assertSame( array( array( $this->item, '2' ) ), $this->sales( $order ) );
		$this->assertSame( $this->shop->sales->last(), $this->shop->sales->last_of( $this->item ) );
	}

	public function test_order_kept_from_taking_stock_by_an_extension_takes_none(): void {
		add_filter( 'woocommerce_can_reduce_order_stock', '__return_false' );
		$order = $this->order( array( $this->item => 2 ) );
		remove_filter( 'woocommerce_can_reduce_order_stock', '__return_false' );
		wc_update_product_stock( $this->item, 1, 'decrease' );
		$this->assertSame( array(), $this->sales( $order ) );
	}

	public function test_checkout_goes_on_when_the_journal_cannot_be_written(): void {
		$table = $GLOBALS['wpdb']->prefix . 'sklad_bridge_sales';
		$GLOBALS['wpdb']->query( "RENAME TABLE $table TO {$table}_away" );
		$order = $this->order( array( $this->item => 2 ) );
		$GLOBALS['wpdb']->query( "RENAME TABLE {$table}_away TO $table" );
		$this->assertSame( array( 'processing', '8' ), array( $order->get_status(), $this->room->stock( $this->item ) ) );
	}

	public function test_rest_shows_the_sales_of_orders_in_lists_and_alone(): void {
		$order    = $this->order( array( $this->item => 2 ) );
		$expected = $this->shop->sales->of_order( $order->get_id() );
		$this->assertCount( 1, $expected );
		$this->assertSame( $expected, $this->rest( 'GET', "/wc/v3/orders/{$order->get_id()}" )['sklad_bridge_sales'] );
		$listed = $this->rest( 'GET', '/wc/v3/orders', array( 'per_page' => 2 ) )[0];
		$this->assertSame( array( $order->get_id(), $expected ), array( $listed['id'], $listed['sklad_bridge_sales'] ) );
		$chosen = $this->rest( 'GET', '/wc/v3/orders', array( '_fields' => 'id,sklad_bridge_sales' ) )[0];
		$this->assertSame( $expected, $chosen['sklad_bridge_sales'] );
		$unpaid = $this->order( array( $this->item => 2 ), 'pending' );
		$this->assertSame( array(), $this->rest( 'GET', "/wc/v3/orders/{$unpaid->get_id()}" )['sklad_bridge_sales'] );
	}

	public function test_rest_shows_the_last_sale_of_products_and_variations(): void {
		$variation              = $this->room->variation( '5' );
		list( $parent, $child ) = $this->room->managed_by_parent( '5' );
		$this->order( array_fill_keys( array( $this->item, $variation, $child ), 1 ) );
		$last = fn( $id ) => $this->shop->sales->last_of( $id );
		$of   = fn( $route, $query = array() ) => array_column( $this->rest( 'GET', $route, $query ), 'sklad_bridge_sale', 'id' );

		$listed = $of( '/wc/v3/products', array( 'include' => array( $this->item, $parent ) ) );
		$this->assertSame( array( $last( $this->item ), $last( $parent ) ), array( $listed[ $this->item ], $listed[ $parent ] ) );
		$this->assertSame( array( $child => $last( $parent ) ), $of( "/wc/v3/products/$parent/variations" ) );
		$this->assertSame( array( $child => $last( $parent ) ), $of( "/wc/v3/products/$parent/variations", array( '_fields' => 'id,sklad_bridge_sale' ) ) );
		$above = wc_get_product( $variation )->get_parent_id();
		$this->assertSame( array( $variation => $last( $variation ) ), $of( "/wc/v3/products/$above/variations" ) );
		$this->assertSame( 0, $this->rest( 'GET', "/wc/v3/products/$above" )['sklad_bridge_sale'] );
		$this->assertGreaterThan( 0, $last( $parent ) );
	}

	public function test_list_costs_one_short_query_for_each_object_and_none_when_not_asked_for(): void {
		$count = 0;
		$look  = function ( $sql ) use ( &$count ) {
			$count += (int) ( false !== strpos( $sql, 'sklad_bridge_sales' ) );
			return $sql;
		};
		add_filter( 'query', $look );
		$this->rest( 'GET', '/wc/v3/products', array( 'per_page' => 20 ) );
		$with  = $count;
		$count = 0;
		$this->rest( 'GET', '/wc/v3/products', array( 'per_page' => 20, '_fields' => 'id,sku' ) ); // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing.AssociativeArrayFound
		remove_filter( 'query', $look );
		$this->assertSame( array( 20, 0 ), array( $with, $count ) );
	}

	public function test_event_shows_the_same_sales_inside_the_order_and_beside_it(): void {
		$order = $this->order( array( $this->item => 2 ) );
		$data  = ( new \Sklad_Bridge\Order_Reader( 1 ) )->read( $order->get_id() )->data;
		$this->assertSame( $this->shop->sales->of_order( $order->get_id() ), $data['sklad_bridge_sales'] );
		$this->assertCount( 1, $data['sklad_bridge_sales'] );
	}
}
