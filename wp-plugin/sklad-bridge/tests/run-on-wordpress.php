<?php
/**
 * Runs the same cases with a real WordPress, WooCommerce and database. Load WordPress first; it changes the plugin's options there:
 *
 *   php -d auto_prepend_file=<loads WordPress> run-on-wordpress.php
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

if ( ! defined( 'ABSPATH' ) || ! class_exists( 'WooCommerce' ) || ! class_exists( 'Sklad_Bridge\Plugin' ) ) {
	fwrite( STDERR, "WordPress with WooCommerce and Sklad Bridge has to be loaded before.\n" );
	exit( 2 );
}
require_once 'PHPUnit/Autoload.php';

// Prepared times lie far from the real ones, so the plugin itself must not act on what the tests write.
remove_all_actions( 'shutdown' );
$_SERVER['argv'] = array( 'phpunit', '-c', dirname( __DIR__ ) . '/phpunit.xml.dist', '--exclude-group', 'stand-ins' );

exit( PHPUnit\TextUI\Command::main( false ) );
