<?php
/**
 * The tab "Sklad Bridge" of WooCommerce's settings.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use WC_Admin_Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Address, secret (never shown again), a test button, and how delivery is going.
 */
final class Settings_Page {

	public const TAB = 'sklad_bridge';

	/**
	 * Settings.
	 *
	 * @var Settings
	 */
	private Settings $settings;

	/**
	 * Guard against copies.
	 *
	 * @var Site_Guard
	 */
	private Site_Guard $guard;

	/**
	 * State of delivery.
	 *
	 * @var Delivery_State
	 */
	private Delivery_State $state;

	/**
	 * Gate.
	 *
	 * @var Gate
	 */
	private Gate $gate;

	/**
	 * Outbox.
	 *
	 * @var Outbox_Store
	 */
	private Outbox_Store $outbox;

	/**
	 * The page.
	 *
	 * @param Settings       $settings Settings.
	 * @param Site_Guard     $guard    Guard against copies.
	 * @param Delivery_State $state    State of delivery.
	 * @param Gate           $gate     Gate.
	 * @param Outbox_Store   $outbox   Outbox.
	 */
	public function __construct( Settings $settings, Site_Guard $guard, Delivery_State $state, Gate $gate, Outbox_Store $outbox ) {
		$this->settings = $settings;
		$this->guard    = $guard;
		$this->state    = $state;
		$this->gate     = $gate;
		$this->outbox   = $outbox;
	}

	/**
	 * Adds the tab.
	 *
	 * @param mixed $tabs Tabs of WooCommerce's settings.
	 * @return mixed
	 */
	public static function add_tab( $tabs ) {
		if ( is_array( $tabs ) ) {
			$tabs[ self::TAB ] = 'Sklad Bridge';
		}
		return $tabs;
	}

	/**
	 * Saves the form; WooCommerce has checked nonce and rights.
	 */
	public function save(): void {
		// phpcs:disable WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput.InputNotSanitized -- The nonce is checked by WC_Admin_Settings::save(), the address below; a secret may hold any character.
		$address = isset( $_POST['sklad_bridge_address'] ) ? esc_url_raw( trim( (string) wp_unslash( $_POST['sklad_bridge_address'] ) ), array( 'http', 'https' ) ) : '';
		$secret  = isset( $_POST['sklad_bridge_secret'] ) ? trim( (string) wp_unslash( $_POST['sklad_bridge_secret'] ) ) : '';
		// phpcs:enable
		$fault = Settings::address_fault( $address );
		if ( '' !== $fault ) {
			WC_Admin_Settings::add_error( Words::of( $fault ) );
			return;
		}
		if ( 'http' === wp_parse_url( $address, PHP_URL_SCHEME ) ) {
			WC_Admin_Settings::add_message( __( 'The address begins with http://, so orders travel unencrypted. That is fine inside one server or a private network only.', 'sklad-bridge' ) );
		}
		$now = time();
		$this->settings->set_address( $address );
		$this->settings->set_user_id( get_current_user_id() );
		if ( '' !== $secret ) {
			$this->settings->set_secret( $secret, $now );
		}
		if ( '' === $this->settings->paired_home() ) {
			$this->guard->pair();
		}
		$this->state->start_anew();
		$this->gate->pause( 0 );
		$this->outbox->hurry( $now );
		$this->gate->plan( $now, $now );
	}

	/**
	 * Prints the tab inside WooCommerce's form.
	 */
	public function print_page(): void {
		echo '<h2>Sklad Bridge</h2><p>';
		esc_html_e( 'Orders are sent to the bridge as they change. Copy the event address and the secret from the bridge.', 'sklad-bridge' );
		echo '</p><table class="form-table" role="presentation">';
		$this->print_field(
			'sklad_bridge_address',
			__( 'Event address of the bridge', 'sklad-bridge' ),
			'url',
			$this->settings->address(),
			'https://bridge.example.com/api/v1/events/woocommerce/1/'
		);
		$this->print_field(
			'sklad_bridge_secret',
			__( 'Secret', 'sklad-bridge' ),
			'password',
			'',
			$this->settings->has_secret()
				? __( 'A secret is set and is not shown. Fill this in only to replace it; the former one stays valid for 7 days.', 'sklad-bridge' )
				: __( 'No secret is set yet.', 'sklad-bridge' )
		);
		echo '</table>';
		$this->print_state();
	}

	/**
	 * Prints one field.
	 *
	 * @param string $name  Name and id.
	 * @param string $label Label.
	 * @param string $type  Type of the input.
	 * @param string $value Value.
	 * @param string $hint  What stands below.
	 */
	private function print_field( string $name, string $label, string $type, string $value, string $hint ): void {
		printf(
			'<tr><th scope="row"><label for="%1$s">%2$s</label></th><td><input name="%1$s" id="%1$s" type="%3$s" value="%4$s" class="regular-text" autocomplete="new-password" aria-describedby="%1$s_hint"><p class="description" id="%1$s_hint">%5$s</p></td></tr>',
			esc_attr( $name ),
			esc_html( $label ),
			esc_attr( $type ),
			esc_attr( $value ),
			esc_html( $hint )
		);
	}

	/**
	 * Prints how delivery is going, and the buttons.
	 */
	private function print_state(): void {
		$rows = ( new Delivery_Report( $this->settings, $this->guard, $this->state, $this->gate, $this->outbox ) )->rows( time() );
		echo '<h2>';
		esc_html_e( 'Delivery', 'sklad-bridge' );
		echo '</h2><table class="widefat striped" style="max-width:60em"><tbody>';
		foreach ( $rows as $name => $text ) {
			printf( '<tr><th scope="row">%s</th><td>%s</td></tr>', esc_html( $name ), esc_html( $text ) );
		}
		echo '</tbody></table><p>';
		$this->print_button( Admin_Actions::TEST, __( 'Send a test event', 'sklad-bridge' ) );
		if ( $this->outbox->summary()['failed'] > 0 ) {
			$this->print_button( Admin_Actions::RETRY, __( 'Send failed events again', 'sklad-bridge' ) );
		}
		if ( $this->settings->is_copy() ) {
			$this->print_button( Admin_Actions::SAME, __( 'This is the shop after all: send from here', 'sklad-bridge' ) );
		}
		echo '</p>';
	}

	/**
	 * Prints one button.
	 *
	 * @param string $action Action.
	 * @param string $label  Label.
	 */
	private function print_button( string $action, string $label ): void {
		printf( '<a class="button" href="%s">%s</a> ', esc_url( Admin_Actions::link( $action ) ), esc_html( $label ) );
	}
}
