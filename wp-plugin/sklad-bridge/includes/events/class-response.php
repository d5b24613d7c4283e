<?php
/**
 * Ends the answer to the browser, so that what follows makes nobody wait.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Knows what this PHP can do: php-fpm and LiteSpeed can end an answer and go on.
 */
final class Response {

	/**
	 * Ends the answer; true when nobody waits any more, also when somebody else has ended it before.
	 */
	public static function finish(): bool {
		if ( in_array( PHP_SAPI, array( 'cli', 'phpdbg' ), true ) || wp_doing_cron() ) {
			return true;
		}
		ignore_user_abort( true );
		if ( function_exists( 'fastcgi_finish_request' ) ) {
			fastcgi_finish_request();
			return true;
		}
		if ( function_exists( 'litespeed_finish_request' ) ) {
			litespeed_finish_request();
			return true;
		}
		return false;
	}
}
