<?php
/**
 * Prepares the tests: with stand-ins for WordPress, or on the real one when it is loaded already (see run-on-wordpress.php).
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

require_once __DIR__ . '/doubles/functions-clock.php';
require_once __DIR__ . '/doubles/class-http.php';

if ( defined( 'ABSPATH' ) ) {
	add_filter( 'pre_http_request', fn( $answer, $arguments, $url ) => Sklad_Bridge\Tests\Http::request( $url, $arguments ), 10, 3 );
} else {
	define( 'ABSPATH', dirname( __DIR__ ) . '/' );
	define( 'SKLAD_BRIDGE_VERSION', '1.3.0' );
	define( 'SKLAD_BRIDGE_FILE', dirname( __DIR__ ) . '/sklad-bridge.php' );
	require_once __DIR__ . '/doubles/functions-wordpress.php';
	require_once __DIR__ . '/doubles/classes-woocommerce.php';
	require_once __DIR__ . '/doubles/functions-rest.php';
	require_once __DIR__ . '/doubles/functions-admin.php';
	require_once __DIR__ . '/doubles/functions-stock.php';
	require_once __DIR__ . '/doubles/class-fsockopen.php';
	require_once dirname( __DIR__ ) . '/includes/autoload.php';
}

require_once __DIR__ . '/doubles/class-memory-outbox.php';
require_once __DIR__ . '/doubles/class-fake-orders.php';
require_once __DIR__ . '/doubles/class-memory-sales-journal.php';
require_once __DIR__ . '/doubles/class-memory-stock-store.php';
require_once __DIR__ . '/doubles/class-stockroom.php';
require_once __DIR__ . '/doubles/class-memory-key-store.php';
require_once __DIR__ . '/doubles/class-shop.php';
