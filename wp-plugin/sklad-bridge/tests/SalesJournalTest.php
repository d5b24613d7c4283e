<?php
/**
 * The rules of the journal of sales: in memory here, and on the table with a real WordPress.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Sales_Journal;

final class SalesJournalTest extends TestCase {

	private const NOW = 1790000000;

	private Sales_Journal $sales;

	protected function setUp(): void {
		$this->sales = Shop::sales();
	}

	public function test_numbers_rise_and_sales_of_an_order_come_in_their_order(): void {
		$first  = $this->sales->begin( 13, 621, '2', self::NOW );
		$second = $this->sales->begin( 14, 622, '1', self::NOW );
		$third  = $this->sales->begin( 13, 621, '-0.5', self::NOW + 60 );
		$this->assertGreaterThan( $first, $second );
		$this->assertGreaterThan( $second, $third );
		$this->assertSame(
			array(
				array(
					'number'   => $first,
					'item'     => 13,
					'quantity' => '2',
					'at'       => self::NOW,
				),
				array(
					'number'   => $third,
					'item'     => 13,
					'quantity' => '-0.5',
					'at'       => self::NOW + 60,
				),
			),
			$this->sales->of_order( 621 )
		);
		$this->assertSame( array(), $this->sales->of_order( 999 ) );
	}

	public function test_last_number_is_known_of_each_item_and_of_all(): void {
		$this->assertSame( array( 0, 0 ), array( $this->sales->last_of( 13 ), $this->sales->last() ) );
		$mine   = $this->sales->begin( 13, 621, '2', self::NOW );
		$others = $this->sales->begin( 14, 621, '2', self::NOW );
		$this->assertSame( array( $mine, $others ), array( $this->sales->last_of( 13 ), $this->sales->last() ) );
	}

	public function test_sale_under_way_is_shown_and_numbered_too(): void {
		$number = $this->sales->begin( 13, 621, '2', self::NOW );
		$this->assertSame( array( $number, $number ), array( $this->sales->last_of( 13 ), $this->sales->of_order( 621 )[0]['number'] ) );
		$this->sales->finish( $number );
		$this->assertSame( $number, $this->sales->last_of( 13 ) );
	}

	public function test_old_rows_are_forgotten_and_numbers_go_on(): void {
		$this->sales->begin( 13, 621, '2', self::NOW );
		$kept = $this->sales->begin( 13, 622, '2', self::NOW + 1 );
		$this->sales->purge( self::NOW + 1 );
		$this->assertSame( array( array(), 1 ), array( $this->sales->of_order( 621 ), count( $this->sales->of_order( 622 ) ) ) );
		$this->sales->purge( self::NOW + 999 );
		$this->assertSame( $kept, $this->sales->last(), 'The newest row stays.' );
		$this->assertGreaterThan( $kept, $this->sales->begin( 13, 623, '1', self::NOW + 999 ) );
	}

	public function test_purging_an_empty_journal_does_nothing(): void {
		$this->sales->purge( self::NOW );
		$this->assertSame( 0, $this->sales->last() );
	}
}
