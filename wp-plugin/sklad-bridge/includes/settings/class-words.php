<?php
/**
 * Says errors in words that tell a person what to do.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Errors are stored as "code" or "code|detail", and put into the reader's language when shown.
 */
final class Words {

	/**
	 * The sentence of a stored error.
	 *
	 * @param string $error Code, or code and detail.
	 */
	public static function of( string $error ): string {
		list( $code, $detail ) = array_pad( explode( '|', $error, 2 ), 2, '' );
		$sentence              = self::sentence( $code );
		return '' === $detail ? $sentence : $sentence . ' (' . self::reason( $detail ) . ')';
	}

	/**
	 * What is the matter with an event that was refused, by the bridge's code.
	 *
	 * @param string $detail Code; or the words of whatever else answered, which stay as they are.
	 */
	private static function reason( string $detail ): string {
		switch ( $detail ) {
			case 'malformed':
				return __( 'the bridge does not know events of this kind; update the plugin and the bridge', 'sklad-bridge' );
			case 'not_json':
			case 'incomplete':
				return __( 'it arrived damaged; something between the shop and the bridge changes what is sent', 'sklad-bridge' );
			case 'too_big':
				return __( 'it is larger than the bridge takes', 'sklad-bridge' );
			default:
				return $detail;
		}
	}

	/**
	 * Whether a code of the bridge has words of ours, so that its own, which are English, are not needed.
	 *
	 * @param string $code Code in the JSON of an answer.
	 */
	public static function knows_reason( string $code ): bool {
		return '' !== $code && self::reason( $code ) !== $code;
	}

	/**
	 * The sentence of a code.
	 *
	 * @param string $code Code.
	 */
	private static function sentence( string $code ): string {
		switch ( $code ) {
			case 'timeout':
				return __( 'The bridge did not answer in time. Check that its server is running.', 'sklad-bridge' );
			case 'unreachable':
				return __( 'The bridge cannot be reached. Check the address, and that your hosting lets the site connect to it.', 'sklad-bridge' );
			case 'busy':
				return __( 'The bridge is overloaded or out of order at the moment. Events will be sent again by themselves.', 'sklad-bridge' );
			case 'wrong_secret':
				return __( 'The bridge does not accept the secret. Get a new code in the bridge (Connect a shop) and connect again.', 'sklad-bridge' );
			case 'clock':
				return __( 'The clock of this server differs too much from the bridge’s clock. Ask your hosting to set the time.', 'sklad-bridge' );
			case 'other_site':
				return __( 'The bridge expects this shop at another address. Set the address of the shop in the bridge, then send a test event.', 'sklad-bridge' );
			case 'rejected':
				return __( 'The bridge could not accept an event.', 'sklad-bridge' );
			case 'too_large':
				return __( 'An event is too large for the bridge or for a server in front of it.', 'sklad-bridge' );
			case 'redirect':
				return __( 'The address leads to another one. Enter the final address of the bridge.', 'sklad-bridge' );
			case 'wrong_address':
				return __( 'There is no bridge at this address. Get a new code in the bridge (Connect a shop) and connect again.', 'sklad-bridge' );
			case 'expired':
				return __( 'An event could not be delivered for 3 days.', 'sklad-bridge' );
			case 'code_malformed':
				return __( 'This is not a connection code. Copy the whole text that the bridge shows, beginning with https://', 'sklad-bridge' );
			case 'not_tls':
				return __( 'The bridge’s address does not begin with https://, so no key is sent to it. Give the bridge a certificate and get a new code.', 'sklad-bridge' );
			case 'key_not_stored':
				return __( 'A key for the bridge could not be stored in the database. Nothing has changed; ask your hosting.', 'sklad-bridge' );
			case 'no_bridge':
				return __( 'What answers at this address is not the bridge. Nothing has changed; get a new code and paste it whole.', 'sklad-bridge' );
			case 'address_invalid':
				return __( 'Enter the full event address of the bridge, beginning with https://', 'sklad-bridge' );
			default:
				return $code;
		}
	}
}
