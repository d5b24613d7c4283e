<?php
/**
 * Finds the file of a class of this plugin by its name, so that a page view loads only what it uses.
 *
 * Folders group the files by theme; the names of classes do not repeat them, so the folders are listed once a request.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

spl_autoload_register(
	static function ( string $name ): void {
		static $files = null;
		if ( 0 !== strpos( $name, 'Sklad_Bridge\\' ) ) {
			return;
		}
		if ( null === $files ) {
			$files = array();
			foreach ( (array) glob( __DIR__ . '/*/*.php' ) as $file ) {
				$files[ basename( (string) $file ) ] = (string) $file;
			}
		}
		$word = strtolower( str_replace( '_', '-', substr( $name, 13 ) ) );
		$file = $files[ "class-$word.php" ] ?? $files[ "interface-$word.php" ] ?? '';
		if ( '' !== $file ) {
			require_once $file;
		}
	}
);
