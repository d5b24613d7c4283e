<?php
/**
 * Where PHP cannot end an answer early: asks this site itself, without waiting, to drain the outbox in a request of its own.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use WpOrg\Requests\Transport\Fsockopen;

defined( 'ABSPATH' ) || exit;

/**
 * The request carries a token made from the site's salt, since a guest's nonce says nothing about who asks.
 */
final class Loopback {

	public const ACTION = 'sklad_bridge_drain_now';

	/** A token is taken during the hour it was made in and the next one. */
	private const HOUR = 3600;

	private const MARK = 'X-Sklad-Bridge-Loopback';

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
				'headers'   => array( self::MARK => '1' ),
				'body'      => array(
					'action' => self::ACTION,
					'token'  => self::token( time() ),
				),
			)
		);
	}

	/**
	 * Through cURL even a "non-blocking" request waits for its answer, up to a second; this transport writes and goes.
	 *
	 * @param array<string, mixed> $headers Headers of a request.
	 * @param array<string, mixed> $options Options of a request, changed in place.
	 */
	public static function do_not_wait( array $headers, array &$options ): void {
		if ( isset( $headers[ self::MARK ] ) && Fsockopen::test() ) {
			$options['transport']       = Fsockopen::class;
			$options['connect_timeout'] = 1;
		}
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
