<?php
/**
 * Stand-ins for what the pages in wp-admin use: rights, escaping, transients, menus and boxes.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

use Sklad_Bridge\Tests\Clock;

$GLOBALS['transients'] = array();
$GLOBALS['meta_boxes'] = array();
$GLOBALS['users']      = array( 1 => 'Анна' );
$GLOBALS['screen']     = '';
$GLOBALS['locale']     = 'ru_RU';

/** What WooCommerce says when the orders lie in tables of their own. */
$GLOBALS['order_screen'] = 'woocommerce_page_wc-orders';

function get_transient( string $name ) {
	$kept = $GLOBALS['transients'][ $name ] ?? null;
	return null !== $kept && $kept['until'] > Clock::$now ? $kept['value'] : false;
}

function set_transient( string $name, $value, int $seconds ): bool {
	$GLOBALS['transients'][ $name ] = array(
		'value' => $value,
		'until' => Clock::$now + $seconds,
	);
	return true;
}

function delete_transient( string $name ): bool {
	unset( $GLOBALS['transients'][ $name ] );
	return true;
}

function current_user_can( string $capability, ...$of ): bool {
	return user_can( get_current_user_id(), $of ? "$capability $of[0]" : $capability );
}

function get_userdata( int $user_id ) {
	return isset( $GLOBALS['users'][ $user_id ] ) ? (object) array(
		'ID'           => $user_id,
		'display_name' => $GLOBALS['users'][ $user_id ],
	) : false;
}

function wp_get_current_user(): object {
	$nobody = (object) array(
		'ID'           => 0,
		'display_name' => '',
	);
	return get_userdata( get_current_user_id() ) ?: $nobody; // phpcs:ignore Universal.Operators.DisallowShortTernary.Found
}

function get_users( array $query ): array {
	return array_map( 'get_userdata', array_keys( $GLOBALS['users'] ) );
}

function get_user_locale(): string {
	return $GLOBALS['locale'];
}

function get_bloginfo( string $what ): string {
	return 'version' === $what ? '7.1' : '';
}

function absint( $value ): int {
	return abs( (int) $value );
}

function wp_unslash( $value ) {
	return is_string( $value ) ? stripslashes( $value ) : $value;
}

function sanitize_text_field( string $text ): string {
	return trim( strip_tags( $text ) );
}

function esc_html( string $text ): string {
	return htmlspecialchars( $text, ENT_QUOTES, 'UTF-8' );
}

function esc_attr( string $text ): string {
	return esc_html( $text );
}

function esc_js( string $text ): string {
	return addslashes( $text );
}

function esc_url( string $url ): string {
	return preg_match( '~^(https?:)?//|^/~', $url ) ? esc_html( $url ) : '';
}

function esc_html__( string $text, string $domain ): string {
	return esc_html( __( $text, $domain ) );
}

function esc_html_e( string $text, string $domain ): void {
	echo esc_html__( $text, $domain );
}

function wp_nonce_url( string $url, string $action ): string {
	return "$url&_wpnonce=nonce-of-$action";
}

function wp_print_inline_script_tag( string $script ): void {
	echo "<script>$script</script>";
}

function submit_button( string $text, string $class, string $name ): void {
	$said = '' === $text && 'ru_RU' === $GLOBALS['locale'] ? 'Сохранить изменения' : ( $text ?: 'Save Changes' ); // phpcs:ignore Universal.Operators.DisallowShortTernary.Found
	printf( '<p class="submit"><input type="submit" name="%1$s" id="%1$s" class="button button-%2$s" value="%3$s"></p>', esc_attr( $name ), esc_attr( $class ), esc_attr( $said ) );
}

function wc_get_page_screen_id( string $what ): string {
	return 'shop-order' === $what ? $GLOBALS['order_screen'] : '';
}

function add_meta_box( string $id, string $title, callable $callback, string $screen, string $context ): void {
	$GLOBALS['meta_boxes'][ $screen ] = $callback;
}

function get_current_screen() {
	return '' === $GLOBALS['screen'] ? null : (object) array( 'id' => $GLOBALS['screen'] );
}

function wc_rand_hash(): string {
	return bin2hex( random_bytes( 20 ) );
}

function wc_api_hash( string $key ): string {
	return hash_hmac( 'sha256', $key, 'wc-api' );
}
