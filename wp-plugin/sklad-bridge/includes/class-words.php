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
		return '' === $detail ? $sentence : "$sentence ($detail)";
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
				return __( 'The bridge does not accept the secret. Copy it from the bridge again and save it here.', 'sklad-bridge' );
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
				return __( 'There is no bridge at this address. Copy the event address from the bridge again.', 'sklad-bridge' );
			case 'expired':
				return __( 'An event could not be delivered for 3 days.', 'sklad-bridge' );
			case 'address_invalid':
				return __( 'Enter the full event address of the bridge, beginning with https://', 'sklad-bridge' );
			default:
				return $code;
		}
	}
}
