<?php
/**
 * The other side of wp_remote_post(): answers as the test says, and remembers what was sent.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use WP_Error;

/**
 * Without prepared answers every request is accepted with 202.
 */
final class Http {

	/**
	 * Prepared answers: status and body, or an error message.
	 *
	 * @var array<int, array{0: int, 1: array<string, mixed>}|string>
	 */
	public static array $answers = array();

	/**
	 * Requests: url and arguments.
	 *
	 * @var array<int, array<string, mixed>>
	 */
	public static array $requests = array();

	/**
	 * Called when a request arrives, before it is answered.
	 *
	 * @var callable|null
	 */
	public static $during = null;

	/**
	 * Starts anew.
	 */
	public static function reset(): void {
		self::$answers  = array();
		self::$requests = array();
		self::$during   = null;
	}

	/**
	 * Takes a request and answers it.
	 *
	 * @param string               $url       Address.
	 * @param array<string, mixed> $arguments Arguments of wp_remote_post().
	 * @return array<string, mixed>|WP_Error
	 */
	public static function request( string $url, array $arguments ) {
		self::$requests[] = array( 'url' => $url ) + $arguments;
		if ( null !== self::$during ) {
			( self::$during )();
		}
		$answer = array_shift( self::$answers ) ?? array( 202, array() );
		if ( is_string( $answer ) ) {
			return new WP_Error( 'http_request_failed', $answer );
		}
		return array(
			'headers'  => $answer[2] ?? array(),
			'response' => array( 'code' => $answer[0] ),
			'body'     => json_encode( $answer[1] ),
		);
	}

	/**
	 * Bodies that were sent, decoded.
	 *
	 * @return array<int, array<string, mixed>>
	 */
	public static function bodies(): array {
		return array_map( fn( $request ) => json_decode( $request['body'], true ), self::$requests );
	}
}
