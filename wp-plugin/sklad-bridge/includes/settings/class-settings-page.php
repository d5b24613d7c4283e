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
 * A code to connect with (Pairing_Form), or address and secret by hand; a test button, and how delivery is going.
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
	 * How delivery is going.
	 *
	 * @var Delivery_Report
	 */
	private Delivery_Report $report;

	/**
	 * Connecting and disconnecting.
	 *
	 * @var Pairing_Form
	 */
	private Pairing_Form $pairing;

	/**
	 * The page.
	 *
	 * @param Settings       $settings Settings.
	 * @param Site_Guard     $guard    Guard against copies.
	 * @param Delivery_State $state    State of delivery.
	 * @param Gate           $gate     Gate.
	 * @param Outbox_Store   $outbox   Outbox.
	 * @param Delivery_Report $report  How delivery is going.
	 * @param Pairing_Form    $pairing Connecting and disconnecting.
	 */
	public function __construct(
		Settings $settings,
		Site_Guard $guard,
		Delivery_State $state,
		Gate $gate,
		Outbox_Store $outbox,
		Delivery_Report $report,
		Pairing_Form $pairing
	) {
		$this->settings = $settings;
		$this->guard    = $guard;
		$this->state    = $state;
		$this->gate     = $gate;
		$this->outbox   = $outbox;
		$this->report   = $report;
		$this->pairing  = $pairing;
	}

	/**
	 * Address of this page.
	 */
	public static function link(): string {
		return admin_url( 'admin.php?page=wc-settings&tab=' . self::TAB );
	}

	/**
	 * Adds the entry to WooCommerce's menu; it leads to the tab.
	 */
	public static function add_menu(): void {
		add_submenu_page( 'woocommerce', 'Sklad Bridge', 'Sklad Bridge', 'manage_woocommerce', 'admin.php?page=wc-settings&tab=' . self::TAB );
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
		if ( $this->pairing->is_pressed() ) {
			$result = $this->pairing->connect();
			$result['ok'] ? WC_Admin_Settings::add_message( $result['text'] ) : WC_Admin_Settings::add_error( $result['text'] );
			return;
		}
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
		$GLOBALS['hide_save_button'] = true; // WooCommerce's own, below everything; the fields by hand have one beside them.
		self::print_looks();
		$this->pairing->print_form();
		printf( '<details class="sklad-bridge-by-hand"><summary>%s</summary>', esc_html__( 'Enter address and secret by hand', 'sklad-bridge' ) );
		echo '<p>';
		esc_html_e( 'Only where no code can be used. Copy the event address and the secret from the bridge, and give it a REST key yourself.', 'sklad-bridge' );
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
		submit_button( '', 'secondary', 'save' );
		echo '</details>';
		$this->print_state();
	}

	/**
	 * Room between what opens, and names that stand level with their sentences.
	 */
	private static function print_looks(): void {
		echo '<style>
			#mainform details { margin: 12px 0; }
			#mainform summary { cursor: pointer; }
			#mainform .description { overflow-wrap: anywhere; }
			.sklad-bridge-delivery { max-width: 60em; }
			.sklad-bridge-delivery th, .sklad-bridge-delivery td { padding: 8px 10px; line-height: 1.5; vertical-align: top; }
			.sklad-bridge-delivery th { width: 12em; }
			@media ( max-width: 480px ) { .sklad-bridge-delivery th { width: 7em; } }
		</style>';
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
		$rows = $this->report->rows( time() );
		echo '<h2>';
		esc_html_e( 'Exchange with the bridge', 'sklad-bridge' );
		echo '</h2><table class="widefat striped sklad-bridge-delivery"><tbody>';
		foreach ( $rows as $name => $text ) {
			printf( '<tr><th scope="row">%s</th><td>%s</td></tr>', esc_html( $name ), esc_html( $text ) );
		}
		echo '</tbody></table><p>';
		if ( $this->settings->ready() ) {
			$this->print_button( Admin_Actions::TEST, __( 'Send a test event', 'sklad-bridge' ) );
		}
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
