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
	}
}

namespace Sklad_Bridge {
	/**
	 * Stands before PHP's time() inside the plugin's namespace.
	 */
	function time(): int {
		return Tests\Clock::$now;
	}
}
