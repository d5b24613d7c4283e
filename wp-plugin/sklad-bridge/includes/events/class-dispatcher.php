<?php
/**
 * Decides when the outbox is drained and by whom: right after this answer, by a request to ourselves, or later.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Called at the very end of every request, so its first lines must cost nothing.
 */
final class Dispatcher {

	/** How often one process drains in a row when events came while it was giving the lock back. */
	private const ROUNDS = 3;

	/** Give a loopback request this long before anybody else tries. */
	private const LOOPBACK_SECONDS = 30;

	/** So late, loopback requests do not seem to work here, and the request at hand drains by itself. */
	private const OVERDUE_SECONDS = 300;

	/**
	 * Settings.
	 *
	 * @var Settings
	 */
	private Settings $settings;

	/**
	 * Guard against copies.
	 *
	 * @var Site_Guard
	 */
	private Site_Guard $guard;

	/**
	 * State of delivery.
	 *
	 * @var Delivery_State
	 */
	private Delivery_State $state;

	/**
	 * When something is due.
	 *
	 * @var Gate
	 */
	private Gate $gate;

	/**
	 * Outbox.
	 *
	 * @var Outbox_Store
	 */
	private Outbox_Store $outbox;

	/**
	 * Sender.
	 *
	 * @var Event_Sender
	 */
	private Event_Sender $sender;

	/**
	 * Ends the answer to the browser; true when nobody waits any more (Response).
	 *
	 * @var callable(): bool
	 */
	private $finish_answer;

	/**
	 * Sends a request to ourselves (Loopback).
	 *
	 * @var callable(): void
	 */
	private $call_ourselves;

	/**
	 * Plans a background run at a time (Background).
	 *
	 * @var callable(int): void
	 */
	private $plan_background;

	/**
	 * A dispatcher.
	 *
	 * @param Settings       $settings   Settings.
	 * @param Site_Guard     $guard      Guard against copies.
	 * @param Delivery_State $state      State of delivery.
	 * @param Gate           $gate       When something is due.
	 * @param Outbox_Store   $outbox     Outbox.
	 * @param Event_Sender   $sender     Sender.
	 * @param callable       $finish_answer   Ends the answer to the browser; true when nobody waits any more.
	 * @param callable       $call_ourselves  Sends a request to ourselves.
	 * @param callable       $plan_background Plans a background run at a time.
	 */
	public function __construct(
		Settings $settings,
		Site_Guard $guard,
		Delivery_State $state,
		Gate $gate,
		Outbox_Store $outbox,
		Event_Sender $sender,
		callable $finish_answer,
		callable $call_ourselves,
		callable $plan_background
	) {
		$this->settings        = $settings;
		$this->guard           = $guard;
		$this->state           = $state;
		$this->gate            = $gate;
		$this->outbox          = $outbox;
		$this->sender          = $sender;
		$this->finish_answer   = $finish_answer;
		$this->call_ourselves  = $call_ourselves;
		$this->plan_background = $plan_background;
	}

	/**
	 * Events were written in this request: they go now, unless direct tries are paused.
	 */
	public function after_write(): void {
		$now = time();
		if ( ! $this->gate->is_paused( $now ) ) {
			$this->drain_aside( $now, false );
		}
	}

	/**
	 * Any other request: drains when something is due, whatever happened to cron.
	 */
	public function on_request(): void {
		$now = time();
		if ( $this->settings->ready() && $this->gate->is_due( $now ) ) {
			$asked = $this->gate->asked_since();
			$this->drain_aside( $now, $asked > 0 && $now - $asked > self::OVERDUE_SECONDS );
		}
	}

	/**
	 * Drains in a process that nobody waits for.
	 */
	public function run(): void {
		if ( ! $this->settings->ready() ) {
			return;
		}
		if ( $this->guard->is_elsewhere() || $this->state->is_stopped() ) {
			$this->gate->plan( null, time() ); // Events wait for a person; no request has to ask again soon.
			return;
		}
		for ( $round = 0; $round < self::ROUNDS; $round++ ) {
			$ended = $this->sender->drain();
			if ( Event_Sender::BUSY === $ended ) {
				return; // The one who drains looks at the table again after giving the lock back.
			}
			$due = $this->outbox->next_due();
			$now = time();
			if ( Event_Sender::EMPTIED !== $ended || null === $due || $due > $now ) {
				break;
			}
		}
		$this->plan_next( $due, $now );
	}

	/**
	 * Says when the outbox is looked at next.
	 *
	 * @param int|null $due When the first event is due, null when none waits.
	 * @param int      $now Unix seconds.
	 */
	private function plan_next( ?int $due, int $now ): void {
		// What this request has read of the gate may be older than the state, which is read after taking the lock.
		$paused  = $this->state->paused_until();
		$paused  = $paused > $now ? $paused : 0;
		$stopped = $this->state->is_stopped();
		$this->gate->pause( $paused );
		$this->gate->plan( $stopped ? null : $due, $now );
		if ( null !== $due && ! $stopped ) {
			( $this->plan_background )( max( $due, $paused, $now ) );
		}
	}

	/**
	 * Drains after this answer, or has it drained by a request to ourselves.
	 *
	 * @param int  $now     Unix seconds.
	 * @param bool $overdue Loopback requests do not seem to work.
	 */
	private function drain_aside( int $now, bool $overdue ): void {
		if ( ( $this->finish_answer )() || $overdue ) {
			$this->run();
			return;
		}
		$this->gate->ask( $now, self::LOOPBACK_SECONDS );
		( $this->call_ourselves )();
	}
}
