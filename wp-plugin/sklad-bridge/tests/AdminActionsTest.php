<?php
/**
 * What the buttons do.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Admin_Actions;
use Sklad_Bridge\Delivery_Report;
use Sklad_Bridge\Pairing;
use Sklad_Bridge\Stock_State;

final class AdminActionsTest extends TestCase {

	private Shop $shop;

	private Admin_Actions $actions;

	protected function setUp(): void {
		$shop          = new Shop();
		$this->shop    = $shop;
		$pairing       = new Pairing( $shop->settings, $shop->guard, $shop->state, new Memory_Key_Store() );
		$this->actions = new Admin_Actions( $shop->settings, $shop->guard, $shop->state, $shop->gate, $shop->outbox, $shop->sender, $pairing );
	}

	private function report(): string {
		$shop   = $this->shop;
		$report = new Delivery_Report( $shop->settings, $shop->guard, $shop->state, $shop->gate, $shop->outbox, new Stock_State() );
		return implode( "\n", $report->rows( Clock::$now ) );
	}

	public function test_test_event_says_in_words_what_is_wrong(): void {
		$this->assertTrue( $this->actions->perform( Admin_Actions::TEST )['ok'] );
		Http::$answers = array( array( 401, array() ) );
		$result        = $this->actions->perform( Admin_Actions::TEST );
		$this->assertFalse( $result['ok'] );
		$this->assertStringContainsString( 'secret', $result['text'] );
		$this->assertStringContainsString( 'The last try failed.', $this->report() );
		$this->assertSame( 0, $this->shop->state->failures() );
		$this->actions->perform( Admin_Actions::TEST );
		$this->assertStringContainsString( 'Connected.', $this->report() );
	}

	public function test_test_event_is_not_sent_from_another_place(): void {
		$this->shop->settings->pair( 'https://old.example.test' );
		$this->assertFalse( $this->actions->perform( Admin_Actions::TEST )['ok'] );
		$this->assertSame( array(), Http::$requests );
	}

	public function test_same_shop_pairs_and_sends_what_waited(): void {
		$this->shop->settings->pair( 'https://old.example.test' );
		$this->shop->change( 621 );
		$this->actions->perform( Admin_Actions::SAME );
		$this->shop->dispatcher()->on_request();
		$this->assertCount( 1, Http::$requests );
	}

	/**
	 * @group stand-ins
	 */
	public function test_copy_throws_away_what_waited(): void {
		$this->shop->settings->pair( 'https://old.example.test' );
		$this->shop->change( 621 );
		$this->actions->perform( Admin_Actions::COPY );
		$this->assertSame( 0, $this->shop->outbox->summary()['waiting'] );
		$this->assertStringContainsString( 'copy', $this->report() );
	}

	public function test_failed_events_are_sent_again(): void {
		Http::$answers = array( array( 400, array( 'message' => 'No such currency' ) ) );
		$this->shop->change( 621 );
		$this->shop->dispatcher()->after_write();
		$this->assertStringContainsString( 'No such currency', $this->report() );
		$this->actions->perform( Admin_Actions::RETRY );
		$this->shop->dispatcher()->on_request();
		$this->assertCount( 2, Http::$requests );
		$this->assertStringNotContainsString( 'No such currency', $this->report() );
	}

	public function test_report_says_when_the_bridge_last_wrote_stock_and_how_much(): void {
		$this->assertStringContainsString( 'The bridge has not written stock yet.', $this->report() );
		( new Stock_State() )->written( 998, Clock::$now - 240 );
		$this->assertMatchesRegularExpression( '/The bridge wrote the stock of 998 items \d+ \w+ ago\./', $this->report() );
	}

	public function test_report_says_when_the_bridge_is_away(): void {
		for ( $failure = 0; $failure < 3; $failure++ ) {
			Http::$answers = array( 'cURL error 28: Operation timed out' );
			$this->shop->change( 621 + $failure );
			$this->shop->dispatcher()->after_write();
		}
		$this->assertStringContainsString( 'does not answer', $this->report() );
		$this->assertStringContainsString( '3, the oldest for', $this->report() );
	}
}
