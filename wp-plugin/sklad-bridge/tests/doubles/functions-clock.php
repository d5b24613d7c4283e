<?php
/**
 * The plugin's own time(): tests set the clock by hand.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests {
	/**
	 * The clock.
	 */
	final class Clock {
		/**
		 * Unix seconds.
		 *
		 * @var int
		 */
		public static int $now = 1790000000;

		/**
		 * Nanoseconds that have gone by.
		 *
		 * @var int
		 */
		public static int $ticks = 0;

		/**
		 * Called when the plugin waits: meanwhile others go on.
		 *
		 * @var callable|null
		 */
		public static $while_waiting = null;
	}
}

namespace Sklad_Bridge {
	/**
	 * Stands before PHP's time() inside the plugin's namespace.
	 */
	function time(): int {
		return Tests\Clock::$now;
	}

	/**
	 * Stands before PHP's hrtime().
	 */
	function hrtime( bool $as_number ): int {
		return Tests\Clock::$ticks;
	}

	/**
	 * Stands before PHP's usleep().
	 */
	function usleep( int $microseconds ): void {
		Tests\Clock::$ticks += 1000 * $microseconds;
		if ( null !== Tests\Clock::$while_waiting ) {
			( Tests\Clock::$while_waiting )();
		}
	}
}
