<?php
/**
 * Says when a delivery that failed is tried again, and when to give up. Pure arithmetic.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Backoff of one event, and the pause of direct tries after failures in a row.
 */
final class Retry_Policy {

	public const GIVE_UP_AFTER  = 259200; // 3 days.
	public const FAILURES_LIMIT = 3;
	public const PAUSE          = 300;

	/** Seconds before try 2, 3, 4 ...; the last one repeats. */
	private const DELAYS = array( 60, 120, 300, 600, 1200, 2400, 3600 );

	private const LONGEST_RETRY_AFTER = 3600;

	/**
	 * Time of the next try, or null when the event has been tried for 3 days.
	 *
	 * @param int $created     When the event was made, Unix seconds.
	 * @param int $attempts    Tries made so far, at least 1.
	 * @param int $now         Unix seconds.
	 * @param int $retry_after What the bridge asked for in seconds, 0 when it did not.
	 */
	public static function next_try( int $created, int $attempts, int $now, int $retry_after = 0 ): ?int {
		$step  = min( max( $attempts, 1 ), count( self::DELAYS ) ) - 1;
		$delay = max( self::DELAYS[ $step ], min( $retry_after, self::LONGEST_RETRY_AFTER ) );
		return $now + $delay > $created + self::GIVE_UP_AFTER ? null : $now + $delay;
	}

	/**
	 * Until when no direct try is made after so many failures in a row; 0 means no pause.
	 *
	 * @param int $failures Failures in a row.
	 * @param int $now      Unix seconds.
	 */
	public static function pause_until( int $failures, int $now ): int {
		return $failures >= self::FAILURES_LIMIT ? $now + self::PAUSE : 0;
	}
}
