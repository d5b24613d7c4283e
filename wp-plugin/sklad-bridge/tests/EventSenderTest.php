<?php
/**
 * Draining: what is sent, and what each answer does to the event and to the others.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Event;
use Sklad_Bridge\Event_Sender;
use Sklad_Bridge\Order_Snapshot;
use Sklad_Bridge\Retry_Policy;
use Sklad_Bridge\Settings;
use Sklad_Bridge\Signature;
use Sklad_Bridge\Words;

final class EventSenderTest extends TestCase {

	private Shop $shop;

	protected function setUp(): void {
		$this->shop = new Shop();
	}

	public function test_event_carries_the_order_as_it_is_at_sending_time(): void {
		$this->shop->change( 621 );
		$this->assertSame( Event_Sender::EMPTIED, $this->shop->sender->drain() );
		$body = Http::bodies()[0];
		$this->assertSame( array( 'event', 'id', 'site', 'plugin_version', 'sent_at', 'order_id', 'read_at', 'order', 'refunds', 'sales' ), array_keys( $body ) );
		$this->assertSame( array( 'order.changed', 621, Fake_Orders::order( 621 ) ), array( $body['event'], $body['order_id'], $body['order'] ) );
		$this->assertSame( $this->shop->settings->paired_home(), $body['site'] );
		$this->assertSame( array(), $body['refunds'] );
		$this->assertSame( array(), $body['sales'] );
		$this->assertIsFloat( $body['read_at'] );
		$this->assertMatchesRegularExpression( '/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/', $body['sent_at'] );
		$this->assertSame( 0, $this->shop->outbox->summary()['waiting'] );
	}

	public function test_request_is_signed_and_short_and_follows_no_redirect(): void {
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$request = Http::$requests[0];
		$headers = $request['headers'];
		$id      = Http::bodies()[0]['id'];
		$this->assertSame( array( $id, (string) Clock::$now ), array( $headers['X-Sklad-Bridge-Id'], $headers['X-Sklad-Bridge-Timestamp'] ) );
		$this->assertSame( Signature::header( $id, Clock::$now, $request['body'], array( Shop::SECRET ) ), $headers['X-Sklad-Bridge-Signature'] );
		$this->assertSame( array( 'application/json', 3, 0 ), array( $headers['Content-Type'], $request['timeout'], $request['redirection'] ) );
		$this->assertStringContainsString( 'Пётр', $request['body'] );
	}

	public function test_two_signatures_are_sent_while_the_secret_is_being_changed(): void {
		$this->shop->settings->set_secret( 'new', Clock::$now );
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$this->assertCount( 2, explode( ' ', Http::$requests[0]['headers']['X-Sklad-Bridge-Signature'] ) );
		Clock::$now += Settings::ROTATION;
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$this->assertCount( 1, explode( ' ', Http::$requests[1]['headers']['X-Sklad-Bridge-Signature'] ) );
	}

	public function test_order_that_is_gone_is_sent_as_deleted(): void {
		$this->shop->orders->special[621] = new Order_Snapshot( false, true );
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$body = Http::bodies()[0];
		$this->assertSame( array( Event::DELETED, 621, null, null ), array( $body['event'], $body['order_id'], $body['order'], $body['refunds'] ) );
	}

	public function test_event_carries_the_refunds_of_the_order_next_to_it(): void {
		$refunds                          = array(
			array(
				'id'     => 629,
				'amount' => '315.90',
			),
			array(
				'id'     => 628,
				'amount' => '50.00',
			),
		);
		$this->shop->orders->special[621] = new Order_Snapshot( true, true, Fake_Orders::order( 621 ), $refunds );
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$this->assertSame( array( Fake_Orders::order( 621 ), $refunds ), array( Http::bodies()[0]['order'], Http::bodies()[0]['refunds'] ) );
	}

	public function test_refunds_that_make_the_event_larger_than_the_limit_go_with_the_order_as_its_id(): void {
		$large                            = array( array( 'reason' => str_repeat( 'я', 470000 ) ) );
		$this->shop->orders->special[621] = new Order_Snapshot( true, true, Fake_Orders::order( 621 ), $large );
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$body = Http::bodies()[0];
		$this->assertSame( array( Event::CHANGED, 621, null, null ), array( $body['event'], $body['order_id'], $body['order'], $body['refunds'] ) );
	}

	public function test_event_carries_the_sales_of_its_order_even_when_the_order_is_gone_or_too_large(): void {
		$this->shop->orders->special[622] = new Order_Snapshot( false, true );
		$this->shop->orders->special[623] = new Order_Snapshot( true, true, array( 'note' => str_repeat( 'я', 470000 ) ) );
		foreach ( array( 621, 622, 623 ) as $order_id ) {
			$numbers[] = $this->shop->sales->begin( 13, $order_id, '2', Clock::$now );
		}
		$numbers[] = $this->shop->sales->begin( 14, 622, '-1.5', Clock::$now + 5 );
		$this->shop->change( 621, 622, 623 );
		$this->shop->sender->drain();
		$this->assertSame( array( $numbers[0] ), array_column( Http::bodies()[0]['sales'], 'number' ) );
		$this->assertSame(
			array(
				array(
					'number'   => $numbers[1],
					'item'     => 13,
					'quantity' => '2',
					'at'       => Clock::$now,
				),
				array(
					'number'   => $numbers[3],
					'item'     => 14,
					'quantity' => '-1.5',
					'at'       => Clock::$now + 5,
				),
			),
			Http::bodies()[1]['sales']
		);
		$this->assertSame( array( null, array( $numbers[2] ) ), array( Http::bodies()[2]['order'], array_column( Http::bodies()[2]['sales'], 'number' ) ) );
	}

	public function test_sales_stay_when_something_on_the_way_takes_less(): void {
		Http::$answers = array( array( 413, array() ) );
		$number        = $this->shop->sales->begin( 13, 621, '2', Clock::$now );
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$this->assertSame( array( null, array( $number ) ), array( Http::bodies()[1]['order'], array_column( Http::bodies()[1]['sales'], 'number' ) ) );
	}

	public function test_draft_is_dropped_without_a_request(): void {
		$this->shop->orders->special[621] = new Order_Snapshot( true, false );
		$this->shop->change( 621 );
		$this->assertSame( Event_Sender::EMPTIED, $this->shop->sender->drain() );
		$this->assertSame( array( 0, array() ), array( $this->shop->outbox->summary()['waiting'], Http::$requests ) );
	}

	public function test_order_larger_than_the_limit_goes_as_its_id(): void {
		$this->shop->orders->special[621] = new Order_Snapshot( true, true, array( 'note' => str_repeat( 'я', 470000 ) ) );
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$body = Http::bodies()[0];
		$this->assertSame( array( Event::CHANGED, 621, null ), array( $body['event'], $body['order_id'], $body['order'] ) );
	}

	public function test_order_refused_as_too_large_on_the_way_goes_as_its_id(): void {
		Http::$answers = array( array( 413, array() ) );
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$this->assertNull( Http::bodies()[1]['order'] );
		$this->assertNull( Http::bodies()[1]['refunds'] );
		$this->assertSame( Http::bodies()[0]['id'], Http::bodies()[1]['id'] );
		$this->assertSame( array( 0, 0 ), array_slice( array_values( $this->shop->outbox->summary() ), 0, 2 ) );
	}

	public function test_order_with_broken_letters_is_sent_all_the_same(): void {
		$this->shop->orders->special[621] = new Order_Snapshot( true, true, array( 'note' => "broken \xB1\x31" ) );
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$this->assertSame( "broken \u{FFFD}1", Http::bodies()[0]['order']['note'] );
	}

	public function test_order_that_changes_while_its_event_is_in_flight_is_sent_again(): void {
		Http::$during = function (): void {
			if ( 1 === count( Http::$requests ) ) {
				$this->shop->change( 621 );
			}
		};
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$this->assertCount( 2, array_unique( array_column( Http::bodies(), 'id' ) ) );
	}

	public function test_drain_sends_twenty_events_and_leaves_the_rest(): void {
		$this->shop->change( ...range( 1, 50 ) );
		$this->assertSame( Event_Sender::FULL, $this->shop->sender->drain() );
		$this->assertCount( 20, Http::$requests );
		$this->assertSame( 30, $this->shop->outbox->summary()['waiting'] );
	}

	public function test_drain_starts_nothing_after_its_time_is_over(): void {
		Http::$during = function (): void {
			Clock::$now += 3;
		};
		$this->shop->change( ...range( 1, 20 ) );
		$this->assertSame( Event_Sender::FULL, $this->shop->sender->drain() );
		$this->assertCount( 10, Http::$requests );
	}

	public function test_second_drain_stays_out_while_the_first_is_running(): void {
		$ended        = array();
		Http::$during = function () use ( &$ended ): void {
			$ended[] = $this->shop->sender->drain();
		};
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$this->assertSame( array( Event_Sender::BUSY ), $ended );
		$this->assertCount( 1, Http::$requests );
	}

	public function test_lock_of_a_process_that_died_expires(): void {
		$this->shop->outbox->lock( 'dead', Clock::$now, Event_Sender::LOCK_SECONDS );
		$this->shop->change( 621 );
		$this->assertSame( Event_Sender::BUSY, $this->shop->sender->drain() );
		Clock::$now += Event_Sender::LOCK_SECONDS + 1;
		$this->assertSame( Event_Sender::EMPTIED, $this->shop->sender->drain() );
	}

	/**
	 * @return array<string, array<int, mixed>>
	 */
	public function bad_moments(): array {
		return array(
			'no connection' => array( 'cURL error 7: Failed to connect', 'unreachable' ),
			'no answer'     => array( 'cURL error 28: Operation timed out after 3001 milliseconds', 'timeout' ),
			'500'           => array( array( 500, array() ), 'busy' ),
			'503'           => array( array( 503, array() ), 'busy' ),
			'429'           => array( array( 429, array() ), 'busy' ),
			'wrong secret'  => array( array( 401, array( 'code' => 'signature' ) ), 'wrong_secret' ),
			'redirect'      => array( array( 301, array() ), 'redirect' ),
			'no bridge'     => array( array( 404, array() ), 'wrong_address' ),
		);
	}

	/**
	 * @dataProvider bad_moments
	 */
	public function test_bad_moment_stops_the_drain_and_is_repeated_with_the_same_id( $answer, string $code ): void {
		Http::$answers = array( $answer );
		$this->shop->change( 621, 622 );
		$this->assertSame( Event_Sender::UNWELL, $this->shop->sender->drain() );
		$this->assertCount( 1, Http::$requests );
		$this->assertStringStartsWith( $code, $this->shop->state->last_error() );
		$this->assertSame( 2, $this->shop->outbox->summary()['waiting'] );

		Clock::$now += 60;
		$this->shop->sender->drain();
		$ids = array_column( Http::bodies(), 'id', 'order_id' );
		$this->assertSame( Http::bodies()[0]['id'], $ids[621] );
		$this->assertSame( array( 0, '' ), array( $this->shop->outbox->summary()['waiting'], $this->shop->state->last_error() ) );
	}

	public function test_retry_after_of_the_bridge_is_kept(): void {
		Http::$answers = array( array( 503, array(), array( 'retry-after' => '900' ) ) );
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$this->assertSame( Clock::$now + 900, $this->shop->outbox->next_due() );
	}

	public function test_reason_the_bridge_names_is_kept_as_a_code_and_said_in_the_readers_words(): void {
		Http::$answers = array( array( 400, array( 'code' => 'not_json', 'message' => 'The body is not JSON.' ) ) );
		$this->shop->change( 621 );
		$this->shop->sender->drain();
		$error = $this->shop->outbox->summary()['last_error'];
		$this->assertSame( 'rejected|not_json', $error );
		$this->assertStringContainsString( 'it arrived damaged', Words::of( $error ) );
		$this->assertStringNotContainsString( 'JSON', Words::of( $error ) );
	}

	public function test_event_the_bridge_rejects_is_kept_with_the_reason_and_the_others_go_on(): void {
		Http::$answers = array( array( 400, array( 'message' => 'The <b>body</b> is not JSON.' ) ) );
		$this->shop->change( 621, 622 );
		$this->assertSame( Event_Sender::EMPTIED, $this->shop->sender->drain() );
		$this->assertCount( 2, Http::$requests );
		$summary = $this->shop->outbox->summary();
		$this->assertSame( array( 0, 1, 'rejected|The body is not JSON.' ), array( $summary['waiting'], $summary['failed'], $summary['last_error'] ) );
		$this->assertSame( 0, $this->shop->state->failures() );
	}

	public function test_bridge_that_takes_this_for_another_site_stops_everything(): void {
		Http::$answers = array( array( 403, array( 'code' => 'other_site' ) ) );
		$this->shop->change( 621 );
		$this->assertSame( Event_Sender::UNWELL, $this->shop->sender->drain() );
		$this->assertTrue( $this->shop->state->is_stopped() );
		$this->assertSame( 1, $this->shop->outbox->summary()['waiting'] );
	}

	public function test_clock_refused_by_the_bridge_is_corrected_and_the_event_sent_once_more(): void {
		$offset        = 7200;
		Http::$answers = array(
			array(
				401,
				array(
					'code'        => 'clock',
					'server_time' => Clock::$now + $offset,
				),
			),
		);
		$this->shop->change( 621 );
		$this->assertSame( Event_Sender::EMPTIED, $this->shop->sender->drain() );
		$times = array_map( fn( $request ) => (int) $request['headers']['X-Sklad-Bridge-Timestamp'], Http::$requests );
		$this->assertSame( array( Clock::$now, Clock::$now + $offset ), $times );
		$this->assertSame( Http::$requests[0]['body'], Http::$requests[1]['body'] );

		$this->shop->change( 622 );
		$this->shop->sender->drain();
		$this->assertSame( (string) ( Clock::$now + $offset ), Http::$requests[2]['headers']['X-Sklad-Bridge-Timestamp'] );
	}

	public function test_clock_refused_again_is_an_ordinary_failure(): void {
		$refusal       = array(
			401,
			array(
				'code'        => 'clock',
				'server_time' => Clock::$now + 9,
			),
		);
		Http::$answers = array( $refusal, $refusal );
		$this->shop->change( 621 );
		$this->assertSame( Event_Sender::UNWELL, $this->shop->sender->drain() );
		$this->assertCount( 2, Http::$requests );
		$this->assertSame( 'clock', $this->shop->state->last_error() );
	}

	public function test_event_is_given_up_after_three_days(): void {
		$this->shop->change( 621 );
		$tries = 0;
		while ( null !== $this->shop->outbox->next_due() && $tries < 500 ) {
			Clock::$now    = max( Clock::$now, $this->shop->outbox->next_due() );
			Http::$answers = array( array( 500, array() ) );
			$this->shop->sender->drain();
			++$tries;
		}
		$this->assertSame( 'expired', $this->shop->outbox->summary()['last_error'] );
		$this->assertGreaterThan( 70, $tries );
		$this->assertLessThanOrEqual( Shop::START + Retry_Policy::GIVE_UP_AFTER, Clock::$now );
	}

	public function test_test_event_says_whether_the_bridge_accepts_it_and_starts_tries_anew(): void {
		$this->shop->state->stop( 'other_site', Clock::$now );
		$this->assertSame( '', $this->shop->sender->ping()->code );
		$this->assertSame( array( 'ping', 0, null, array() ), array( Http::bodies()[0]['event'], Http::bodies()[0]['order_id'], Http::bodies()[0]['order'], Http::bodies()[0]['sales'] ) );
		$this->assertFalse( $this->shop->state->is_stopped() );
		Http::$answers = array( array( 401, array() ) );
		$this->assertSame( 'wrong_secret', $this->shop->sender->ping()->code );
	}
}
