<?php
/**
 * What the bridge's answer means for the event, for the others that wait, and for a person.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use WP_Error;

defined( 'ABSPATH' ) || exit;

/**
 * The one place where answers are judged.
 */
final class Reply {

	public const DELIVERED = 'delivered'; // Stored by the bridge.
	public const RETRY     = 'retry';     // Others would fail now too: stop, try again later.
	public const REJECTED  = 'rejected';  // This event will never be taken; others may be.
	public const STOP      = 'stop';      // The bridge takes this site for another one.

	private const DETAIL_LENGTH = 200;

	/**
	 * One of the constants above.
	 *
	 * @var string
	 */
	public string $verdict;

	/**
	 * Code of Words, '' when delivered.
	 *
	 * @var string
	 */
	public string $code;

	/**
	 * What the other side said, shortened; '' mostly.
	 *
	 * @var string
	 */
	public string $detail;

	/**
	 * The JSON object that was answered; empty when there was none.
	 *
	 * @var array<string, mixed>
	 */
	public array $said = array();

	/**
	 * Seconds the bridge asks to wait, 0 when it does not.
	 *
	 * @var int
	 */
	public int $retry_after = 0;

	/**
	 * The bridge's clock when it refused ours, otherwise 0.
	 *
	 * @var int
	 */
	public int $server_time = 0;

	/**
	 * A judged answer.
	 *
	 * @param string $verdict One of the constants.
	 * @param string $code    Code of Words.
	 * @param string $detail  What the other side said.
	 */
	private function __construct( string $verdict, string $code = '', string $detail = '' ) {
		$this->verdict = $verdict;
		$this->code    = $code;
		$this->detail  = $detail;
	}

	/**
	 * Judges what wp_remote_post() returned.
	 *
	 * @param array<string, mixed>|WP_Error $response Its result.
	 */
	public static function judge( $response ): self {
		if ( is_wp_error( $response ) ) {
			$message = (string) $response->get_error_message();
			$timeout = false !== stripos( $message, 'timed out' ) || false !== stripos( $message, 'timeout' );
			return new self( self::RETRY, $timeout ? 'timeout' : 'unreachable', self::shorten( $message ) );
		}
		$status = (int) wp_remote_retrieve_response_code( $response );
		$said   = json_decode( (string) wp_remote_retrieve_body( $response ), true );
		$said   = is_array( $said ) ? $said : array();
		$code   = is_string( $said['code'] ?? null ) ? $said['code'] : '';
		$reply  = self::judge_status( $status, $code );

		$reply->said = $said;

		if ( self::REJECTED === $reply->verdict && Words::knows_reason( $code ) ) {
			$reply->detail = $code;
		}
		foreach ( array( 'detail', 'message', 'error' ) as $name ) {
			if ( self::REJECTED === $reply->verdict && '' === $reply->detail && is_string( $said[ $name ] ?? null ) ) {
				$reply->detail = self::shorten( $said[ $name ] );
			}
		}
		if ( 'clock' === $reply->code && is_numeric( $said['server_time'] ?? null ) ) {
			$reply->server_time = (int) $said['server_time'];
		}
		$wait = wp_remote_retrieve_header( $response, 'retry-after' );
		if ( is_string( $wait ) && ctype_digit( $wait ) ) {
			$reply->retry_after = (int) $wait;
		}
		return $reply;
	}

	/**
	 * Judges by HTTP status and the bridge's own code.
	 *
	 * @param int    $status HTTP status.
	 * @param string $said   Code in the JSON of the answer.
	 */
	private static function judge_status( int $status, string $said ): self {
		if ( $status >= 200 && $status < 300 ) {
			return new self( self::DELIVERED );
		}
		if ( 401 === $status ) {
			return new self( self::RETRY, 'clock' === $said ? 'clock' : 'wrong_secret' );
		}
		if ( 403 === $status && 'other_site' === $said ) {
			return new self( self::STOP, 'other_site' );
		}
		if ( 400 === $status || 413 === $status ) {
			return new self( self::REJECTED, 400 === $status ? 'rejected' : 'too_large' );
		}
		if ( 429 === $status || $status >= 500 ) {
			return new self( self::RETRY, 'busy', (string) $status );
		}
		if ( $status >= 300 && $status < 400 ) {
			return new self( self::RETRY, 'redirect', (string) $status );
		}
		return new self( self::RETRY, 'wrong_address', (string) $status );
	}

	/**
	 * Code and detail in one text, as it is stored.
	 */
	public function error(): string {
		return '' === $this->detail ? $this->code : $this->code . '|' . $this->detail;
	}

	/**
	 * Plain text of a length that can be stored and shown.
	 *
	 * @param string $text   Text of the other side.
	 * @param int    $length At most so many characters.
	 */
	public static function shorten( string $text, int $length = self::DETAIL_LENGTH ): string {
		$text = (string) preg_replace( '/\s+/u', ' ', wp_strip_all_tags( $text ) );
		return mb_substr( $text, 0, $length );
	}
}
