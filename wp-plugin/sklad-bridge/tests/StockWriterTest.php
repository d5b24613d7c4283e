<?php
/**
 * Writing the stock of one item.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use RuntimeException;

final class StockWriterTest extends TestCase {

	private Stockroom $room;

	protected function setUp(): void {
		$this->room = new Stockroom();
	}

	protected function tearDown(): void {
		Stockroom::clear();
	}

	private function answered( int $item, string $result, string $quantity, string $was, int $sale = 0 ): array {
		return array(
			'id'       => $item,
			'result'   => $result,
			'quantity' => $quantity,
			'was'      => $was,
			'sale'     => $sale,
		);
	}

	public function test_number_of_the_bridge_is_set_and_answered_with_the_one_before(): void {
		$item = $this->room->simple( '9' );
		$this->assertSame( $this->answered( $item, 'set', '7', '9' ), $this->room->write( $item, '7', 1 ) );
		$this->assertSame( '7', $this->room->stock( $item ) );
	}

	public function test_products_and_variations_are_written_alike(): void {
		$item = $this->room->variation( '9' );
		$this->assertSame( $this->answered( $item, 'set', '0', '9' ), $this->room->write( $item, '0', 1 ) );
		$this->assertSame( array( 'outofstock', 'no' ), $this->room->rules( $item ) );
	}

	public function test_item_that_has_the_number_already_is_not_saved(): void {
		$item = $this->room->simple( '7' );
		$this->assertSame( $this->answered( $item, 'same', '7', '7' ), $this->room->write( $item, '7', 1 ) );
	}

	public function test_sales_that_the_bridge_has_not_counted_are_subtracted(): void {
		$item    = $this->room->simple( '10' );
		$counted = $this->room->sell( $item, '1' );
		$this->room->sell( $item, '2', 622 );
		$last = $this->room->sell( $item, '3', 623 );
		$this->assertSame( $this->answered( $item, 'same', '4', '4', $last ), $this->room->write( $item, '9', 1, $counted ) );
		$this->assertSame( $this->answered( $item, 'set', '15', '4', $last ), $this->room->write( $item, '20', 2, $counted ) );
	}

	public function test_sales_that_the_bridge_has_counted_one_by_one_are_not_subtracted_again(): void {
		$item   = $this->room->simple( '10' );
		$before = $this->room->sell( $item, '1' );
		$this->room->sell( $item, '2', 622 );
		$this->room->sell( $item, '3', 623 ); // The bridge knows this one, and not the one before it.
		$this->assertSame( '4', $this->room->write( $item, '6', 1, $before, array( 'counted' => '3' ) )['quantity'] );
	}

	public function test_sales_older_than_the_bridge_are_in_its_numbers(): void {
		$item = $this->room->simple( '10' );
		$this->room->sell( $item, '2' );
		Clock::$now += 600;
		$began = Clock::$now;
		$this->room->sell( $item, '3', 622 );
		$this->assertSame( '7', $this->room->write( $item, '10', 1, 0, array(), $began )['quantity'] );
		$this->assertSame( '5', $this->room->write( $item, '10', 2, 0, array(), $began - 600 )['quantity'] );
		$this->assertSame( '10', $this->room->write( $item, '10', 3, 0, array(), $began + 1 )['quantity'] );
	}

	public function test_what_came_back_later_waits_for_the_bridge(): void {
		$item  = $this->room->simple( '10' );
		$first = $this->room->sell( $item, '4' );
		$this->room->sell( $item, '-4' );
		$this->assertSame( '6', $this->room->write( $item, '6', 1, $first )['quantity'] );
		$this->assertSame( '10', $this->room->write( $item, '10', 2, $first, array( 'counted' => '-4' ) )['quantity'] );
	}

	public function test_sales_of_other_items_do_not_matter(): void {
		$item  = $this->room->simple( '10' );
		$other = $this->room->simple( '10' );
		$this->room->sell( $other, '3' );
		$this->assertSame( $this->answered( $item, 'same', '10', '10' ), $this->room->write( $item, '10', 1 ) );
	}

	public function test_oversold_item_goes_below_zero_and_is_sold_out(): void {
		$item = $this->room->simple( '5' );
		$this->room->sell( $item, '5' );
		$answer = $this->room->write( $item, '2', 1 );
		$this->assertSame( array( 'set', '-3', '0' ), array( $answer['result'], $answer['quantity'], $answer['was'] ) );
		$this->assertSame( array( 'outofstock', 'no' ), $this->room->rules( $item ) );
	}

	public function test_pieces_that_are_owed_fill_the_gap_first_when_a_buyer_gives_them_back(): void {
		$item   = $this->room->simple( '5' );
		$before = $this->room->sell( $item, '4' );
		$this->assertSame( $this->answered( $item, 'set', '-2', '1', $before ), $this->room->write( $item, '-2', 1, $before ) );
		$this->assertSame( array( 'outofstock', 'no' ), $this->room->rules( $item ) );
		$this->assertSame( 'same', $this->room->write( $item, '-2', 2, $before )['result'] );
		$this->room->sell( $item, '-1' );
		$this->assertSame( array( '-1', 'outofstock' ), array( $this->room->stock( $item ), $this->room->rules( $item )[0] ) );
		$this->room->sell( $item, '-3' );
		$this->assertSame( array( '2', 'instock' ), array( $this->room->stock( $item ), $this->room->rules( $item )[0] ) );
	}

	public function test_pieces_that_are_owed_are_sold_on_order_where_the_owner_allows_it(): void {
		$item = $this->room->simple( '5', 'notify' );
		$this->assertSame( '-2', $this->room->write( $item, '-2', 1 )['quantity'] );
		$this->assertSame( array( 'onbackorder', 'notify' ), $this->room->rules( $item ) );
		$this->room->write( $item, '-2', 2, 0, array( 'backorders' => 'no' ) );
		$this->assertSame( array( 'outofstock', 'no' ), $this->room->rules( $item ) );
	}

	public function test_status_follows_the_number_in_both_directions(): void {
		$item = $this->room->simple( '0' );
		$this->assertSame( 'outofstock', $this->room->rules( $item )[0] );
		$this->room->write( $item, '1', 1 );
		$this->assertSame( 'instock', $this->room->rules( $item )[0] );
		$this->room->write( $item, '0', 2 );
		$this->assertSame( 'outofstock', $this->room->rules( $item )[0] );
	}

	public function test_backorders_are_set_when_given_and_left_when_not(): void {
		$item = $this->room->simple( '5', 'notify' );
		$this->room->write( $item, '0', 1 );
		$this->assertSame( array( 'onbackorder', 'notify' ), $this->room->rules( $item ) );
		$this->assertSame( 'set', $this->room->write( $item, '0', 2, 0, array( 'backorders' => 'no' ) )['result'] );
		$this->assertSame( array( 'outofstock', 'no' ), $this->room->rules( $item ) );
		$this->assertSame( 'same', $this->room->write( $item, '0', 3, 0, array( 'backorders' => 'no' ) )['result'] );
		$this->room->write( $item, '0', 4, 0, array( 'backorders' => 'yes' ) );
		$this->assertSame( array( 'onbackorder', 'yes' ), $this->room->rules( $item ) );
	}

	public function test_status_that_is_sent_yields_to_the_rules_of_woocommerce(): void {
		$item = $this->room->simple( '5' );
		$this->room->write( $item, '4', 1, 0, array( 'status' => 'outofstock' ) );
		$this->assertSame( 'instock', $this->room->rules( $item )[0] );
	}

	public function test_shop_of_whole_pieces_gets_whole_pieces(): void {
		$item   = $this->room->simple( '9' );
		$answer = $this->room->write( $item, '7.5', 1 );
		$this->assertSame( array( '7', '7' ), array( $answer['quantity'], $this->room->stock( $item ) ) );
	}

	/**
	 * @group stand-ins
	 */
	public function test_shop_that_sells_parts_of_pieces_gets_them(): void {
		$GLOBALS['filters']['woocommerce_stock_amount'] = 'floatval';

		$item = $this->room->simple( '9' );
		$this->room->sell( $item, '0.25' );
		$answer = $this->room->write( $item, '7.5', 1 );
		unset( $GLOBALS['filters']['woocommerce_stock_amount'] );
		$this->assertSame( array( '7.25', '8.75', '7.25' ), array( $answer['quantity'], $answer['was'], $this->room->stock( $item ) ) );
	}

	public function test_earlier_request_that_comes_late_changes_nothing(): void {
		$item = $this->room->simple( '9' );
		$this->room->write( $item, '7', 5 );
		$this->assertSame( $this->answered( $item, 'stale', '7', '7' ), $this->room->write( $item, '100', 4 ) );
		$this->assertSame( '7', $this->room->stock( $item ) );
	}

	public function test_request_that_comes_twice_changes_nothing_and_tells_the_present_number(): void {
		$item = $this->room->simple( '9' );
		$this->room->write( $item, '7', 5 );
		$sale = $this->room->sell( $item, '2' );
		$this->assertSame( $this->answered( $item, 'set', '5', '5', $sale ), $this->room->write( $item, '7', 5 ) );
		$this->assertSame( '5', $this->room->stock( $item ) );
	}

	public function test_request_without_a_change_counts_as_accepted(): void {
		$item = $this->room->simple( '7' );
		$this->room->write( $item, '7', 5 );
		$this->assertSame( 'stale', $this->room->write( $item, '3', 4 )['result'] );
	}

	public function test_revisions_of_items_are_kept_apart_and_forgotten_for_a_new_bridge(): void {
		$item  = $this->room->simple( '9' );
		$other = $this->room->simple( '9' );
		$this->room->write( $item, '7', 5 );
		$this->assertSame( 'set', $this->room->write( $other, '7', 4 )['result'] );
		$this->room->store->forget_revisions();
		$this->assertSame( 'set', $this->room->write( $item, '3', 1 )['result'] );
	}

	public function test_item_being_sold_is_waited_for_a_little(): void {
		$item   = $this->room->simple( '10' );
		$number = $this->room->sales->begin( $item, 621, '2', Clock::$now );
		$waits  = 0;

		Clock::$while_waiting = function () use ( $item, $number, &$waits ): void {
			if ( 3 === ++$waits ) {
				$this->room->end_sale( $number, $item, '2' );
			}
		};
		$this->assertSame( $this->answered( $item, 'set', '18', '8', $number ), $this->room->write( $item, '20', 1 ) );
		$this->assertSame( 3, $waits );
	}

	public function test_item_that_is_being_sold_for_longer_is_busy_and_left_alone(): void {
		$item = $this->room->simple( '10' );
		$this->room->sales->begin( $item, 621, '2', Clock::$now );
		$answer = $this->room->write( $item, '20', 1 );
		$this->assertSame( array( 'busy', '10' ), array( $answer['result'], $this->room->stock( $item ) ) );
		$this->assertGreaterThanOrEqual( 300, Clock::$ticks / 1e6 );
		$this->assertLessThan( 400, Clock::$ticks / 1e6 );
	}

	public function test_item_is_busy_for_a_sale_that_the_bridge_has_counted_already_too(): void {
		$item   = $this->room->simple( '10' );
		$number = $this->room->sales->begin( $item, 621, '2', Clock::$now );
		$this->assertSame( 'busy', $this->room->write( $item, '20', 1, $number )['result'] );
		$this->room->end_sale( $number, $item, '2' );
		$this->assertSame( '20', $this->room->write( $item, '20', 1, $number )['quantity'] );
	}

	public function test_sale_whose_process_died_holds_nobody_up_after_a_minute_and_counts(): void {
		$item = $this->room->simple( '10' );
		$this->room->sales->begin( $item, 621, '2', Clock::$now );
		Clock::$now += 61;
		$this->assertSame( '18', $this->room->write( $item, '20', 1 )['quantity'] );
		$this->assertSame( 0, Clock::$ticks );
	}

	/**
	 * @group stand-ins
	 */
	public function test_item_whose_row_somebody_holds_is_busy(): void {
		$item = $this->room->simple( '10' );

		$this->room->store->held = true;
		$this->assertSame( 'busy', $this->room->write( $item, '20', 1 )['result'] );
	}

	/**
	 * @group stand-ins
	 */
	public function test_lock_is_given_back_in_every_case_before_woocommerce_and_extensions_follow(): void {
		$item      = $this->room->simple( '10' );
		$locked    = array();
		$unlocked  = function () use ( &$locked ): void {
			$locked[] = $this->room->store->locked;
		};
		$GLOBALS['on_save'] = $unlocked;
		$this->room->write( $item, '20', 5 );
		$unlocked();
		$this->room->write( $item, '20', 6 ); // The same.
		$unlocked();
		$this->room->write( $item, '20', 6 ); // Repeated.
		$unlocked();
		$this->room->write( $item, '20', 1 ); // Stale.
		$unlocked();
		$this->assertSame( array( 0, 0, 0, 0, 0, 0 ), $locked );
	}

	/**
	 * @group stand-ins
	 */
	public function test_extension_that_fails_while_saving_is_made_good_by_the_next_request(): void {
		$item               = $this->room->simple( '0' );
		$GLOBALS['on_save'] = function (): void {
			throw new RuntimeException( 'An extension fails.' );
		};
		try {
			$this->room->write( $item, '5', 1 );
			$this->fail( 'The writer hides nothing.' );
		} catch ( RuntimeException $error ) {
			$this->assertSame( '5', $this->room->stock( $item ) );
		}
		$GLOBALS['products'][ $item ]->status = 'outofstock'; // What it was before.
		unset( $GLOBALS['on_save'] );
		$this->assertSame( 'set', $this->room->write( $item, '5', 2 )['result'] );
		$this->assertSame( 'instock', $this->room->rules( $item )[0] );
	}

	public function test_variation_whose_stock_the_product_above_keeps_names_it(): void {
		list( $parent, $variation ) = $this->room->managed_by_parent( '9' );
		$this->assertSame(
			array(
				'id'     => $variation,
				'result' => 'parent',
				'holder' => $parent,
			),
			$this->room->write( $variation, '7', 1 )
		);
		$this->assertSame( array( '7', '7' ), array( $this->room->write( $parent, '7', 1 )['quantity'], $this->room->stock( $parent ) ) );
	}

	/**
	 * @testWith ["simple"]
	 *           ["external"]
	 *           ["grouped"]
	 */
	public function test_product_that_keeps_no_stock_is_left_alone( string $type ): void {
		$item = $this->room->unmanaged( $type );
		$this->assertSame(
			array(
				'id'     => $item,
				'result' => 'unmanaged',
			),
			$this->room->write( $item, '7', 1 )
		);
	}

	public function test_product_that_does_not_exist_is_unknown(): void {
		$this->assertSame(
			array(
				'id'     => 999999,
				'result' => 'unknown',
			),
			$this->room->write( 999999, '7', 1 )
		);
	}
}
