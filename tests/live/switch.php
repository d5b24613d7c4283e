<?php
/**
 * Plugin Name: Switch of the live tests
 * Description: Leaves Sklad Bridge out of a request that asks for it.
 *
 * @package Sklad_Bridge
 */

if ( isset( $_SERVER['HTTP_X_LIVE_OFF'] ) ) {
	add_filter(
		'option_active_plugins',
		fn( $plugins ) => array_values( array_filter( $plugins, fn( $plugin ) => 0 !== strpos( $plugin, 'sklad-bridge/' ) ) )
	);
}
