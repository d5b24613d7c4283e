<?php
/**
 * Drains the outbox: one process at a time, a few events at a time, each read at the moment of sending.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Takes an event into flight, sends it, and does with the row what the answer says.
 */
final class Event_Sender {

	public const BATCH = 20;

	/** How a drain ended. */
	public const EMPTIED = 'emptied'; // Nothing is due any more.
	public const FULL    = 'full';    // More is due, and left for the next drain.
	public const UNWELL  = 'unwell';  // The bridge does not take events now.
	public const BUSY    = 'busy';    // Another process is draining.

	/** A drain starts no further event after so many seconds, and its lock expires well after that. */
	public const SECONDS      = 30;
	public const LOCK_SECONDS = 60;

	/** A row in flight for so long belongs to a process that died. */
	private const IN_FLIGHT_SECONDS = 120;

	/** Failures are shown for so long. */
	private const KEEP_FAILED_SECONDS = 2592000; // 30 days.

	/**
	 * Outbox.
	 *
	 * @var Outbox_Store
	 */
	private Outbox_Store $outbox;

	/**
	 * Where orders are read.
	 *
	 * @var Order_Source
	 */
	private Order_Source $orders;

	/**
	 * Client.
	 *
	 * @var Bridge_Client
	 */
	private Bridge_Client $client;

	/**
	 * State of delivery.
	 *
	 * @var Delivery_State
	 */
	private Delivery_State $state;

	/**
	 * Journal of sales.
	 *
	 * @var Sales_Journal
	 */
	private Sales_Journal $sales;

	/**
	 * A sender.
	 *
	 * @param Outbox_Store   $outbox Outbox.
	 * @param Order_Source   $orders Where orders are read.
	 * @param Bridge_Client  $client Client.
	 * @param Delivery_State $state  State of delivery.
	 * @param Sales_Journal  $sales  Journal of sales.
	 */
	public function __construct( Outbox_Store $outbox, Order_Source $orders, Bridge_Client $client, Delivery_State $state, Sales_Journal $sales ) {
		$this->outbox = $outbox;
		$this->orders = $orders;
		$this->client = $client;
		$this->state  = $state;
		$this->sales  = $sales;
	}

	/**
	 * Sends what is due, at most BATCH events.
	 *
	 * @return string One of the constants: how it ended.
	 */
	public function drain(): string {
		$token = wp_generate_uuid4();
		$start = time();
		if ( ! $this->outbox->lock( $token, $start, self::LOCK_SECONDS ) ) {
			return self::BUSY;
		}
		try {
			$this->state->refresh();
			if ( $this->state->paused_until() > $start ) {
				return self::UNWELL;
			}
			$this->outbox->tidy( $start - self::IN_FLIGHT_SECONDS, $start - self::KEEP_FAILED_SECONDS );
			return $this->send_due( $start + self::SECONDS );
		} finally {
			$this->outbox->unlock( $token );
		}
	}

	/**
	 * Sends what is due while the lock is held.
	 *
	 * @param int $deadline No further event is started from then on.
	 */
	private function send_due( int $deadline ): string {
		$taken = 0;
		while ( $taken < self::BATCH ) {
			$events = $this->outbox->due( time(), self::BATCH - $taken );
			if ( ! $events ) {
				return self::EMPTIED;
			}
			foreach ( $events as $event ) {
				if ( time() >= $deadline ) {
					return self::FULL;
				}
				++$taken;
				if ( $this->outbox->claim( $event, time() ) && ! $this->deliver( $event ) ) {
					return self::UNWELL;
				}
			}
		}
		return self::FULL;
	}

	/**
	 * Sends a test event at once, past the outbox.
	 */
	public function ping(): Reply {
		$now   = time();
		$event = new Event( Event::PING, 0, $now );
		$reply = $this->client->send( $event->uuid, $event->body( Site_Guard::home(), microtime( true ), null ) );
		if ( Reply::DELIVERED === $reply->verdict ) {
			$this->state->start_anew();
			$this->state->succeeded( $now );
			$this->outbox->hurry( $now );
		} else {
			$this->state->note( $reply->error(), $now );
		}
		return $reply;
	}

	/**
	 * Sends one event in flight and settles its row.
	 *
	 * @param Event $event Event in flight.
	 * @return bool The next event may go: the bridge answers.
	 */
	private function deliver( Event $event ): bool {
		$read_at = microtime( true );
		$order   = $this->orders->read( $event->order_id );
		if ( ! $order->wanted ) {
			$this->outbox->drop( $event );
			return true;
		}
		// The order itself says whether it is deleted: it may have gone after a change, or have survived an attempt to delete it.
		$event->kind = $order->exists ? Event::CHANGED : Event::DELETED;

		$site  = Site_Guard::home();
		$sales = $this->sales->of_order( $event->order_id );
		$reply = $this->client->send( $event->uuid, $event->body( $site, $read_at, $order->data, $order->refunds, $sales ) );
		if ( 'too_large' === $reply->code && null !== $order->data ) {
			// Something before the bridge takes less than the bridge does: the order's id is enough.
			$reply = $this->client->send( $event->uuid, $event->body( $site, $read_at, null, null, $sales ) );
		}
		$this->settle( $event, $reply, time() );
		return in_array( $reply->verdict, array( Reply::DELIVERED, Reply::REJECTED ), true );
	}

	/**
	 * Does with the row what the answer says.
	 *
	 * @param Event $event Event in flight.
	 * @param Reply $reply Answer.
	 * @param int   $now   Unix seconds.
	 */
	private function settle( Event $event, Reply $reply, int $now ): void {
		if ( Reply::DELIVERED === $reply->verdict ) {
			$this->outbox->delivered( $event );
			$this->state->succeeded( $now );
			return;
		}
		$line = sprintf( 'Event %s of order %d, try %d: %s', $event->uuid, $event->order_id, $event->attempts, $reply->code );
		if ( Reply::REJECTED === $reply->verdict ) {
			Journal::error( $line );
			$this->outbox->fail( $event, $reply->error() );
			return;
		}
		Journal::warning( $line );
		if ( Reply::STOP === $reply->verdict ) {
			$this->state->stop( $reply->error(), $now );
			$this->outbox->put_back( $event, $now, $reply->error() );
			return;
		}
		$this->state->failed( $reply->error(), $now );
		$next_try = Retry_Policy::next_try( $event->created, $event->attempts, $now, $reply->retry_after );
		if ( null === $next_try ) {
			Journal::error( $line . ', given up after 3 days' );
			$this->outbox->fail( $event, 'expired' );
			return;
		}
		$this->outbox->put_back( $event, $next_try, $reply->error() );
	}
}
