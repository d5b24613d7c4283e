<?php
/**
 * The rules of the outbox: in memory here, and on the table with a real WordPress.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Event;
use Sklad_Bridge\Outbox_Store;

final class OutboxTest extends TestCase {

	private const NOW = 1790000000;

	private Outbox_Store $outbox;

	protected function setUp(): void {
		$this->outbox = Shop::outbox();
	}

	private function put( int $order_id, int $now = self::NOW, string $kind = Event::CHANGED ): Event {
		$event = new Event( $kind, $order_id, $now );
		$this->outbox->put( array( $event ) );
		return $event;
	}

	/**
	 * @return Event[]
	 */
	private function due( int $now = self::NOW ): array {
		return $this->outbox->due( $now, 100 );
	}

	private function claimed( int $order_id ): Event {
		$this->put( $order_id );
		$event = $this->due()[0];
		$this->assertTrue( $this->outbox->claim( $event, self::NOW ) );
		return $event;
	}

	public function test_waiting_event_of_the_same_order_is_replaced_and_gets_the_new_id(): void {
		$this->put( 621 );
		$second = $this->put( 621, self::NOW + 5, Event::DELETED );
		$due    = $this->due( self::NOW + 5 );
		$this->assertCount( 1, $due );
		$this->assertSame( array( $second->uuid, Event::DELETED ), array( $due[0]->uuid, $due[0]->kind ) );
	}

	public function test_replaced_event_starts_its_tries_anew(): void {
		$event = $this->claimed( 621 );
		$this->outbox->put_back( $event, self::NOW + 3600, 'timeout' );
		$this->put( 621, self::NOW + 5 );
		$this->assertSame( 0, $this->due( self::NOW + 5 )[0]->attempts );
	}

	public function test_event_in_flight_is_never_replaced(): void {
		$first = $this->claimed( 621 );
		$this->put( 621 );
		$due = $this->due();
		$this->assertCount( 1, $due );
		$this->assertNotSame( $first->uuid, $due[0]->uuid );
		$this->assertSame( 2, $this->outbox->summary()['waiting'] );
	}

	public function test_event_put_back_keeps_its_id_and_counts_its_tries(): void {
		$event = $this->claimed( 621 );
		$this->outbox->put_back( $event, self::NOW + 60, 'timeout' );
		$this->assertSame( array(), $this->due( self::NOW + 59 ) );
		$again = $this->due( self::NOW + 60 )[0];
		$this->assertSame( array( $event->uuid, 1 ), array( $again->uuid, $again->attempts ) );
		$this->assertSame( self::NOW + 60, $this->outbox->next_due() );
	}

	public function test_event_put_back_gives_way_to_a_newer_one(): void {
		$event = $this->claimed( 621 );
		$newer = $this->put( 621 );
		$this->outbox->put_back( $event, self::NOW + 60, 'timeout' );
		$this->assertSame( 1, $this->outbox->summary()['waiting'] );
		$this->assertSame( $newer->uuid, $this->due()[0]->uuid );
	}

	public function test_event_is_claimed_once(): void {
		$this->put( 621 );
		$one     = $this->due()[0];
		$another = $this->due()[0];
		$this->assertTrue( $this->outbox->claim( $one, self::NOW ) );
		$this->assertFalse( $this->outbox->claim( $another, self::NOW ) );
	}

	public function test_event_replaced_after_it_was_read_is_not_claimed(): void {
		$this->put( 621 );
		$read = $this->due()[0];
		$this->put( 621 );
		$this->assertFalse( $this->outbox->claim( $read, self::NOW ) );
	}

	public function test_delivered_event_goes_and_takes_older_failures_of_its_order_along(): void {
		$this->outbox->fail( $this->claimed( 621 ), 'rejected' );
		$this->outbox->fail( $this->claimed( 622 ), 'rejected' );
		$this->outbox->delivered( $this->claimed( 621 ) );
		$summary = $this->outbox->summary();
		$this->assertSame( array( 0, 1 ), array( $summary['waiting'], $summary['failed'] ) );
	}

	public function test_what_a_dead_process_left_in_flight_comes_back(): void {
		$event = $this->claimed( 621 );
		$this->outbox->tidy( self::NOW, 0 );
		$this->assertNull( $this->outbox->next_due() );
		$this->outbox->tidy( self::NOW + 1, 0 );
		$this->assertSame( self::NOW + 60, $this->outbox->next_due() );
		$this->assertSame( $event->uuid, $this->due( self::NOW + 60 )[0]->uuid );
	}

	public function test_what_a_dead_process_left_gives_way_to_a_newer_event(): void {
		$this->claimed( 621 );
		$newer = $this->put( 621 );
		$this->outbox->tidy( self::NOW + 1, 0 );
		$this->assertSame( 1, $this->outbox->summary()['waiting'] );
		$this->assertSame( $newer->uuid, $this->due()[0]->uuid );
	}

	public function test_failed_event_waits_no_more_and_is_forgotten_in_the_end(): void {
		$this->outbox->fail( $this->claimed( 621 ), 'rejected|No such currency' );
		$this->assertNull( $this->outbox->next_due() );
		$this->assertSame( 'rejected|No such currency', $this->outbox->summary()['last_error'] );
		$this->outbox->tidy( 0, self::NOW );
		$this->assertSame( 1, $this->outbox->summary()['failed'] );
		$this->outbox->tidy( 0, self::NOW + 1 );
		$this->assertSame( 0, $this->outbox->summary()['failed'] );
	}

	public function test_failed_events_are_revived_one_per_order(): void {
		$this->outbox->fail( $this->claimed( 621 ), 'expired' );
		$this->outbox->fail( $this->claimed( 621 ), 'expired' );
		$this->outbox->fail( $this->claimed( 622 ), 'expired' );
		$newer = $this->put( 622, self::NOW + 5 );
		$this->outbox->revive( self::NOW + 9 );
		$due = $this->due( self::NOW + 9 );
		$this->assertCount( 2, $due );
		$this->assertSame( $newer->uuid, $due[0]->uuid );
		$this->assertSame( array( 621, 0, self::NOW + 9 ), array( $due[1]->order_id, $due[1]->attempts, $due[1]->created ) );
		$this->assertSame( 0, $this->outbox->summary()['failed'] );
	}

	public function test_longest_due_comes_first_and_the_limit_is_kept(): void {
		$this->put( 3, self::NOW + 2 );
		$this->put( 1, self::NOW );
		$this->put( 2, self::NOW + 1 );
		$this->assertSame( array( 1, 2 ), array_column( $this->outbox->due( self::NOW + 9, 2 ), 'order_id' ) );
	}

	public function test_five_hundred_orders_are_stored_at_once(): void {
		$this->outbox->put( array_map( fn( $id ) => new Event( Event::CHANGED, $id, self::NOW ), range( 1, 500 ) ) );
		$this->assertSame( 500, $this->outbox->summary()['waiting'] );
	}

	public function test_hurrying_makes_all_waiting_events_due(): void {
		$this->outbox->put_back( $this->claimed( 621 ), self::NOW + 3600, 'timeout' );
		$this->outbox->hurry( self::NOW + 1 );
		$this->assertCount( 1, $this->due( self::NOW + 1 ) );
	}

	public function test_lock_is_held_by_one_and_expires_by_itself(): void {
		$this->assertTrue( $this->outbox->lock( 'one', self::NOW, 60 ) );
		$this->assertFalse( $this->outbox->lock( 'two', self::NOW + 60, 60 ) );
		$this->assertTrue( $this->outbox->lock( 'two', self::NOW + 61, 60 ) );
	}

	public function test_lock_is_given_back_by_its_owner_only(): void {
		$this->outbox->lock( 'one', self::NOW, 60 );
		$this->outbox->unlock( 'two' );
		$this->assertFalse( $this->outbox->lock( 'two', self::NOW, 60 ) );
		$this->outbox->unlock( 'one' );
		$this->assertTrue( $this->outbox->lock( 'two', self::NOW, 60 ) );
	}
}
