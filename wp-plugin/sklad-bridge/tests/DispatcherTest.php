<?php
/**
 * When the outbox is drained, and by whom.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Gate;

final class DispatcherTest extends TestCase {

	private Shop $shop;

	protected function setUp(): void {
		$this->shop = new Shop();
	}

	private function fail_once(): void {
		Http::$answers = array( 'cURL error 28: Operation timed out' );
		$this->shop->change( 600 + count( Http::$requests ) );
		$this->shop->dispatcher()->after_write();
	}

	public function test_events_go_right_after_the_answer(): void {
		$this->shop->change( 621 );
		$this->shop->dispatcher()->after_write();
		$this->assertCount( 1, Http::$requests );
		$this->assertSame( array(), $this->shop->planned );
	}

	public function test_where_answers_cannot_be_ended_early_the_site_calls_itself(): void {
		$this->shop->change( 621 );
		$this->shop->dispatcher( false )->after_write();
		$this->assertSame( array( 1, array() ), array( $this->shop->loopbacks, Http::$requests ) );
		$this->shop->dispatcher( false )->run();
		$this->assertCount( 1, Http::$requests );
		$this->assertSame( 0, $this->shop->gate->asked_since() );
	}

	public function test_third_failure_in_a_row_pauses_direct_tries_for_five_minutes(): void {
		for ( $failure = 1; $failure <= 3; $failure++ ) {
			$this->assertFalse( $this->shop->gate->is_paused( Clock::$now ) );
			$this->fail_once();
		}
		$this->assertTrue( $this->shop->gate->is_paused( Clock::$now + 299 ) );
		$this->fail_once();
		$this->shop->dispatcher()->on_request();
		$this->assertCount( 3, Http::$requests );

		Clock::$now += 300;
		Http::$answers = array();
		$this->shop->dispatcher()->on_request();
		$this->assertSame( 0, $this->shop->outbox->summary()['waiting'] );
		$this->assertSame( 0, $this->shop->state->failures() );
	}

	public function test_one_failed_try_after_the_pause_pauses_again(): void {
		for ( $failure = 1; $failure <= 3; $failure++ ) {
			$this->fail_once();
		}
		Clock::$now += 300;
		$this->fail_once();
		$this->assertTrue( $this->shop->gate->is_paused( Clock::$now ) );
		$this->assertCount( 4, Http::$requests );
	}

	public function test_request_during_the_pause_tries_nothing_whatever_is_due(): void {
		$this->shop->gate->plan( Clock::$now, Clock::$now );
		$this->shop->gate->pause( Clock::$now + 300 );
		$this->shop->change( 621 );
		$this->shop->dispatcher()->on_request();
		$this->assertSame( array(), Http::$requests );
	}

	public function test_request_that_read_the_gate_before_the_pause_began_does_not_try(): void {
		for ( $failure = 1; $failure <= 3; $failure++ ) {
			$this->fail_once();
		}
		$this->shop->gate->pause( 0 );
		$this->fail_once();
		$this->assertCount( 3, Http::$requests );
	}

	public function test_success_between_failures_starts_the_count_anew(): void {
		$this->fail_once();
		$this->fail_once();
		$this->shop->change( 700 );
		$this->shop->dispatcher()->after_write();
		$this->fail_once();
		$this->assertFalse( $this->shop->gate->is_paused( Clock::$now ) );
	}

	public function test_with_dead_cron_any_later_request_drains(): void {
		$this->fail_once();
		Http::$answers = array();
		Clock::$now   += 59;
		$this->shop->dispatcher()->on_request();
		$this->assertCount( 1, Http::$requests );
		Clock::$now += 1;
		$this->shop->dispatcher()->on_request();
		$this->assertSame( 0, $this->shop->outbox->summary()['waiting'] );
	}

	public function test_what_waits_is_also_planned_in_the_background(): void {
		$this->fail_once();
		$this->assertSame( array( Clock::$now + 60 ), $this->shop->planned );
	}

	public function test_background_run_is_not_planned_before_the_pause_ends(): void {
		for ( $failure = 1; $failure <= 3; $failure++ ) {
			$this->fail_once();
		}
		$this->assertSame( Clock::$now + 300, end( $this->shop->planned ) );
	}

	public function test_bulk_change_goes_in_batches(): void {
		$this->shop->change( ...range( 1, 50 ) );
		$this->shop->dispatcher()->after_write();
		$this->assertCount( 20, Http::$requests );
		$this->assertSame( array( Clock::$now ), $this->shop->planned );
		$this->shop->dispatcher()->run();
		$this->shop->dispatcher()->run();
		$this->assertCount( 50, Http::$requests );
		$this->assertCount( 2, $this->shop->planned );
	}

	public function test_event_written_while_another_process_was_draining_is_sent_by_that_process(): void {
		Http::$during = function (): void {
			if ( 1 === count( Http::$requests ) ) {
				$this->shop->change( 622 );
				$this->shop->dispatcher()->after_write();
			}
		};
		$this->shop->change( 621 );
		$this->shop->dispatcher()->after_write();
		$this->assertSame( array( 621, 622 ), array_column( Http::bodies(), 'order_id' ) );
		$this->assertSame( 0, $this->shop->outbox->summary()['waiting'] );
	}

	/**
	 * @group stand-ins
	 */
	public function test_event_written_after_the_last_look_at_the_table_is_sent_too(): void {
		$this->shop->outbox->before_unlock = function (): void {
			if ( 1 === count( Http::$requests ) ) {
				$this->shop->change( 622 );
				$this->shop->dispatcher()->after_write(); // Finds the lock held, and goes.
			}
		};
		$this->shop->change( 621 );
		$this->shop->dispatcher()->after_write();
		$this->assertSame( array( 621, 622 ), array_column( Http::bodies(), 'order_id' ) );
	}

	public function test_ordinary_request_with_nothing_due_writes_and_sends_nothing(): void {
		$this->shop->dispatcher()->run();
		$gate = get_option( Gate::OPTION );
		Clock::$now += Gate::SELF_CHECK - 1;
		$this->shop->dispatcher()->on_request();
		$this->assertSame( $gate, get_option( Gate::OPTION ) );
		$this->assertSame( array(), Http::$requests );
	}

	public function test_row_left_by_a_process_that_died_is_found_within_a_quarter_of_an_hour(): void {
		$this->shop->dispatcher()->run();
		$this->shop->change( 621 );
		Clock::$now += Gate::SELF_CHECK;
		$this->shop->dispatcher()->on_request();
		$this->assertCount( 1, Http::$requests );
	}

	public function test_where_requests_to_ourselves_lead_nowhere_a_visitor_drains_in_the_end(): void {
		$this->shop->change( 621 );
		$this->shop->dispatcher( false )->after_write();
		for ( $second = 0; $second < 400 && ! Http::$requests; $second++ ) {
			++Clock::$now;
			$this->shop->dispatcher( false )->on_request();
		}
		$this->assertCount( 1, Http::$requests );
		$this->assertGreaterThan( Shop::START + 300, Clock::$now );
		$this->assertLessThanOrEqual( 12, $this->shop->loopbacks );
	}

	public function test_site_that_moved_keeps_its_events_until_a_person_decides(): void {
		$this->shop->settings->pair( 'https://old.example.test' );
		$this->shop->change( 621 );
		$this->shop->dispatcher()->after_write();
		$this->assertSame( array( array(), 1 ), array( Http::$requests, $this->shop->outbox->summary()['waiting'] ) );

		$this->shop->guard->pair();
		$this->shop->dispatcher()->run();
		$this->assertCount( 1, Http::$requests );
	}

	public function test_copy_collects_and_sends_nothing(): void {
		$this->shop->settings->mark_as_copy();
		$this->shop->change( 621 );
		$this->shop->dispatcher()->run();
		$this->assertSame( array( array(), 0 ), array( Http::$requests, $this->shop->outbox->summary()['waiting'] ) );
	}

	public function test_refused_site_sends_nothing_until_a_person_acts(): void {
		Http::$answers = array( array( 403, array( 'code' => 'other_site' ) ) );
		$this->shop->change( 621 );
		$this->shop->dispatcher()->after_write();
		Clock::$now += 3600;
		$this->shop->dispatcher()->run();
		$this->assertCount( 1, Http::$requests );
		$this->assertSame( array(), $this->shop->planned );
		$this->shop->state->start_anew();
		$this->shop->dispatcher()->run();
		$this->assertSame( 0, $this->shop->outbox->summary()['waiting'] );
	}

	public function test_site_without_address_or_secret_stores_nothing(): void {
		$this->shop->settings->set_address( '' );
		$this->shop->change( 621 );
		$this->assertSame( 0, $this->shop->outbox->summary()['waiting'] );
	}
}
