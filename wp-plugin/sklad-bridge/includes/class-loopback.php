<?php
/**
 * Where PHP cannot end an answer early: asks this site itself, without waiting, to drain the outbox in a request of its own.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * The request carries a token made from the site's salt, since a guest's nonce says nothing about who asks.
 */
final class Loopback {

	public const ACTION = 'sklad_bridge_drain_now';

	/** A token is taken during the hour it was made in and the next one. */
	private const HOUR = 3600;

	/**
	 * Sends the request and does not wait for its answer.
	 */
	public static function call(): void {
		wp_remote_post(
			admin_url( 'admin-ajax.php' ),
			array(
				'blocking'  => false,
				'timeout'   => 0.01,
				'sslverify' => false, // To this very site, as WordPress's own cron does.
				'body'      => array(
					'action' => self::ACTION,
					'token'  => self::token( time() ),
				),
			)
		);
	}

	/**
	 * The token is of this site and not old.
	 *
	 * @param mixed $token Token of the request.
	 * @param int   $now   Unix seconds.
	 */
	public static function accepts( $token, int $now ): bool {
		return is_string( $token )
			&& ( hash_equals( self::token( $now ), $token ) || hash_equals( self::token( $now - self::HOUR ), $token ) );
	}

	/**
	 * Token of an hour.
	 *
	 * @param int $now Unix seconds.
	 */
	private static function token( int $now ): string {
		return hash_hmac( 'sha256', self::ACTION . '|' . intdiv( $now, self::HOUR ), wp_salt( 'nonce' ) );
	}
}
