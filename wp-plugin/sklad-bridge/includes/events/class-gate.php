<?php
/**
 * Two times in one option that is loaded with every page: when something is due, and until when no direct try is made.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * This is what an ordinary page view costs: one look into options that WordPress has in memory anyway.
 */
final class Gate {

	public const OPTION = 'sklad_bridge_gate';

	/** With nothing waiting the table is still looked at so often: a process may have died between its steps. */
	public const SELF_CHECK = 900;

	/**
	 * When the outbox has to be looked at next, Unix seconds.
	 */
	public function due(): int {
		return (int) ( $this->stored()['due'] ?? 0 );
	}

	/**
	 * Until when no direct try is made, 0 for no pause.
	 */
	public function paused_until(): int {
		return (int) ( $this->stored()['paused_until'] ?? 0 );
	}

	/**
	 * Something is due, and trying is allowed.
	 *
	 * @param int $now Unix seconds.
	 */
	public function is_due( int $now ): bool {
		return $this->due() <= $now && ! $this->is_paused( $now );
	}

	/**
	 * No direct tries now.
	 *
	 * @param int $now Unix seconds.
	 */
	public function is_paused( int $now ): bool {
		return $this->paused_until() > $now;
	}

	/**
	 * Sets when the outbox has to be looked at next.
	 *
	 * @param int|null $due When the first event is due, null when none waits.
	 * @param int      $now Unix seconds.
	 */
	public function plan( ?int $due, int $now ): void {
		$current = $this->due();
		$asked   = $this->asked_since() > 0;
		if ( null === $due ) {
			// Nearly every order ends here: the option is written only when the time set before is over.
			$due = ! $asked && $current > $now && $current <= $now + self::SELF_CHECK ? $current : $now + self::SELF_CHECK;
		}
		$due = min( max( $due, $this->paused_until() ), $now + self::SELF_CHECK );
		if ( $due !== $current || $asked ) {
			$this->store(
				array(
					'due'         => $due,
					'asked_since' => 0,
				)
			);
		}
	}

	/**
	 * A request to ourselves was sent: nobody else has to try for a while.
	 *
	 * @param int $now     Unix seconds.
	 * @param int $seconds How long.
	 */
	public function ask( int $now, int $seconds ): void {
		if ( $this->asked_since() > 0 && $this->due() > $now ) {
			return;
		}
		$asked = $this->asked_since();
		$this->store(
			array(
				'due'         => $now + $seconds,
				'asked_since' => $asked > 0 ? $asked : $now,
			)
		);
	}

	/**
	 * Since when requests to ourselves have not been followed by a drain; 0 when they have.
	 */
	public function asked_since(): int {
		return (int) ( $this->stored()['asked_since'] ?? 0 );
	}

	/**
	 * Pauses direct tries, or ends the pause.
	 *
	 * @param int $until Unix seconds; 0 ends the pause.
	 */
	public function pause( int $until ): void {
		if ( $until !== $this->paused_until() ) {
			$this->store( array( 'paused_until' => $until ) );
		}
	}

	/**
	 * The option's value.
	 *
	 * @return array<string, int>
	 */
	private function stored(): array {
		$stored = get_option( self::OPTION, array() );
		return is_array( $stored ) ? $stored : array();
	}

	/**
	 * Changes some of the stored values.
	 *
	 * @param array<string, int> $changes Values by name.
	 */
	private function store( array $changes ): void {
		update_option( self::OPTION, array_merge( $this->stored(), $changes ), true );
	}
}
