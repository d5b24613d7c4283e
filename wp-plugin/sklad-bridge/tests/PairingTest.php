<?php
/**
 * Connecting with a code: what goes to the bridge, and that a failure leaves everything as it was.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Pairing;
use Sklad_Bridge\Pairing_Code;
use Sklad_Bridge\Settings;

final class PairingTest extends TestCase {

	private const CODE   = 'AbCdEfGhIjKlMnOpQrStUvWxYz012345';
	private const PASTED = 'https://new.example.test#' . self::CODE;

	private const ANSWER = array(
		'event_url'    => 'https://new.example.test/api/v1/events/woocommerce/7/',
		'event_secret' => 'fresh',
	);

	private Shop $shop;

	private Memory_Key_Store $keys;

	private Pairing $pairing;

	protected function setUp(): void {
		$this->shop    = new Shop();
		$this->keys    = new Memory_Key_Store();
		$this->pairing = new Pairing( $this->shop->settings, $this->shop->guard, $this->shop->state, $this->keys );
	}

	private function pasted(): string {
		return $this->pairing->connect( self::PASTED, 5 );
	}

	/**
	 * Everything that a failure must leave alone.
	 *
	 * @return array<int, mixed>
	 */
	private function kept(): array {
		return array( get_option( Settings::OPTION ), get_option( Settings::SECRET_OPTION ), $this->keys->owners );
	}

	public function test_code_sets_address_secret_and_key(): void {
		Http::$answers = array( array( 200, self::ANSWER ) );
		$this->assertSame( '', $this->pasted() );

		$this->assertSame( 'https://new.example.test/api/v1/pair/', Http::$requests[0]['url'] );
		$this->assertSame( 0, Http::$requests[0]['redirection'] );
		$offer = Http::bodies()[0];
		$this->assertSame( self::CODE, $offer['code'] );
		$this->assertSame( \Sklad_Bridge\Site_Guard::home(), $offer['site'] );
		$this->assertSame( array( 'ck_key0002', 'cs_2' ), array( $offer['consumer_key'], $offer['consumer_secret'] ) );
		$this->assertSame( SKLAD_BRIDGE_VERSION, $offer['plugin_version'] );

		$settings = $this->shop->settings;
		$this->assertSame( self::ANSWER['event_url'], $settings->address() );
		$this->assertSame( 'fresh', $settings->secrets( Clock::$now )[0] );
		$this->assertSame( 5, $settings->user_id() );
		$this->assertSame( 5, $this->keys->owners['2 key0002'] );
		$this->assertSame( 'key0002', $settings->key()->ending );
	}

	public function test_key_and_secret_are_not_kept_here(): void {
		Http::$answers = array( array( 200, self::ANSWER ) );
		$this->pasted();
		$stored = (string) json_encode( get_option( Settings::OPTION ) );
		$this->assertStringNotContainsString( 'ck_', $stored );
		$this->assertStringNotContainsString( 'cs_', $stored );
	}

	/**
	 * @return array<string, array{0: array<int, mixed>, 1: string}>
	 */
	public function refusals(): array {
		$said = array(
			'code'    => 'code_used',
			'message' => 'Этот код уже использован.',
			'remedy'  => 'Получите новый.',
		);
		$else = array( 'event_url' => 'https://elsewhere.example.test/api/v1/events/woocommerce/7/' );
		return array(
			'the bridge says why'      => array( array( array( 409, $said ) ), 'Этот код уже использован. Получите новый.' ),
			'no bridge'                => array( array( array( 404, array() ) ), 'not the bridge' ),
			'another page'             => array( array( array( 200, array() ) ), 'not the bridge' ),
			'events for somebody else' => array( array( array( 200, $else + self::ANSWER ) ), 'not the bridge' ),
			'no secret'                => array( array( array( 200, array( 'event_secret' => '' ) + self::ANSWER ) ), 'not the bridge' ),
			'a redirect'               => array( array( array( 301, array() ) ), 'final address' ),
			'unreachable'              => array( array_fill( 0, 2, 'cURL error 7: Failed to connect' ), 'cannot be reached' ),
			'silent twice'             => array( array_fill( 0, 2, 'cURL error 28: Operation timed out' ), 'did not answer in time' ),
			'too many tries'           => array( array( array( 429, array( 'detail' => 'wait' ) ) ), 'overloaded' ),
		);
	}

	/**
	 * @dataProvider refusals
	 * @param array<int, mixed> $answers Answers of the bridge.
	 * @param string            $words   Part of the sentence.
	 */
	public function test_failure_takes_the_key_back_and_changes_nothing( array $answers, string $words ): void {
		$before        = $this->kept();
		Http::$answers = $answers;
		$this->assertStringContainsString( $words, $this->pasted() );
		$this->assertSame( $before, $this->kept() );
		$this->assertCount( count( $answers ), Http::$requests );
	}

	public function test_lost_answer_is_asked_for_again_with_the_same_offer(): void {
		Http::$answers = array( 'cURL error 28: Operation timed out', array( 200, self::ANSWER ) );
		$this->assertSame( '', $this->pasted() );
		$this->assertSame( Http::$requests[0]['body'], Http::$requests[1]['body'] );
		$this->assertCount( 2, $this->keys->owners );
	}

	public function test_without_a_key_nothing_is_sent(): void {
		$this->keys->broken = true;
		$this->assertStringContainsString( 'could not be stored', $this->pasted() );
		$this->assertSame( array(), Http::$requests );
	}

	public function test_new_code_takes_the_former_key_away_and_no_other(): void {
		Http::$answers = array( array( 200, self::ANSWER ), array( 200, array( 'event_secret' => 'later' ) + self::ANSWER ) );
		$this->pasted();
		$this->pasted();
		$this->assertSame( array( '1 1234567', '3 key0003' ), array_keys( $this->keys->owners ) );
		$this->assertSame( array( 'later', 'fresh' ), $this->shop->settings->secrets( Clock::$now ) );
	}

	public function test_failed_second_code_leaves_the_first_connection(): void {
		Http::$answers = array( array( 200, self::ANSWER ), array( 410, array() ) );
		$this->pasted();
		$before = $this->kept();
		$this->pasted();
		$this->assertSame( $before, $this->kept() );
	}

	public function test_disconnecting_takes_our_key_away_and_forgets_the_bridge(): void {
		Http::$answers = array( array( 200, self::ANSWER ) );
		$this->pasted();
		$this->pairing->disconnect();
		$this->assertSame( array( '1 1234567' ), array_keys( $this->keys->owners ) );
		$this->assertFalse( $this->shop->settings->ready() );
		$this->assertSame( array(), $this->shop->settings->secrets( Clock::$now ) );
		$this->assertSame( '', $this->shop->settings->paired_home() );
		$this->assertNull( $this->shop->settings->key() );
	}

	public function test_moved_shop_is_at_home_where_it_was_connected(): void {
		$this->shop->settings->pair( 'https://old.example.test' );
		Http::$answers = array( array( 200, self::ANSWER ) );
		$this->pasted();
		$this->assertFalse( $this->shop->guard->is_elsewhere() );
	}

	/**
	 * @return array<int, array{0: string, 1: string}>
	 */
	public function pasted_texts(): array {
		$code = self::CODE;
		return array(
			array( "https://bridge.example.test#$code", 'https://bridge.example.test' ),
			array( "  https://bridge.example.test/sklad/#$code\n", 'https://bridge.example.test/sklad' ),
			array( "http://127.0.0.1:8000#$code", 'http://127.0.0.1:8000' ),
			array( "http://localhost:8000#$code", 'http://localhost:8000' ),
			array( "http://bridge.example.test#$code", 'not_tls' ),
			array( "http://127.0.0.1.example.test#$code", 'not_tls' ),
			array( "ftp://bridge.example.test#$code", 'code_malformed' ),
			array( "https://me@bridge.example.test#$code", 'code_malformed' ),
			array( "https://bridge.example.test?x=1#$code", 'code_malformed' ),
			array( 'https://bridge.example.test#short', 'code_malformed' ),
			array( "https://bridge.example.test#$code$code$code$code", 'code_malformed' ),
			array( "https://bridge.example.test#$code<b>", 'code_malformed' ),
			array( $code, 'code_malformed' ),
			array( '', 'code_malformed' ),
		);
	}

	/**
	 * @dataProvider pasted_texts
	 */
	public function test_pasted_text_is_read( string $text, string $expected ): void {
		$read = Pairing_Code::read( $text );
		$this->assertSame( $expected, $read instanceof Pairing_Code ? $read->address : $read );
		if ( $read instanceof Pairing_Code ) {
			$this->assertSame( self::CODE, $read->code );
		}
	}
}
