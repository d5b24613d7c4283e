<?php
/**
 * How delivery is going: failures in a row, last success, last error, clock difference, a stop that needs a person.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * One option that only deliveries and the settings page read.
 */
final class Delivery_State {

	public const OPTION = 'sklad_bridge_delivery';

	/**
	 * Forgets what this request has read: another process may have written since.
	 */
	public function refresh(): void {
		wp_cache_delete( self::OPTION, 'options' );
	}

	/**
	 * Failures in a row.
	 */
	public function failures(): int {
		return (int) $this->get( 'failures', 0 );
	}

	/**
	 * Until when no try is made, 0 for no pause.
	 */
	public function paused_until(): int {
		return Retry_Policy::pause_until( $this->failures(), $this->last_error_at() );
	}

	/**
	 * Last success, Unix seconds; 0 for never.
	 */
	public function last_success(): int {
		return (int) $this->get( 'last_success', 0 );
	}

	/**
	 * Last error: code, or code and detail; '' when the last delivery went well.
	 */
	public function last_error(): string {
		return (string) $this->get( 'last_error', '' );
	}

	/**
	 * When the last error was, Unix seconds.
	 */
	public function last_error_at(): int {
		return (int) $this->get( 'last_error_at', 0 );
	}

	/**
	 * Seconds to add to this server's clock to get the bridge's.
	 */
	public function clock_offset(): int {
		return (int) $this->get( 'clock_offset', 0 );
	}

	/**
	 * The bridge refuses this site as another one: nothing is sent until a person acts.
	 */
	public function is_stopped(): bool {
		return (bool) $this->get( 'stopped', false );
	}

	/**
	 * A delivery went well. After another success a minute ago there is nothing to write.
	 *
	 * @param int $now Unix seconds.
	 */
	public function succeeded( int $now ): void {
		if ( 0 === $this->failures() && '' === $this->last_error() && $this->last_success() > $now - 60 ) {
			return;
		}
		$this->set(
			array(
				'failures'     => 0,
				'last_success' => $now,
				'last_error'   => '',
			)
		);
	}

	/**
	 * A delivery failed in a way that others would fail too.
	 *
	 * @param string $error Code, or code and detail.
	 * @param int    $now   Unix seconds.
	 */
	public function failed( string $error, int $now ): void {
		$this->note( $error, $now );
		$this->set( array( 'failures' => $this->failures() + 1 ) );
	}

	/**
	 * Remembers an error for people; a test event that failed does not count as a delivery.
	 *
	 * @param string $error Code, or code and detail.
	 * @param int    $now   Unix seconds.
	 */
	public function note( string $error, int $now ): void {
		$this->set(
			array(
				'last_error'    => $error,
				'last_error_at' => $now,
			)
		);
	}

	/**
	 * The bridge takes this site for another one.
	 *
	 * @param string $error Code, or code and detail.
	 * @param int    $now   Unix seconds.
	 */
	public function stop( string $error, int $now ): void {
		$this->failed( $error, $now );
		$this->set( array( 'stopped' => true ) );
	}

	/**
	 * Keeps the clock difference that the bridge told.
	 *
	 * @param int $offset Seconds.
	 */
	public function set_clock_offset( int $offset ): void {
		$this->set( array( 'clock_offset' => $offset ) );
	}

	/**
	 * A person changed something: tries start anew.
	 */
	public function start_anew(): void {
		$this->set(
			array(
				'failures' => 0,
				'stopped'  => false,
			)
		);
	}

	/**
	 * A stored value.
	 *
	 * @param string $name    Name.
	 * @param mixed  $missing Value when it is not there.
	 * @return mixed
	 */
	private function get( string $name, $missing ) {
		$stored = get_option( self::OPTION, array() );
		return is_array( $stored ) && isset( $stored[ $name ] ) ? $stored[ $name ] : $missing;
	}

	/**
	 * Changes some of the stored values.
	 *
	 * @param array<string, mixed> $changes Values by name.
	 */
	private function set( array $changes ): void {
		$stored = get_option( self::OPTION, array() );
		update_option( self::OPTION, array_merge( is_array( $stored ) ? $stored : array(), $changes ), false );
	}
}
