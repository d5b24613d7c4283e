<?php
/**
 * Who may ask this site to drain.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Bridge_Client;
use Sklad_Bridge\Loopback;
use WpOrg\Requests\Transport\Fsockopen;

final class LoopbackTest extends TestCase {

	private function token(): string {
		Http::reset();
		Clock::$now = Shop::START;
		Loopback::call();
		return Http::$requests[0]['body']['token'];
	}

	public function test_own_token_is_taken_for_an_hour_and_no_other(): void {
		$token = $this->token();
		$this->assertTrue( Loopback::accepts( $token, Clock::$now ) );
		$this->assertTrue( Loopback::accepts( $token, Clock::$now + 3600 ) );
		$this->assertFalse( Loopback::accepts( $token, Clock::$now + 7200 ) );
		foreach ( array( '', 'x', null, array(), strtoupper( $token ) ) as $other ) {
			$this->assertFalse( Loopback::accepts( $other, Clock::$now ) );
		}
	}

	public function test_request_does_not_wait_for_its_answer(): void {
		$this->token();
		$this->assertFalse( Http::$requests[0]['blocking'] );
		$options = array();
		Loopback::do_not_wait( Http::$requests[0]['headers'], $options );
		$this->assertSame( Fsockopen::class, $options['transport'] );
		$options = array();
		Loopback::do_not_wait( array( 'X-Other' => '1' ), $options );
		$this->assertSame( array(), $options );
	}

	public function test_only_our_requests_get_little_time_to_connect(): void {
		$options = array( 'connect_timeout' => 10 );
		Bridge_Client::limit_connecting( array( 'X-Other' => '1' ), $options );
		$this->assertSame( 10, $options['connect_timeout'] );
		Bridge_Client::limit_connecting( array( 'X-Sklad-Bridge-Id' => '1' ), $options );
		$this->assertSame( 1, $options['connect_timeout'] );
	}
}
