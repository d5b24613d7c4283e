<?php
/**
 * The part of the settings page that connects the shop with a code, and disconnects it.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Stands in WooCommerce's own form, so its nonce and rights are checked before connect() is called.
 */
final class Pairing_Form {

	/** Value of the button; WooCommerce saves a tab when a button of the name "save" was pressed. */
	private const PRESSED = 'sklad_bridge_connect';

	private const CODE = 'sklad_bridge_code';
	private const USER = 'sklad_bridge_user';

	/** Roles that the bridge may act as; each person with one of them may still be without the right. */
	private const ROLES = array( 'administrator', 'shop_manager' );

	private const RIGHT = 'manage_woocommerce';

	/**
	 * Settings.
	 *
	 * @var Settings
	 */
	private Settings $settings;

	/**
	 * Pairing.
	 *
	 * @var Pairing
	 */
	private Pairing $pairing;

	/**
	 * Keys.
	 *
	 * @var Key_Store
	 */
	private Key_Store $keys;

	/**
	 * Buttons; one sends the first event.
	 *
	 * @var Admin_Actions
	 */
	private Admin_Actions $actions;

	/**
	 * The form.
	 *
	 * @param Settings      $settings Settings.
	 * @param Pairing       $pairing  Pairing.
	 * @param Key_Store     $keys     Keys.
	 * @param Admin_Actions $actions  Buttons.
	 */
	public function __construct( Settings $settings, Pairing $pairing, Key_Store $keys, Admin_Actions $actions ) {
		$this->settings = $settings;
		$this->pairing  = $pairing;
		$this->keys     = $keys;
		$this->actions  = $actions;
	}

	/**
	 * "Connect" was pressed. Enter in the fields by hand presses it too, as the first button of the form, and does not mean it.
	 */
	public function is_pressed(): bool {
		$by_hand = '' !== self::posted( 'sklad_bridge_secret' ) || self::posted( 'sklad_bridge_address' ) !== $this->settings->address();
		return self::PRESSED === self::posted( 'save' ) && ( '' !== self::posted( self::CODE ) || ! $by_hand );
	}

	/**
	 * Connects with the posted code, and sends the first event.
	 *
	 * @return array{ok: bool, text: string} Result in words.
	 */
	public function connect(): array {
		$user_id = absint( self::posted( self::USER ) );
		$user_id = $user_id > 0 ? $user_id : get_current_user_id();
		if ( ! current_user_can( self::RIGHT ) || ! self::may_act_as( $user_id ) ) {
			return self::result( false, __( 'The bridge cannot work as this person. Choose yourself, or a shop manager whom you may edit.', 'sklad-bridge' ) );
		}
		$fault = $this->pairing->connect( self::posted( self::CODE ), $user_id );
		if ( '' !== $fault ) {
			return self::result( false, __( 'The shop was not connected.', 'sklad-bridge' ) . ' ' . $fault );
		}
		$first = $this->actions->test();
		$text  = __( 'The shop is connected. Go on in the bridge: choose organization and warehouses there.', 'sklad-bridge' );
		return self::result( true, $first['ok'] ? $text : $text . ' ' . $first['text'] );
	}

	/**
	 * Prints state and form.
	 */
	public function print_form(): void {
		echo '<h2>Sklad Bridge</h2>';
		if ( $this->settings->ready() ) {
			$this->print_connection();
			printf( '<details class="sklad-bridge-again"%s><summary>%s</summary>', $this->key_is_gone() ? ' open' : '', esc_html__( 'Connect again with a new code', 'sklad-bridge' ) );
			$this->print_fields();
			echo '</details>';
			$this->print_leave();
		} else {
			echo '<p>';
			esc_html_e( 'Orders are sent to the bridge as they change, and stock comes from it. In the bridge press “Connect a shop”, and paste the code here.', 'sklad-bridge' );
			echo '</p>';
			$this->print_fields();
		}
		$this->print_filling();
	}

	/**
	 * Prints with whom the shop is connected.
	 */
	private function print_connection(): void {
		$user = get_userdata( $this->settings->user_id() );
		printf(
			'<p>%s</p>',
			esc_html(
				sprintf(
					/* translators: 1: address of the bridge, 2: name of a person */
					__( 'Connected with %1$s. The bridge works here as %2$s.', 'sklad-bridge' ),
					(string) preg_replace( '~/api/v1/.*$~', '', $this->settings->address() ),
					$user ? $user->display_name : __( 'somebody who is no longer there', 'sklad-bridge' )
				)
			)
		);
		if ( $this->key_is_gone() ) {
			printf(
				'<div class="notice notice-error inline" role="alert"><p>%s</p></div>',
				esc_html__( 'The key that the bridge reads this shop with was removed. Get a new code in the bridge and connect again.', 'sklad-bridge' )
			);
		}
	}

	/**
	 * Somebody has removed the key that was made for the bridge.
	 */
	private function key_is_gone(): bool {
		$key = $this->settings->key();
		return null !== $key && ! $this->keys->has( $key );
	}

	/**
	 * Prints the fields for a code.
	 */
	private function print_fields(): void {
		printf(
			'<table class="form-table" role="presentation"><tr><th scope="row"><label for="%1$s">%2$s</label></th><td><input name="%1$s" id="%1$s" type="text" value="" class="large-text code" autocomplete="off" spellcheck="false" aria-describedby="%1$s_hint"><p class="description" id="%1$s_hint">%3$s</p></td></tr>',
			esc_attr( self::CODE ),
			esc_html__( 'Connection code', 'sklad-bridge' ),
			esc_html__( 'Looks like https://bridge.example.com#… and is valid for 15 minutes. Paste only a code of your own bridge: it will see your orders and change your stock.', 'sklad-bridge' )
		);
		printf( '<tr><th scope="row"><label for="%1$s">%2$s</label></th><td><select name="%1$s" id="%1$s" aria-describedby="%1$s_hint">', esc_attr( self::USER ), esc_html__( 'The bridge works as', 'sklad-bridge' ) );
		foreach ( $this->choosable() as $user_id => $name ) {
			printf( '<option value="%d"%s>%s</option>', (int) $user_id, get_current_user_id() === $user_id ? ' selected' : '', esc_html( $name ) );
		}
		printf(
			'</select><p class="description" id="%s_hint">%s</p></td></tr></table>',
			esc_attr( self::USER ),
			esc_html__( 'The bridge has the rights of this person. When the person leaves, connect again as another one.', 'sklad-bridge' )
		);
		printf( '<p><button type="submit" name="save" value="%s" class="button button-primary">%s</button></p>', esc_attr( self::PRESSED ), esc_html__( 'Connect', 'sklad-bridge' ) );
	}

	/**
	 * Prints the button that disconnects, behind a question.
	 */
	private function print_leave(): void {
		printf(
			'<details class="sklad-bridge-leave"><summary>%s</summary><p>%s</p><p><a class="button" href="%s">%s</a></p></details>',
			esc_html__( 'Disconnect', 'sklad-bridge' ),
			esc_html__( 'Orders are no longer sent, events that wait are thrown away, and the key that was made for the bridge is revoked. Keys that people made stay. Orders in MoySklad stay too.', 'sklad-bridge' ),
			esc_url( Admin_Actions::link( Admin_Actions::LEAVE ) ),
			esc_html__( 'Yes, disconnect this shop', 'sklad-bridge' )
		);
	}

	/**
	 * Prints what takes the code over from the bridge's link: its part behind # is seen by this page alone.
	 */
	private function print_filling(): void {
		wp_print_inline_script_tag(
			"( function () {
				const found = location.hash.match( /^#sklad-bridge-code=(.+)$/ );
				const field = document.getElementById( '" . esc_js( self::CODE ) . "' );
				if ( ! found || ! field ) { return; }
				field.value = decodeURIComponent( found[ 1 ] );
				history.replaceState( null, '', location.pathname + location.search );
				const around = field.closest( 'details' );
				if ( around ) { around.open = true; }
				field.focus();
			} )();"
		);
	}

	/**
	 * Whom the bridge may work as: id => name, the one who asks first.
	 *
	 * @return array<int, string>
	 */
	private function choosable(): array {
		$me    = wp_get_current_user();
		$names = array( (int) $me->ID => (string) $me->display_name );
		$query = array(
			'role__in' => self::ROLES,
			'number'   => 50,
			'orderby'  => 'display_name',
		);
		foreach ( get_users( $query ) as $user ) {
			if ( self::may_act_as( (int) $user->ID ) ) {
				$names[ (int) $user->ID ] = (string) $user->display_name;
			}
		}
		return $names;
	}

	/**
	 * As WooCommerce asks when a key is made: oneself, or somebody whom one may edit; with the right to manage the shop.
	 *
	 * @param int $user_id User id.
	 */
	private static function may_act_as( int $user_id ): bool {
		$mine = get_current_user_id() === $user_id || current_user_can( 'edit_user', $user_id );
		return $mine && user_can( $user_id, self::RIGHT );
	}

	/**
	 * A posted text.
	 *
	 * @param string $name Name of the field.
	 */
	private static function posted( string $name ): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing -- Checked by WC_Admin_Settings::save().
		return isset( $_POST[ $name ] ) && is_string( $_POST[ $name ] ) ? trim( sanitize_text_field( wp_unslash( $_POST[ $name ] ) ) ) : '';
	}

	/**
	 * A result.
	 *
	 * @param bool   $ok   It went well.
	 * @param string $text Sentence.
	 * @return array{ok: bool, text: string}
	 */
	private static function result( bool $ok, string $text ): array {
		return array(
			'ok'   => $ok,
			'text' => $text,
		);
	}
}
