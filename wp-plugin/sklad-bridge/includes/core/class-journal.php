<?php
/**
 * Writes to WooCommerce's log (source sklad-bridge): ids, numbers and codes only, never what an order holds.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use Throwable;

defined( 'ABSPATH' ) || exit;

/**
 * A log that cannot be written is no reason to break anything.
 */
final class Journal {

	/**
	 * Something will be tried again.
	 *
	 * @param string $message In English, without personal data.
	 */
	public static function warning( string $message ): void {
		self::write( 'warning', $message );
	}

	/**
	 * Something needs a person.
	 *
	 * @param string $message In English, without personal data.
	 */
	public static function error( string $message ): void {
		self::write( 'error', $message );
	}

	/**
	 * An error that was caught so that the shop goes on. Its message may quote data, so only its kind and place are kept.
	 *
	 * @param Throwable $error Error.
	 */
	public static function caught( Throwable $error ): void {
		$text = $error instanceof Storage_Error ? $error->getMessage() : get_class( $error );
		self::write( 'error', sprintf( '%s (%s:%d)', $text, basename( $error->getFile() ), $error->getLine() ) );
	}

	/**
	 * Writes one line.
	 *
	 * @param string $level   Level of WC_Logger.
	 * @param string $message Message.
	 */
	private static function write( string $level, string $message ): void {
		try {
			if ( function_exists( 'wc_get_logger' ) ) {
				wc_get_logger()->log( $level, $message, array( 'source' => 'sklad-bridge' ) );
			}
		} catch ( Throwable $error ) {
			unset( $error ); // Nowhere left to say it.
		}
	}
}
