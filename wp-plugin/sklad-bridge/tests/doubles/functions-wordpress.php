<?php
/**
 * Stand-ins for the functions of WordPress that the plugin uses, no more than it needs of each.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

use Sklad_Bridge\Tests\Http;

define( 'ARRAY_A', 'ARRAY_A' );
define( 'MINUTE_IN_SECONDS', 60 );

$GLOBALS['options'] = array();
$GLOBALS['writes']  = 0;
$GLOBALS['posts']   = array();
$GLOBALS['filters'] = array();

/** What is translated: English => forms, in the order of Russian's; by itself the site speaks English. */
$GLOBALS['texts'] = array();

/** User id => capabilities. */
$GLOBALS['capabilities'] = array( 1 => array( 'sklad_bridge_set_stock' ) );

function get_option( string $name, $missing = false ) {
	return $GLOBALS['options'][ $name ] ?? ( 'home' === $name ? 'https://shop.example.test' : $missing );
}

function update_option( string $name, $value, $autoload = null ): bool {
	++$GLOBALS['writes'];
	$GLOBALS['options'][ $name ] = $value;
	return true;
}

function delete_option( string $name ): bool {
	unset( $GLOBALS['options'][ $name ] );
	return true;
}

function wp_cache_delete( string $key, string $group ): bool {
	return true;
}

function wp_generate_uuid4(): string {
	$hex = bin2hex( random_bytes( 16 ) );
	return sprintf( '%s-%s-4%s-8%s-%s', substr( $hex, 0, 8 ), substr( $hex, 8, 4 ), substr( $hex, 12, 3 ), substr( $hex, 15, 3 ), substr( $hex, 18, 12 ) );
}

function wp_json_encode( $value, int $flags = 0 ) {
	return json_encode( $value, $flags );
}

function wp_parse_url( string $url, int $part = -1 ) {
	return parse_url( $url, $part );
}

function untrailingslashit( string $text ): string {
	return rtrim( $text, '/\\' );
}

function wp_strip_all_tags( string $text ): string {
	return trim( strip_tags( $text ) );
}

function wp_salt( string $scheme ): string {
	return "salt of $scheme";
}

function admin_url( string $path ): string {
	return "https://shop.example.test/wp-admin/$path";
}

function get_post_meta( int $post_id, string $key, bool $single ) {
	return isset( $GLOBALS['products'][ $post_id ] ) ? $GLOBALS['products'][ $post_id ]->stock : '';
}

function _prime_post_caches( array $ids ): void {
}

function apply_filters( string $hook, $value ) {
	return $GLOBALS['filters'][ $hook ] ?? $value;
}

function user_can( int $user_id, string $capability ): bool {
	return in_array( $capability, $GLOBALS['capabilities'][ $user_id ] ?? array(), true );
}

function get_post_type( int $post_id ) {
	return $GLOBALS['posts'][ $post_id ] ?? false;
}

function wp_remote_post( string $url, array $arguments ) {
	return Http::request( $url, $arguments );
}

function wp_remote_retrieve_response_code( $response ) {
	return $response['response']['code'];
}

function wp_remote_retrieve_body( $response ): string {
	return $response['body'];
}

function wp_remote_retrieve_header( $response, string $name ) {
	return $response['headers'][ $name ] ?? '';
}

function is_wp_error( $value ): bool {
	return $value instanceof WP_Error;
}

function __( string $text, string $domain ): string {
	return $GLOBALS['texts'][ $text ][0] ?? $text;
}

function _n( string $one, string $many, int $number, string $domain ): string {
	$forms = $GLOBALS['texts'][ $one ] ?? null;
	if ( null === $forms ) {
		return 1 === $number ? $one : $many;
	}
	$few = $number % 10 >= 2 && $number % 10 <= 4 && 1 !== intdiv( $number % 100, 10 );
	return 1 === $number % 10 && 11 !== $number % 100 ? $forms[0] : $forms[ $few ? 1 : 2 ];
}

function human_time_diff( int $from, int $to ): string {
	return abs( $to - $from ) . ' s';
}

/**
 * An error as WordPress returns it.
 */
class WP_Error {
	private string $code;
	private string $message;
	private $data;

	public function __construct( string $code, string $message, $data = null ) {
		$this->code    = $code;
		$this->message = $message;
		$this->data    = $data;
	}

	public function get_error_code(): string {
		return $this->code;
	}

	public function get_error_data() {
		return $this->data;
	}

	public function get_error_message(): string {
		return $this->message;
	}
}

/**
 * A post.
 */
class WP_Post {
	public string $post_type   = '';
	public string $post_status = '';
	public int $post_parent    = 0;

	public function __construct( object $fields ) {
		foreach ( get_object_vars( $fields ) as $name => $value ) {
			$this->$name = $value;
		}
	}
}
