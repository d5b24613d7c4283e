<?php
/**
 * Finds the file of a class of this plugin by its name, so that a page view loads only what it uses.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

spl_autoload_register(
	static function ( string $name ): void {
		if ( 0 !== strpos( $name, 'Sklad_Bridge\\' ) ) {
			return;
		}
		$word = strtolower( str_replace( '_', '-', substr( $name, 13 ) ) );
		foreach ( array( 'class', 'interface' ) as $kind ) {
			$file = __DIR__ . "/$kind-$word.php";
			if ( is_file( $file ) ) {
				require_once $file;
				return;
			}
		}
	}
);
