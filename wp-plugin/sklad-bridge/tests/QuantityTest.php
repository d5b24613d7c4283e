<?php
/**
 * Amounts of stock as texts and as whole numbers.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Quantity;

final class QuantityTest extends TestCase {

	/**
	 * @return array<int, array<int, mixed>>
	 */
	public function exact(): array {
		return array(
			array( '0', 0 ),
			array( '7', 70000 ),
			array( '-7', -70000 ),
			array( '0.0001', 1 ),
			array( '-0.5', -5000 ),
			array( '1.25', 12500 ),
			array( '999999999999.9999', 9999999999999999 ),
		);
	}

	/**
	 * @dataProvider exact
	 */
	public function test_text_and_amount_are_the_same( string $text, int $amount ): void {
		$this->assertSame( array( $amount, $text ), array( Quantity::parse( $text ), Quantity::text( $amount ) ) );
	}

	/**
	 * @return array<int, array<int, mixed>>
	 */
	public function wrong(): array {
		return array_map( fn( $text ) => array( $text ), array( '', ' 7', "7\n", '7,5', '1e3', '+7', '.5', '5.', '1.23456', '1234567890123', 'NaN', '0x1A', 7, 7.5, true, null, array() ) );
	}

	/**
	 * @dataProvider wrong
	 */
	public function test_anything_but_a_plain_number_with_four_decimals_is_refused( $text ): void {
		$this->assertNull( Quantity::parse( $text ) );
	}

	/**
	 * @return array<int, array<int, mixed>>
	 */
	public function stored(): array {
		return array(
			array( '', '0' ),
			array( '7.000000', '7' ),
			array( '-1', '-1' ),
			array( '-0.250000', '-0.25' ),
			array( '1.999999', '1.9999' ),
			array( ' +2.5', '2.5' ),
			array( '-2.000000', '-2' ),
			array( 'none', '0' ),
		);
	}

	/**
	 * @dataProvider stored
	 */
	public function test_whatever_the_database_holds_is_read( string $stored, string $text ): void {
		$this->assertSame( $text, Quantity::text( Quantity::read( $stored ) ) );
	}

	public function test_shop_of_whole_pieces_stores_whole_pieces(): void {
		$this->assertSame( array( 70000, -10000, 0 ), array_map( array( Quantity::class, 'storable' ), array( 75000, -15000, -5000 ) ) );
	}
}
