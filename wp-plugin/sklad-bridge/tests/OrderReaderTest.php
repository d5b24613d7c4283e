<?php
/**
 * An order read at sending time, with its refunds.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Order_Reader;
use WC_Order;
use WC_Order_Refund;

/**
 * @group stand-ins
 */
final class OrderReaderTest extends TestCase {

	private const SOMEBODY = 7;

	protected function setUp(): void {
		$GLOBALS['orders']  = array( 621 => $this->stored( WC_Order::class, 621, 0, 'shop_order' ) );
		$GLOBALS['refunds'] = array();
		$GLOBALS['user']    = 0;
	}

	private function stored( string $kind, int $id, int $parent_id, string $type, string $status = 'processing' ) {
		$item = $this->createStub( $kind );
		$item->method( 'get_id' )->willReturn( $id );
		$item->method( 'get_parent_id' )->willReturn( $parent_id );
		$item->method( 'get_type' )->willReturn( $type );
		$item->method( 'get_status' )->willReturn( $status );
		return $item;
	}

	private function refunded( int $order_id, int ...$refund_ids ): void {
		foreach ( $refund_ids as $id ) {
			$GLOBALS['refunds'][] = $this->stored( WC_Order_Refund::class, $id, $order_id, 'shop_order_refund' );
		}
	}

	public function test_order_without_refunds_has_an_empty_list(): void {
		$read = ( new Order_Reader( self::SOMEBODY ) )->read( 621 );
		$this->assertSame( array( true, true, array() ), array( $read->exists, $read->wanted, $read->refunds ) );
		$this->assertSame( '/wc/v3/orders/621', $read->data['route'] );
	}

	public function test_refunds_of_this_order_come_whole_and_the_newest_first(): void {
		$this->refunded( 621, 628, 640, 629 );
		$this->refunded( 622, 650 );
		$read = ( new Order_Reader( self::SOMEBODY ) )->read( 621 );
		$this->assertSame( array( 640, 629, 628 ), array_column( $read->refunds, 'id' ) );
		$this->assertSame( '/wc/v3/orders/621/refunds/640', $read->refunds[0]['route'] );
	}

	public function test_all_refunds_are_read_and_not_one_page_of_them(): void {
		$this->refunded( 621, ...range( 1001, 1150 ) );
		$this->assertCount( 150, ( new Order_Reader( self::SOMEBODY ) )->read( 621 )->refunds );
	}

	public function test_refunds_are_shown_in_the_name_of_who_connected_and_nobody_stays_logged_in(): void {
		$this->refunded( 621, 628 );
		$read = ( new Order_Reader( self::SOMEBODY ) )->read( 621 );
		$this->assertSame( array( self::SOMEBODY, self::SOMEBODY, 0 ), array( $read->data['user'], $read->refunds[0]['user'], $GLOBALS['user'] ) );
	}

	public function test_refund_that_cannot_be_shown_makes_the_order_go_as_its_id(): void {
		$odd = $this->createStub( WC_Order_Refund::class );
		$odd->method( 'get_id' )->willReturn( 628 );
		$odd->method( 'get_parent_id' )->willReturnOnConsecutiveCalls( 621, 999 );
		$GLOBALS['refunds'] = array( $odd );
		$read               = ( new Order_Reader( self::SOMEBODY ) )->read( 621 );
		$this->assertSame( array( true, true, null, null, 0 ), array( $read->exists, $read->wanted, $read->data, $read->refunds, $GLOBALS['user'] ) );
	}

	public function test_order_that_is_gone_and_draft_have_neither(): void {
		$GLOBALS['orders'][622] = $this->stored( WC_Order::class, 622, 0, 'shop_order', 'checkout-draft' );
		$reader                 = new Order_Reader( self::SOMEBODY );
		$this->assertSame( array( false, null ), array( $reader->read( 999 )->exists, $reader->read( 999 )->refunds ) );
		$this->assertSame( array( false, null ), array( $reader->read( 622 )->wanted, $reader->read( 622 )->refunds ) );
	}
}
