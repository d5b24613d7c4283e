<?php
/**
 * Notices in wp-admin, only when something needs the owner.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * A moved or copied site, a bridge that refuses this site, and the result of a button.
 */
final class Admin_Notices {

	/** Errors that only a person can mend, once they came so often in a row. */
	private const LASTING  = array( 'wrong_secret', 'wrong_address', 'redirect', 'clock' );
	private const FAILURES = 3;

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
	 * The notices.
	 *
	 * @param Settings       $settings Settings.
	 * @param Site_Guard     $guard    Guard against copies.
	 * @param Delivery_State $state    State of delivery.
	 */
	public function __construct( Settings $settings, Site_Guard $guard, Delivery_State $state ) {
		$this->settings = $settings;
		$this->guard    = $guard;
		$this->state    = $state;
	}

	/**
	 * Prints what is to be said on this page.
	 */
	public function print_all(): void {
		$this->print_result();
		if ( ! current_user_can( 'manage_woocommerce' ) || ! $this->settings->ready() ) {
			return;
		}
		if ( $this->guard->is_elsewhere() ) {
			$this->print_elsewhere();
		} elseif ( $this->state->is_stopped() ) {
			self::print_notice( 'error', __( 'Sklad Bridge has stopped sending orders.', 'sklad-bridge' ) . ' ' . Words::of( 'other_site' ) );
		} elseif ( $this->needs_owner() ) {
			$link = sprintf( '<p><a class="button" href="%s">%s</a></p>', esc_url( Settings_Page::link() ), esc_html__( 'Open the settings', 'sklad-bridge' ) );
			self::print_notice( 'error', __( 'Orders do not reach Sklad Bridge.', 'sklad-bridge' ) . ' ' . Words::of( $this->state->last_error() ), $link );
		}
	}

	/**
	 * Deliveries fail in a way that does not pass by itself.
	 */
	private function needs_owner(): bool {
		$code = explode( '|', $this->state->last_error(), 2 )[0];
		return $this->state->failures() >= self::FAILURES && in_array( $code, self::LASTING, true );
	}

	/**
	 * A plugin that cannot work says why.
	 */
	public static function print_requirements(): void {
		if ( current_user_can( 'activate_plugins' ) ) {
			self::print_notice( 'error', Requirements::sentence() );
		}
	}

	/**
	 * This site is not where it was connected.
	 */
	private function print_elsewhere(): void {
		$text = sprintf(
			/* translators: 1: former address of the shop, 2: present address of this site */
			__( 'Sklad Bridge was connected at %1$s, and this site is at %2$s. Orders are kept and not sent until you say which it is.', 'sklad-bridge' ),
			$this->settings->paired_home(),
			Site_Guard::home()
		);
		$buttons = sprintf(
			'<p><a class="button button-primary" href="%s">%s</a> <a class="button" href="%s">%s</a></p>',
			esc_url( Admin_Actions::link( Admin_Actions::SAME ) ),
			esc_html__( 'This is the same shop at a new address', 'sklad-bridge' ),
			esc_url( Admin_Actions::link( Admin_Actions::COPY ) ),
			esc_html__( 'This is a copy: send nothing from here', 'sklad-bridge' )
		);
		self::print_notice( 'warning', $text, $buttons );
	}

	/**
	 * The result of the button pressed just now.
	 */
	private function print_result(): void {
		$key    = Admin_Actions::RESULT . get_current_user_id();
		$screen = get_current_screen();
		if ( ! $screen || ! in_array( $screen->id, array( 'woocommerce_page_wc-settings', wc_get_page_screen_id( 'shop-order' ) ), true ) ) {
			return;
		}
		$result = get_transient( $key );
		if ( is_array( $result ) && isset( $result['ok'], $result['text'] ) ) {
			delete_transient( $key );
			self::print_notice( $result['ok'] ? 'success' : 'error', (string) $result['text'] );
		}
	}

	/**
	 * Prints one notice.
	 *
	 * @param string $kind    success, warning or error.
	 * @param string $text    Plain text.
	 * @param string $buttons HTML that is escaped already.
	 */
	private static function print_notice( string $kind, string $text, string $buttons = '' ): void {
		printf(
			'<div class="notice notice-%s sklad-bridge-notice" role="status"><p>%s</p>%s</div>',
			esc_attr( $kind ),
			esc_html( $text ),
			$buttons // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- Escaped by the caller.
		);
	}
}
