<?php
/**
 * Bodies that are taken, and bodies that are not.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Bad_Request;
use Sklad_Bridge\Stock_Request;

final class StockRequestTest extends TestCase {

	/**
	 * A right body with changes; a change to null takes the field away.
	 *
	 * @param array<string, mixed> $changes Fields by name.
	 */
	private function body( array $changes = array(), array $item = array() ): string {
		$whole = array(
			'revision'        => 42,
			'counted_through' => 1180,
			'counted_since'   => 1790000000,
			'site'            => 'https://shop.example.test',
			'items'           => array(
				$item + array(
					'id'         => 123,
					'quantity'   => '7',
					'counted'    => '2',
					'status'     => null,
					'backorders' => null,
				),
			),
		);
		return (string) json_encode( array_filter( array_merge( $whole, $changes ), fn( $value ) => null !== $value ) );
	}

	public function test_body_of_the_contract_is_read_whole(): void {
		$request = Stock_Request::parse( $this->body() );
		$this->assertSame( array( 42, 1180, 1790000000, 'https://shop.example.test' ), array( $request->revision, $request->counted_through, $request->counted_since, $request->site ) );
		$item = $request->items[0];
		$this->assertSame( array( 123, 70000, 20000, null ), array( $item->id, $item->quantity, $item->counted, $item->backorders ) );
	}

	public function test_what_may_be_missing_has_its_default(): void {
		$request = Stock_Request::parse( '{"revision":0,"counted_through":0,"site":"","items":[{"id":1,"quantity":"0"},{"id":2,"quantity":"0.5","counted":"-3","backorders":"notify","status":"onbackorder"}]}' );
		$this->assertSame( 0, $request->counted_since );
		$this->assertSame( array( 0, null ), array( $request->items[0]->counted, $request->items[0]->backorders ) );
		$this->assertSame( array( 5000, -30000, 'notify' ), array( $request->items[1]->quantity, $request->items[1]->counted, $request->items[1]->backorders ) );
	}

	public function test_pieces_that_are_owed_are_a_number_below_zero(): void {
		$this->assertSame( -20000, Stock_Request::parse( $this->body( array(), array( 'quantity' => '-2' ) ) )->items[0]->quantity );
	}

	/**
	 * @return array<string, array<int, mixed>> Body, and what the message names.
	 */
	public function malformed(): array {
		$cases = array(
			'nothing'    => array( '', 'JSON' ),
			'half'       => array( '{"revision": 42', 'JSON' ),
			'a word'     => array( '"stock"', 'JSON' ),
			'a number'   => array( '7', 'JSON' ),
			'too deep'   => array( str_repeat( '[', 20 ) . str_repeat( ']', 20 ), 'JSON' ),
			'empty list' => array( '[]', 'revision' ),
			'null item'  => array( $this->body( array( 'items' => array( null ) ) ), 'items[0].id' ),
			'no site'    => array( $this->body( array( 'site' => null ) ), 'site' ),
			'site 7'     => array( $this->body( array( 'site' => 7 ) ), 'site' ),
		);
		foreach ( array( null, '42', 4.2, -1, array() ) as $wrong ) {
			$cases[ 'revision ' . json_encode( $wrong ) ]        = array( $this->body( array( 'revision' => $wrong ) ), 'revision' );
			$cases[ 'counted_through ' . json_encode( $wrong ) ] = array( $this->body( array( 'counted_through' => $wrong ) ), 'counted_through' );
		}
		foreach ( array( '42', 4.2, -1, array() ) as $wrong ) {
			$cases[ 'counted_since ' . json_encode( $wrong ) ] = array( $this->body( array( 'counted_since' => $wrong ) ), 'counted_since' );
		}
		foreach ( array( null, array(), 'all', array( 'a' => array( 'id' => 1 ) ), 7 ) as $wrong ) {
			$cases[ 'items ' . json_encode( $wrong ) ] = array( $this->body( array( 'items' => $wrong ) ), 'items' );
		}
		foreach ( array( 0, -1, '123', 1.5, null ) as $wrong ) {
			$cases[ 'id ' . json_encode( $wrong ) ] = array( $this->body( array(), array( 'id' => $wrong ) ), 'items[0].id' );
		}
		foreach ( array( 7, 7.5, '--1', '', 'many', '1,5', '1e3', '1.23456', null ) as $wrong ) {
			$cases[ 'quantity ' . json_encode( $wrong ) ] = array( $this->body( array(), array( 'quantity' => $wrong ) ), 'items[0].quantity' );
		}
		foreach ( array( 2, 'two', '', array() ) as $wrong ) {
			$cases[ 'counted ' . json_encode( $wrong ) ] = array( $this->body( array(), array( 'counted' => $wrong ) ), 'items[0].counted' );
		}
		foreach ( array( 'sold', '', true, 0 ) as $wrong ) {
			$cases[ 'status ' . json_encode( $wrong ) ]     = array( $this->body( array(), array( 'status' => $wrong ) ), 'items[0].status' );
			$cases[ 'backorders ' . json_encode( $wrong ) ] = array( $this->body( array(), array( 'backorders' => $wrong ) ), 'items[0].backorders' );
		}
		return $cases;
	}

	/**
	 * @dataProvider malformed
	 */
	public function test_malformed_body_is_refused_with_the_place_named( string $body, string $named ): void {
		$this->expectException( Bad_Request::class );
		$this->expectExceptionCode( 400 );
		$this->expectExceptionMessage( $named );
		Stock_Request::parse( $body );
	}

	public function test_thousand_items_are_taken_and_one_more_is_not(): void {
		$items = array_map(
			fn( $id ) => array(
				'id'       => $id,
				'quantity' => '1',
			),
			range( 1, 1001 )
		);
		$this->assertCount( 1000, Stock_Request::parse( $this->body( array( 'items' => array_slice( $items, 1 ) ) ) )->items );
		$this->expectException( Bad_Request::class );
		$this->expectExceptionCode( 413 );
		Stock_Request::parse( $this->body( array( 'items' => $items ) ) );
	}
}
