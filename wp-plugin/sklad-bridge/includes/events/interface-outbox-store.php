<?php
/**
 * What the outbox can do with its rows; the table of this site is one way, the tests keep them in memory.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * A row is waiting, in flight or failed. At most one row per order is waiting; times are Unix seconds.
 */
interface Outbox_Store {

	/**
	 * Stores new events; one replaces the waiting row of the same order, never one in flight.
	 *
	 * @param Event[] $events Events.
	 */
	public function put( array $events ): void;

	/**
	 * Waiting events whose time has come, the longest due first.
	 *
	 * @param int $now   Now.
	 * @param int $limit At most so many.
	 * @return Event[]
	 */
	public function due( int $now, int $limit ): array;

	/**
	 * Takes a waiting event into flight and counts the try; false when it was taken or replaced since it was read.
	 *
	 * @param Event $event Event.
	 * @param int   $now   Now.
	 */
	public function claim( Event $event, int $now ): bool;

	/**
	 * The event is with the bridge: removes it, and older failures of the same order.
	 *
	 * @param Event $event Event in flight.
	 */
	public function delivered( Event $event ): void;

	/**
	 * Nothing has to be sent for this event.
	 *
	 * @param Event $event Event in flight.
	 */
	public function drop( Event $event ): void;

	/**
	 * Puts an event in flight back to wait; removed when a newer one waits already.
	 *
	 * @param Event  $event    Event in flight.
	 * @param int    $next_try When to try again.
	 * @param string $error    What went wrong: code, or code and detail.
	 */
	public function put_back( Event $event, int $next_try, string $error ): void;

	/**
	 * Keeps an event that will not be tried again, for people to see.
	 *
	 * @param Event  $event Event in flight.
	 * @param string $error What went wrong: code, or code and detail.
	 */
	public function fail( Event $event, string $error ): void;

	/**
	 * Puts back what a process that died left in flight, and forgets failures that are too old.
	 *
	 * @param int $claimed_before In flight since before this time.
	 * @param int $failed_before  Failures made before this time.
	 */
	public function tidy( int $claimed_before, int $failed_before ): void;

	/**
	 * When the first waiting event is due, null when none waits.
	 */
	public function next_due(): ?int;

	/**
	 * Numbers for people: waiting (in flight ones included), failed, oldest (time the oldest waiting one was made, 0 for none), last_error (of the last failed one).
	 *
	 * @return array{waiting: int, failed: int, oldest: int, last_error: string}
	 */
	public function summary(): array;

	/**
	 * Lets all failed events be tried again.
	 *
	 * @param int $now Now.
	 */
	public function revive( int $now ): void;

	/**
	 * Makes all waiting events due now.
	 *
	 * @param int $now Now.
	 */
	public function hurry( int $now ): void;

	/**
	 * Removes everything.
	 */
	public function clear(): void;

	/**
	 * Takes the one lock of this site; false while another process holds it and it has not expired.
	 *
	 * @param string $token   Who takes it.
	 * @param int    $now     Now.
	 * @param int    $seconds When it expires by itself.
	 */
	public function lock( string $token, int $now, int $seconds ): bool;

	/**
	 * Gives the lock back, when it is still one's own.
	 *
	 * @param string $token Who took it.
	 */
	public function unlock( string $token ): void;
}
