<?php
/**
 * Signs what is sent and checks what comes, so that either side knows who wrote it and that it was not changed on the way.
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

	/** Of a header no more signatures than these are looked at. */
	private const MOST_OFFERED = 4;

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
			$signatures[] = self::sign( "$id.$timestamp.$body", $secret );
		}
		return implode( ' ', $signatures );
	}

	/**
	 * One of the header's signatures was made with one of the secrets.
	 *
	 * @param string   $header    Signatures separated by spaces.
	 * @param string   $id        Id of the request.
	 * @param string   $timestamp Unix seconds, as the request says them.
	 * @param string   $body      Raw body, byte for byte as it came.
	 * @param string[] $secrets   Secrets that are valid now.
	 */
	public static function matches( string $header, string $id, string $timestamp, string $body, array $secrets ): bool {
		$offered = array_slice( explode( ' ', $header ), 0, self::MOST_OFFERED );
		$good    = false;
		foreach ( $secrets as $secret ) {
			$expected = self::sign( "$id.$timestamp.$body", $secret );
			foreach ( $offered as $signature ) {
				$good = hash_equals( $expected, $signature ) || $good;
			}
		}
		return $good;
	}

	/**
	 * One signature.
	 *
	 * @param string $text   What is signed.
	 * @param string $secret Secret.
	 */
	private static function sign( string $text, string $secret ): string {
		// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- The format of the header.
		return 'v1=' . base64_encode( hash_hmac( 'sha256', $text, $secret, true ) );
	}
}
