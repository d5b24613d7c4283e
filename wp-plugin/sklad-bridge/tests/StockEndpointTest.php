<?php
/**
 * The endpoint: who may write stock, and what is answered.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Settings;
use Sklad_Bridge\Signature;
use Sklad_Bridge\Site_Guard;
use Sklad_Bridge\Stock_Batch;
use Sklad_Bridge\Stock_Endpoint;
use Sklad_Bridge\Stock_State;
use WP_Error;
use WP_REST_Request;

final class StockEndpointTest extends TestCase {

	private const ID = '0b9b1a4e-6c55-4c39-9a2c-6f4c1f0a7d11';

	/** Who connected the bridge: the first administrator. */
	private const USER = 1;

	private Shop $shop;
	private Stockroom $room;
	private Stock_Endpoint $endpoint;

	protected function setUp(): void {
		$this->shop     = new Shop();
		$this->room     = new Stockroom();
		$this->endpoint = new Stock_Endpoint(
			$this->shop->settings,
			$this->shop->guard,
			new Stock_Batch( $this->room->writer ),
			$this->room->sales,
			new Stock_State(),
			$this->shop->sender
		);
		$this->shop->settings->set_user_id( self::USER );
	}

	protected function tearDown(): void {
		Stockroom::clear();
	}

	/**
	 * The body of a request for items given as id => quantity.
	 *
	 * @param array<int, string> $quantities Quantities by id.
	 */
	private function body( array $quantities, int $revision = 1, int $counted_through = 0 ): string {
		$items = array();
		foreach ( $quantities as $id => $quantity ) {
			$items[] = array(
				'id'       => $id,
				'quantity' => $quantity,
			);
		}
		return (string) json_encode(
			array(
				'revision'        => $revision,
				'counted_through' => $counted_through,
				'site'            => Site_Guard::home(),
				'items'           => $items,
			)
		);
	}

	private function request( string $body, ?int $timestamp = null, string $secret = Shop::SECRET ): WP_REST_Request {
		$timestamp = $timestamp ?? Clock::$now;
		$request   = new WP_REST_Request( 'POST', '/sklad-bridge/v1/stock' );
		$request->set_header( 'Content-Type', 'application/json' );
		$request->set_header( 'X-Sklad-Bridge-Id', self::ID );
		$request->set_header( 'X-Sklad-Bridge-Timestamp', (string) $timestamp );
		$request->set_header( 'X-Sklad-Bridge-Signature', Signature::header( self::ID, $timestamp, $body, array( $secret ) ) );
		$request->set_body( $body );
		return $request;
	}

	/**
	 * @param mixed $refusal What permit() or answer() returned.
	 */
	private function assertRefused( string $code, int $status, $refusal ): void {
		$this->assertInstanceOf( WP_Error::class, $refusal );
		$this->assertSame( array( "sklad_bridge_$code", $status ), array( $refusal->get_error_code(), $refusal->get_error_data()['status'] ) );
	}

	private function answer( string $body ): array {
		$request = $this->request( $body );
		$this->assertTrue( $this->endpoint->permit( $request ) );
		return $this->endpoint->answer( $request )->get_data();
	}

	/**
	 * @return string[]
	 */
	private function results( array $answer ): array {
		return array_column( $answer['items'], 'result' );
	}

	public function test_signed_request_is_permitted(): void {
		$this->assertTrue( $this->endpoint->permit( $this->request( $this->body( array( 1 => '1' ) ) ) ) );
	}

	public function test_wrong_secret_changed_body_and_missing_headers_are_refused(): void {
		$body = $this->body( array( 1 => '1' ) );
		$this->assertRefused( 'signature', 401, $this->endpoint->permit( $this->request( $body, null, 'guessed' ) ) );
		$changed = $this->request( $body );
		$changed->set_body( $this->body( array( 1 => '100' ) ) );
		$this->assertRefused( 'signature', 401, $this->endpoint->permit( $changed ) );
		foreach ( array( 'Id', 'Timestamp', 'Signature' ) as $name ) {
			$without = $this->request( $body );
			$without->set_header( "X-Sklad-Bridge-$name", '' );
			$this->assertRefused( 'signature', 401, $this->endpoint->permit( $without ) );
		}
		$odd = $this->request( $body );
		$odd->set_header( 'X-Sklad-Bridge-Timestamp', '1e9' );
		$this->assertRefused( 'signature', 401, $this->endpoint->permit( $odd ) );
		$this->assertRefused( 'signature', 401, $this->endpoint->permit( new WP_REST_Request( 'POST', '/sklad-bridge/v1/stock' ) ) );
	}

	public function test_the_test_event_is_sent_when_the_bridge_asks_for_it(): void {
		$body    = (string) json_encode( array( 'site' => Site_Guard::home() ) );
		$request = $this->request( $body );
		$this->assertTrue( $this->endpoint->permit( $request ) );
		$told = $this->endpoint->ping( $request )->get_data();
		$this->assertSame( array( true, '' ), array( $told['delivered'], $told['error'] ) );
		Http::$answers = array( array( 401, array() ) );
		$told = $this->endpoint->ping( $request )->get_data();
		$this->assertFalse( $told['delivered'] );
		$this->assertNotSame( '', $told['error'] );
	}

	public function test_no_test_event_is_sent_for_another_site(): void {
		foreach ( array( '{}', 'no json', (string) json_encode( array( 'site' => 'https://elsewhere.example' ) ) ) as $body ) {
			$this->assertRefused( 'site', 401, $this->endpoint->ping( $this->request( $body ) ) );
		}
	}

	public function test_former_secret_is_good_for_a_week_after_the_change(): void {
		$this->shop->settings->set_secret( 'new', Clock::$now );
		$body = $this->body( array( 1 => '1' ) );
		$this->assertTrue( $this->endpoint->permit( $this->request( $body, null, 'new' ) ) );
		$this->assertTrue( $this->endpoint->permit( $this->request( $body ) ) );
		Clock::$now += Settings::ROTATION;
		$this->assertTrue( $this->endpoint->permit( $this->request( $body, null, 'new' ) ) );
		$this->assertRefused( 'signature', 401, $this->endpoint->permit( $this->request( $body ) ) );
	}

	public function test_clock_may_differ_by_five_minutes_and_the_refusal_tells_the_time(): void {
		$body = $this->body( array( 1 => '1' ) );
		foreach ( array( -300, 300 ) as $offset ) {
			$this->assertTrue( $this->endpoint->permit( $this->request( $body, Clock::$now + $offset ) ) );
		}
		foreach ( array( -301, 301 ) as $offset ) {
			$refusal = $this->endpoint->permit( $this->request( $body, Clock::$now + $offset ) );
			$this->assertRefused( 'clock', 401, $refusal );
			$this->assertSame( Clock::$now, $refusal->get_error_data()['server_time'] );
		}
		$this->assertRefused( 'signature', 401, $this->endpoint->permit( $this->request( $body, Clock::$now - 999, 'guessed' ) ) );
	}

	public function test_site_that_was_never_connected_refuses_everybody(): void {
		delete_option( Settings::SECRET_OPTION );
		$this->assertRefused( 'not_paired', 401, $this->endpoint->permit( $this->request( $this->body( array( 1 => '1' ) ) ) ) );
	}

	public function test_copy_of_the_shop_takes_no_stock_confirmed_or_not(): void {
		$request = $this->request( $this->body( array( 1 => '1' ) ) );
		$this->shop->settings->pair( 'https://old.example.test' );
		$this->assertRefused( 'copy', 409, $this->endpoint->permit( $request ) );
		$this->shop->guard->pair();
		$this->assertTrue( $this->endpoint->permit( $request ) );
		$this->shop->settings->mark_as_copy();
		$this->assertRefused( 'copy', 409, $this->endpoint->permit( $request ) );
	}

	public function test_user_who_connected_the_bridge_needs_the_right_to_set_stock(): void {
		$this->shop->settings->set_user_id( 0 );
		$this->assertRefused( 'capability', 403, $this->endpoint->permit( $this->request( $this->body( array( 1 => '1' ) ) ) ) );
	}

	public function test_request_for_another_site_is_refused_and_one_for_another_spelling_is_not(): void {
		$item = $this->room->simple( '9' );
		$body = $this->body( array( $item => '7' ) );
		$here = trim( (string) json_encode( Site_Guard::home() ), '"' );
		$this->assertRefused( 'site', 401, $this->endpoint->answer( $this->request( str_replace( $here, 'https:\/\/other.example.test', $body ) ) ) );
		$this->assertSame( '9', $this->room->stock( $item ) );
		$this->assertSame( array( 'set' ), $this->results( $this->answer( str_replace( $here, str_replace( ':\/\/', ':\/\/www.', $here ) . '\/', $body ) ) ) );
	}

	public function test_malformed_body_and_too_many_items_are_refused_whole(): void {
		$item = $this->room->simple( '9' );
		$this->assertRefused( 'malformed', 400, $this->endpoint->answer( $this->request( 'stock' ) ) );
		$this->assertRefused( 'malformed', 400, $this->endpoint->answer( $this->request( $this->body( array( $item => '7', 14 => 'many' ) ) ) ) ); // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing.AssociativeArrayFound
		$this->assertRefused( 'too_many', 413, $this->endpoint->answer( $this->request( $this->body( array_fill( $item, 1001, '7' ) ) ) ) );
		$this->assertSame( '9', $this->room->stock( $item ) );
	}

	public function test_items_of_all_kinds_are_answered_one_by_one_in_their_order(): void {
		$variation       = $this->room->variation( '3' );
		$simple          = $this->room->simple( '9' );
		list( , $child ) = $this->room->managed_by_parent( '5' );
		$external        = $this->room->unmanaged( 'external' );
		$same            = $this->room->simple( '4' );
		$sale            = $this->room->sell( $simple, '1' );

		$answer = $this->answer(
			$this->body(
				array(
					$simple    => '7',
					999999     => '1',
					$variation => '0',
					$child     => '1',
					$external  => '1',
					$same      => '4',
				)
			)
		);
		$this->assertSame( array( 'set', 'unknown', 'set', 'parent', 'unmanaged', 'same' ), $this->results( $answer ) );
		$this->assertSame( array( $simple, 999999, $variation, $child, $external, $same ), array_column( $answer['items'], 'id' ) );
		$this->assertSame( array( 3, $sale ), array( $answer['done'], $answer['sale'] ) );
		$this->assertSame( '6', $answer['items'][0]['quantity'] );
	}

	public function test_replayed_request_changes_nothing(): void {
		$item    = $this->room->simple( '9' );
		$request = $this->request( $this->body( array( $item => '7' ) ) );
		$this->endpoint->answer( $request );
		$sale   = $this->room->sell( $item, '3' );
		$answer = $this->endpoint->answer( $request )->get_data();
		$this->assertSame( array( array( 'set' ), $sale, '4' ), array( $this->results( $answer ), $answer['items'][0]['sale'], $this->room->stock( $item ) ) );
		$this->answer( $this->body( array( $item => '6' ), 2, $sale ) );
		$this->assertSame( array( 'stale' ), $this->results( $this->endpoint->answer( $request )->get_data() ) );
		$this->assertSame( '6', $this->room->stock( $item ) );
	}

	public function test_thousand_items_are_answered_at_once(): void {
		$answer = $this->answer( $this->body( array_fill( 900001, 1000, '1' ) ) );
		$this->assertCount( 1000, $answer['items'] );
		$this->assertSame( array( 0, 'unknown' ), array( $answer['done'], $answer['items'][999]['result'] ) );
	}

	public function test_items_that_there_was_no_time_for_are_answered_as_not_done(): void {
		$first  = $this->room->simple( '9' );
		$slow   = $this->room->simple( '9' );
		$others = array( $this->room->simple( '9' ), $this->room->simple( '9' ) );
		$this->room->sales->begin( $slow, 621, '1', Clock::$now );
		Clock::$while_waiting = function (): void {
			Clock::$ticks += 11 * 1000000000;
		};
		$answer               = $this->answer( $this->body( array_fill_keys( array( $first, $slow, ...$others ), '7' ) ) );
		$this->assertSame( array( 'set', 'busy', 'not_done', 'not_done' ), $this->results( $answer ) );
		$this->assertSame( array( 1, '9' ), array( $answer['done'], $this->room->stock( $others[0] ) ) );
		Clock::$while_waiting = null;
		$this->assertSame( array( 'set', 'set' ), $this->results( $this->answer( $this->body( array_fill_keys( $others, '7' ), 2 ) ) ) );
	}

	/**
	 * @group stand-ins
	 */
	public function test_time_for_a_request_can_be_changed(): void {
		$GLOBALS['filters']['sklad_bridge_stock_seconds'] = 0;

		$answer = $this->answer( $this->body( array( $this->room->simple( '9' ) => '7' ) ) );
		unset( $GLOBALS['filters']['sklad_bridge_stock_seconds'] );
		$this->assertSame( array( 'not_done' ), $this->results( $answer ) );
	}

	/**
	 * @group stand-ins
	 */
	public function test_item_that_fails_does_not_keep_the_others_back(): void {
		$bad                = $this->room->simple( '9' );
		$good               = $this->room->simple( '9' );
		$GLOBALS['on_save'] = function ( $product ) use ( $bad ): void {
			if ( $bad === $product->get_id() ) {
				throw new \RuntimeException( 'Not for others to read: 42.' );
			}
		};
		$answer             = $this->answer( $this->body( array_fill_keys( array( $bad, $good ), '7' ) ) );
		$this->assertSame( array( 'error', 'set' ), $this->results( $answer ) );
		$this->assertStringContainsString( 'An extension of the shop broke', $answer['items'][0]['message'] );
	}

	public function test_stock_is_written_in_the_name_of_who_connected_and_nobody_stays_logged_in(): void {
		$item = $this->room->simple( '0' );
		wp_set_current_user( 0 );
		$seen = null;

		Clock::$while_waiting = function () use ( &$seen ): void {
			$seen = get_current_user_id();
		};
		$this->room->sales->begin( $item, 621, '1', Clock::$now );
		$this->answer( $this->body( array( $item => '7' ) ) );
		$this->assertSame( array( self::USER, 0 ), array( $seen, get_current_user_id() ) );
	}

	public function test_settings_page_learns_when_stock_was_written_and_how_many_items(): void {
		$state = new Stock_State();
		$this->answer( $this->body( array( 999999 => '7' ) ) );
		$this->assertSame( 0, $state->at() );
		$this->answer( $this->body( array_fill_keys( array( $this->room->simple( '7' ), $this->room->simple( '9' ), 999999 ), '7' ) ) );
		$this->assertSame( array( Clock::$now, 2 ), array( $state->at(), $state->items() ) );
	}
}
