<?php
/**
 * What the owner pastes: the address of the bridge and a one-time code, in one text.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * "https://bridge.example.com#CODE": the part behind # is sent to no server when somebody opens the text as an address.
 */
final class Pairing_Code {

	/** Such hosts are this very machine, so nobody listens on the way. */
	private const LOOPBACK = array( 'localhost', '127.0.0.1', '::1' );

	/**
	 * Address of the bridge without a final slash.
	 *
	 * @var string
	 */
	public string $address;

	/**
	 * The code.
	 *
	 * @var string
	 */
	public string $code;

	/**
	 * A code of a bridge.
	 *
	 * @param string $address Address of the bridge.
	 * @param string $code    Code.
	 */
	private function __construct( string $address, string $code ) {
		$this->address = $address;
		$this->code    = $code;
	}

	/**
	 * Reads what was pasted.
	 *
	 * @param string $text Text.
	 * @return self|string The code, or why there is none, as a code of Words.
	 */
	public static function read( string $text ) {
		list( $address, $code ) = array_pad( explode( '#', trim( $text ), 2 ), 2, '' );
		if ( ! preg_match( '/^[A-Za-z0-9_-]{22,100}$/', $code ) || '' !== Settings::address_fault( $address ) ) {
			return 'code_malformed';
		}
		$parts = (array) wp_parse_url( $address );
		if ( isset( $parts['query'] ) ) {
			return 'code_malformed';
		}
		$host = strtolower( trim( (string) ( $parts['host'] ?? '' ), '[]' ) );
		if ( 'https' !== strtolower( (string) ( $parts['scheme'] ?? '' ) ) && ! in_array( $host, self::LOOPBACK, true ) ) {
			return 'not_tls';
		}
		return new self( untrailingslashit( $address ), $code );
	}
}
