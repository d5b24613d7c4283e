<?php
/**
 * When a failed delivery is tried again.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Retry_Policy;

final class RetryPolicyTest extends TestCase {

	/**
	 * @return array<int, array<int, int>>
	 */
	public function delays(): array {
		return array( array( 1, 60 ), array( 2, 120 ), array( 3, 300 ), array( 4, 600 ), array( 5, 1200 ), array( 6, 2400 ), array( 7, 3600 ), array( 50, 3600 ) );
	}

	/**
	 * @dataProvider delays
	 */
	public function test_each_try_waits_longer_up_to_an_hour( int $attempts, int $delay ): void {
		$this->assertSame( 1000 + $delay, Retry_Policy::next_try( 1000, $attempts, 1000 ) );
	}

	public function test_tries_go_on_for_three_days_and_no_longer(): void {
		$created = 1000;
		$now     = $created;
		for ( $attempts = 1; $attempts < 1000; $attempts++ ) {
			$next = Retry_Policy::next_try( $created, $attempts, $now );
			if ( null === $next ) {
				break;
			}
			$now = $next;
		}
		$this->assertNull( $next );
		$this->assertGreaterThan( $created + 71 * 3600, $now );
		$this->assertLessThanOrEqual( $created + 72 * 3600, $now );
	}

	public function test_wait_asked_by_the_bridge_is_kept_but_not_for_more_than_an_hour(): void {
		$this->assertSame( 1000 + 900, Retry_Policy::next_try( 1000, 1, 1000, 900 ) );
		$this->assertSame( 1000 + 3600, Retry_Policy::next_try( 1000, 1, 1000, 86400 ) );
		$this->assertSame( 1000 + 60, Retry_Policy::next_try( 1000, 1, 1000, 5 ) );
	}

	public function test_third_failure_in_a_row_pauses_direct_tries_for_five_minutes(): void {
		$this->assertSame( 0, Retry_Policy::pause_until( 2, 1000 ) );
		$this->assertSame( 1300, Retry_Policy::pause_until( 3, 1000 ) );
		$this->assertSame( 1300, Retry_Policy::pause_until( 4, 1000 ) );
	}
}
