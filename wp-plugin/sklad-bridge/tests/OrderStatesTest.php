<?php
/**
 * Where orders stand: one signed question for a screen, remembered for a minute, and a silent bridge left alone.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Bridge_Client;
use Sklad_Bridge\Order_Actions;
use Sklad_Bridge\Order_States;
use Sklad_Bridge\Signature;

final class OrderStatesTest extends TestCase {

	private Shop $shop;

	private Order_States $states;

	protected function setUp(): void {
		$this->shop   = new Shop();
		$this->states = new Order_States( $this->shop->settings, $this->shop->guard, new Bridge_Client( $this->shop->settings, $this->shop->state ) );
		delete_transient( Order_States::MEMORY );
		delete_transient( Order_States::AWAY );
	}

	/**
	 * What the bridge answers about orders.
	 *
	 * @param array<int, array<string, mixed>> ...$rows Orders.
	 * @return array{0: int, 1: array<string, mixed>}
	 */
	private static function said( array ...$rows ): array {
		return array( 200, array( 'orders' => $rows ) );
	}

	private static function sent( int $id ): array {
		return array(
			'id'     => $id,
			'state'  => 'sent',
			'label'  => 'в МоёмСкладе',
			'number' => "WOO-$id",
			'url'    => 'https://online.moysklad.ru/app/#customerorder/edit?id=1',
			'page'   => 'https://bridge.example.test/admin/bridge/order/1/change/',
		);
	}

	public function test_question_is_signed_and_names_the_orders_of_the_screen(): void {
		Http::$answers = array( self::said( self::sent( 621 ), array( 'id' => 622, 'state' => 'unknown' ) ) ); // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing.AssociativeArrayFound
		$states        = $this->states->of( array( 621, 622 ), Clock::$now );
		$this->assertSame( 'в МоёмСкладе', $states[621]->label );
		$this->assertSame( 'unknown', $states[622]->code );
		$this->assertNotSame( '', $states[622]->label );

		$request = Http::$requests[0];
		$this->assertSame( 'https://bridge.example.test/api/v1/site/1/orders/', $request['url'] );
		$this->assertSame( array( 621, 622 ), Http::bodies()[0]['orders'] );
		$this->assertTrue(
			Signature::matches(
				$request['headers']['X-Sklad-Bridge-Signature'],
				$request['headers']['X-Sklad-Bridge-Id'],
				$request['headers']['X-Sklad-Bridge-Timestamp'],
				$request['body'],
				array( Shop::SECRET )
			)
		);
	}

	/**
	 * @group stand-ins
	 */
	public function test_answer_is_remembered_for_a_minute(): void {
		Http::$answers = array( self::said( self::sent( 621 ) ), self::said( self::sent( 622 ) ), self::said( self::sent( 621 ) ) );
		$this->states->of( array( 621 ), Clock::$now );
		Clock::$now += 30;
		$this->assertCount( 2, $this->states->of( array( 621, 622 ), Clock::$now ) );
		$this->assertSame( array( 622 ), Http::bodies()[1]['orders'] );
		Clock::$now += 31;
		$this->states->of( array( 621 ), Clock::$now );
		$this->assertCount( 3, Http::$requests );
	}

	/**
	 * @testWith ["waiting"]
	 *           ["needs_you"]
	 *           ["unknown"]
	 */
	public function test_state_that_is_about_to_change_is_asked_for_again_after_seconds( string $state ): void {
		$waiting       = array( 'state' => $state ) + self::sent( 621 );
		Http::$answers = array( self::said( $waiting, self::sent( 622 ) ), self::said( self::sent( 621 ) ) );
		$this->states->of( array( 621, 622 ), Clock::$now );
		$this->states->of( array( 621 ), Clock::$now + 4 );
		$this->assertCount( 1, Http::$requests, 'Several parts of one page, or a page that is reloaded at once, ask once.' );
		$later = $this->states->of( array( 621, 622 ), Clock::$now + 6 );
		$this->assertSame( array( 621 ), Http::bodies()[1]['orders'] );
		$this->assertSame( array( 'sent', 'sent' ), array( $later[621]->code, $later[622]->code ) );
	}

	/**
	 * @group stand-ins
	 */
	public function test_what_was_said_in_one_language_is_not_shown_to_a_reader_of_another(): void {
		$english       = array( 'label' => 'in MoySklad' ) + self::sent( 621 );
		Http::$answers = array( self::said( self::sent( 621 ) ), self::said( $english ) );
		$this->states->of( array( 621 ), Clock::$now );
		$GLOBALS['locale'] = 'en_US';
		try {
			$this->assertSame( 'in MoySklad', $this->states->of( array( 621 ), Clock::$now )[621]->label );
		} finally {
			$GLOBALS['locale'] = 'ru_RU';
		}
		$this->assertSame( array( 'ru_RU', 'en_US' ), array_column( Http::bodies(), 'language' ) );
	}

	/**
	 * @group stand-ins
	 */
	public function test_silent_bridge_slows_one_page_a_minute_and_stops_no_event(): void {
		Http::$answers = array( 'cURL error 28: Operation timed out' );
		$this->assertSame( array(), $this->states->of( array( 621 ), Clock::$now ) );
		$this->assertSame( array(), $this->states->of( array( 622 ), Clock::$now ) );
		$this->assertCount( 1, Http::$requests );
		$this->assertSame( 0, $this->shop->state->failures() );
		Clock::$now += 61;
		Http::$answers = array( self::said( self::sent( 621 ) ) );
		$this->assertCount( 1, $this->states->of( array( 621 ), Clock::$now ) );
	}

	public function test_nobody_is_asked_from_a_copy_or_without_a_bridge(): void {
		$this->shop->settings->pair( 'https://old.example.test' );
		$this->assertFalse( $this->states->available() );
		$this->states->of( array( 621 ), Clock::$now );
		$this->shop->guard->pair();
		$this->shop->settings->set_address( 'https://bridge.example.test/somewhere' );
		$this->assertFalse( $this->states->available() );
		$this->assertSame( array(), Http::$requests );
	}

	public function test_answer_of_another_shape_is_no_answer(): void {
		Http::$answers = array( array( 200, array( 'orders' => array( 'x', array( 'id' => 'y' ) ) ) ) );
		$this->assertSame( array(), $this->states->of( array( 621 ), Clock::$now ) );
	}

	/**
	 * @return array<string, array{0: array<int, mixed>|string, 1: bool, 2: string}>
	 */
	public function results(): array {
		$said = fn( string $result ) => self::said(
			array(
				'id'     => 621,
				'result' => $result,
			)
		);
		return array(
			'queued'   => array( $said( 'queued' ), true, 'is being sent' ),
			'unknown'  => array( $said( 'unknown' ), true, 'is being sent' ),
			'not sent' => array( $said( 'not_sent' ), true, 'in this status' ),
			'removed'  => array( $said( 'removed' ), false, 'was removed' ),
			'silent'   => array( 'cURL error 28: Operation timed out', false, 'Nothing is lost' ),
		);
	}

	/**
	 * @dataProvider results
	 * @param array<int, mixed>|string $answer Answer of the bridge.
	 * @param bool                     $ok     It went well.
	 * @param string                   $words  Part of the sentence.
	 */
	public function test_send_again_tells_the_order_as_it_is_now_and_asks_for_moysklad( $answer, bool $ok, string $words ): void {
		$actions       = new Order_Actions( $this->states, $this->shop->queue, $this->shop->gate );
		Http::$answers = array( $answer );
		$result        = $actions->send( 621, Clock::$now );
		$this->assertSame( $ok, $result['ok'] );
		$this->assertStringContainsString( $words, $result['text'] );
		$this->assertSame( 'https://bridge.example.test/api/v1/site/1/orders/send/', Http::$requests[0]['url'] );
		$this->assertSame( 1, $this->shop->outbox->summary()['waiting'] );
		$this->shop->dispatcher()->on_request();
		$this->assertSame( 'order.changed', Http::bodies()[1]['event'] );
	}

	/**
	 * @group stand-ins
	 */
	public function test_send_again_says_who_pressed_the_button(): void {
		$GLOBALS['user']  = 1;
		$GLOBALS['users'] = array( 1 => 'Иван Петров' );
		Http::$answers    = array( self::said( array( 'id' => 621, 'result' => 'queued' ) ) ); // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing.AssociativeArrayFound
		$this->states->send_again( 621 );
		$GLOBALS['user'] = 0;
		$this->assertSame( 'Иван Петров', Http::bodies()[0]['by'] );
	}
}
