<?php
/**
 * Signs what is sent, so that the bridge knows it comes from this shop and was not changed on the way.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * The way of Standard Webhooks: HMAC-SHA256 over "id.timestamp.body".
 */
final class Signature {

	/**
	 * One signature per secret, separated by a space; while a secret is being changed there are two.
	 *
	 * @param string   $id        Event id.
	 * @param int      $timestamp Unix seconds of this try.
	 * @param string   $body      Raw body, byte for byte as it is sent.
	 * @param string[] $secrets   New secret first.
	 */
	public static function header( string $id, int $timestamp, string $body, array $secrets ): string {
		$signatures = array();
		foreach ( $secrets as $secret ) {
			// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- The format of the header.
			$signatures[] = 'v1=' . base64_encode( hash_hmac( 'sha256', "$id.$timestamp.$body", $secret, true ) );
		}
		return implode( ' ', $signatures );
	}
}
