<?php
/**
 * Which movements of stock go into the journal, and under which order.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Sale_Context;
use Sklad_Bridge\Sale_Listener;
use WC_Order;
use WC_Order_Item;
use WC_Order_Item_Product;

final class SaleListenerTest extends TestCase {

	private Shop $shop;
	private Sale_Context $context;
	private Sale_Listener $listener;

	protected function setUp(): void {
		$this->shop     = new Shop();
		$this->context  = new Sale_Context();
		$this->listener = new Sale_Listener( $this->context, $this->shop->sales, $this->shop->settings );
	}

	protected function tearDown(): void {
		Stockroom::clear();
	}

	private function order( int $id ): WC_Order {
		$order = $this->createStub( WC_Order::class );
		$order->method( 'get_id' )->willReturn( $id );
		return $order;
	}

	private function line( int $order_id, int $product_id, int $variation_id = 0 ): WC_Order_Item_Product {
		$line = $this->createStub( WC_Order_Item_Product::class );
		$line->method( 'get_order_id' )->willReturn( $order_id );
		$line->method( 'get_product_id' )->willReturn( $product_id );
		$line->method( 'get_variation_id' )->willReturn( $variation_id );
		return $line;
	}

	/**
	 * WooCommerce changes a stock, with the statement that it uses.
	 */
	private function move( int $item, string $by, string $operation = '' ): void {
		$operation = $operation ? $operation : ( '-' === $by[0] ? 'decrease' : 'increase' );
		$by        = 'set' === $operation ? "'$by'" : "meta_value $by";
		$this->listener->before_move( "UPDATE wp_postmeta SET meta_value = $by WHERE post_id = $item AND meta_key='_stock'", $item, 1, $operation );
		$this->listener->after_move( $item );
	}

	/**
	 * @return array<int, array<int, mixed>> Item and quantity.
	 */
	private function sales( int $order_id ): array {
		return array_map( fn( $sale ) => array( $sale['item'], $sale['quantity'] ), $this->shop->sales->of_order( $order_id ) );
	}

	public function test_all_lines_of_an_order_that_takes_its_stock_are_noted(): void {
		$this->context->open( true, $this->order( 621 ) );
		$this->move( 13, '-2.000000' );
		$this->move( 314, '-1.500000' );
		$this->context->close( $this->order( 621 ) );
		$this->assertSame( array( array( 13, '2' ), array( 314, '1.5' ) ), $this->sales( 621 ) );
	}

	public function test_what_comes_back_is_noted_below_zero(): void {
		$this->context->open( true, $this->order( 621 ) );
		$this->move( 13, '+2.000000' );
		$this->assertSame( array( array( 13, '-2' ) ), $this->sales( 621 ) );
	}

	public function test_refund_is_over_when_woocommerce_says_so_by_the_id_of_its_order(): void {
		$this->context->open( true, $this->order( 621 ), array() );
		$this->move( 13, '+1.000000' );
		$this->context->close( 621 );
		$this->move( 13, '+5.000000' );
		$this->assertSame( array( array( 13, '-1' ) ), $this->sales( 621 ) );
	}

	public function test_movement_without_an_order_is_not_noted(): void {
		$this->move( 13, '-2.000000' );
		$this->context->open( true, $this->order( 621 ) );
		$this->context->close( $this->order( 621 ) );
		$this->move( 13, '+2.000000' );
		$this->assertSame( 0, $this->shop->sales->last_of( 13 ) );
	}

	public function test_setting_a_number_is_no_sale_even_inside_an_order(): void {
		$this->context->open( true, $this->order( 621 ) );
		$this->move( 13, '7.000000', 'set' );
		$this->move( 13, '-1.000000' );
		$this->assertSame( array( array( 13, '1' ) ), $this->sales( 621 ) );
	}

	public function test_order_that_may_not_move_stock_is_not_expected_to(): void {
		$this->context->open( false, $this->order( 621 ) );
		$this->move( 13, '-2.000000' );
		$this->context->open_line( true, $this->line( 621, 13 ) );
		$this->move( 13, '-2.000000' );
		$this->assertSame( array(), $this->sales( 621 ) );
	}

	public function test_changed_line_moves_its_product_once(): void {
		$this->context->open_line( false, $this->line( 621, 13 ) );
		$this->move( 13, '-1.000000' );
		$this->move( 13, '-1.000000' );
		$this->assertSame( array( array( 13, '1' ) ), $this->sales( 621 ) );
	}

	public function test_changed_line_of_a_variation_moves_it_or_the_product_above(): void {
		$this->context->open_line( false, $this->line( 621, 13, 314 ) );
		$this->move( 314, '-1.000000' );
		$this->context->open_line( false, $this->line( 621, 13, 315 ) );
		$this->move( 13, '-2.000000' );
		$this->context->open_line( false, $this->line( 621, 13, 316 ) );
		$this->move( 999, '-3.000000' );
		$this->assertSame( array( array( 314, '1' ), array( 13, '2' ) ), $this->sales( 621 ) );
	}

	public function test_line_that_changed_nothing_lends_its_order_to_nobody(): void {
		$this->context->open_line( false, $this->line( 621, 13 ) );
		$this->context->drop_lines(); // The order was saved.
		$this->move( 13, '-5.000000' );
		$this->context->open_line( false, $this->line( 621, 13 ) );
		$this->context->open_line( false, $this->line( 622, 14 ) );
		$this->move( 13, '-5.000000' );
		$this->assertSame( 0, $this->shop->sales->last_of( 13 ) );
	}

	public function test_order_inside_an_order_keeps_them_apart(): void {
		$this->context->open( true, $this->order( 621 ) );
		$this->move( 13, '-1.000000' );
		$this->context->open( true, $this->order( 622 ) );
		$this->move( 14, '-2.000000' );
		$this->context->close( $this->order( 622 ) );
		$this->move( 15, '-3.000000' );
		$this->assertSame( array( array( 13, '1' ), array( 15, '3' ) ), $this->sales( 621 ) );
		$this->assertSame( array( array( 14, '2' ) ), $this->sales( 622 ) );
	}

	public function test_sale_is_in_the_journal_before_the_stock_moves(): void {
		$this->context->open( true, $this->order( 621 ) );
		$this->listener->before_move( 'UPDATE t SET meta_value = meta_value -2.000000 WHERE 1', 13, 1, 'decrease' );
		$this->assertSame( array( array( 13, '2' ) ), $this->sales( 621 ) );
	}

	public function test_quantity_is_the_one_of_the_statement_and_not_of_the_number_that_woocommerce_expects(): void {
		$this->context->open( true, $this->order( 621 ) );
		$this->listener->before_move( 'UPDATE t SET meta_value = meta_value -2.000000 WHERE 1', 13, 99, 'decrease' );
		$this->assertSame( array( array( 13, '2' ) ), $this->sales( 621 ) );
	}

	public function test_movement_by_nothing_is_not_noted(): void {
		$this->context->open( true, $this->order( 621 ) );
		$this->move( 13, '+0.000000' );
		$this->assertSame( array(), $this->sales( 621 ) );
	}

	public function test_statement_that_an_extension_has_rewritten_is_judged_by_the_number_after_it(): void {
		$item = ( new Stockroom() )->simple( '10' );
		$this->context->open( true, $this->order( 621 ) );
		$this->listener->before_move( 'CALL take()', $item, 7, 'decrease' );
		$this->assertSame( array( array( $item, '3' ) ), $this->sales( 621 ) );
	}

	public function test_shop_that_is_not_connected_or_is_a_copy_notes_nothing(): void {
		$this->shop->settings->mark_as_copy();
		$this->context->open( true, $this->order( 621 ) );
		$this->move( 13, '-1.000000' );
		$this->assertSame( array(), $this->sales( 621 ) );
	}

	/**
	 * @doesNotPerformAssertions
	 */
	public function test_whatever_other_plugins_pass_raises_nothing(): void {
		foreach ( array( null, 'x', 7, array(), new \stdClass(), $this->createStub( WC_Order_Item::class ) ) as $odd ) {
			$this->context->open( true, $odd );
			$this->context->open_line( false, $odd );
			$this->context->close( is_object( $odd ) ? null : $odd );
			$this->listener->before_move( 'sql', is_object( $odd ) ? 0 : $odd, 0, $odd );
			$this->listener->after_move( 0 );
		}
		$this->context->open( true );
		$this->context->open_line( false );
		$this->context->close();
	}
}
