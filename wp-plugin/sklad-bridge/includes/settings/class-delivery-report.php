<?php
/**
 * How delivery is going, in words: what the settings page shows.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use Automattic\WooCommerce\Utilities\OrderUtil;

defined( 'ABSPATH' ) || exit;

/**
 * Reads the state; changes nothing.
 */
final class Delivery_Report {

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
	 * When stock was written.
	 *
	 * @var Stock_State
	 */
	private Stock_State $stock;

	/**
	 * A report.
	 *
	 * @param Settings       $settings Settings.
	 * @param Site_Guard     $guard    Guard against copies.
	 * @param Delivery_State $state    State of delivery.
	 * @param Gate           $gate     Gate.
	 * @param Outbox_Store   $outbox   Outbox.
	 * @param Stock_State    $stock    When stock was written.
	 */
	public function __construct( Settings $settings, Site_Guard $guard, Delivery_State $state, Gate $gate, Outbox_Store $outbox, Stock_State $stock ) {
		$this->settings = $settings;
		$this->guard    = $guard;
		$this->state    = $state;
		$this->gate     = $gate;
		$this->outbox   = $outbox;
		$this->stock    = $stock;
	}

	/**
	 * Name => sentence.
	 *
	 * @param int $now Unix seconds.
	 * @return array<string, string>
	 */
	public function rows( int $now ): array {
		$summary = $this->outbox->summary();
		$rows    = array(
			__( 'State', 'sklad-bridge' )                  => $this->situation( $now ),
			__( 'Events waiting', 'sklad-bridge' )         => $this->waiting( $summary, $now ),
			__( 'Last event delivered', 'sklad-bridge' )   => self::ago( $this->state->last_success(), $now ),
			__( 'Stock', 'sklad-bridge' )                  => $this->stock( $now ),
		);
		if ( '' !== $this->state->last_error() ) {
			$rows[ __( 'Last error', 'sklad-bridge' ) ] = Words::of( $this->state->last_error() ) . ' ' . self::ago( $this->state->last_error_at(), $now );
		}
		$rows[ __( 'Order storage', 'sklad-bridge' ) ] = self::storage();
		$rows[ __( 'Versions', 'sklad-bridge' ) ]      = self::versions();
		if ( $summary['failed'] > 0 ) {
			/* translators: 1: number of events, 2: reason */
			$text                                   = _n( '%1$d event was given up: %2$s', '%1$d events were given up, the last one because: %2$s', $summary['failed'], 'sklad-bridge' );
			$rows[ __( 'Failed', 'sklad-bridge' ) ] = sprintf( $text, $summary['failed'], Words::of( $summary['last_error'] ) );
		}
		return $rows;
	}

	/**
	 * One sentence about everything.
	 *
	 * @param int $now Unix seconds.
	 */
	private function situation( int $now ): string {
		if ( $this->settings->is_copy() ) {
			return __( 'This site is a copy of the shop. Nothing is sent.', 'sklad-bridge' );
		}
		if ( ! $this->settings->ready() ) {
			return __( 'Not connected yet. Paste a code of the bridge above.', 'sklad-bridge' );
		}
		if ( $this->guard->is_elsewhere() ) {
			return __( 'Stopped: the address of this site has changed. See the notice above.', 'sklad-bridge' );
		}
		if ( $this->state->is_stopped() ) {
			return __( 'Stopped: the bridge refuses this site.', 'sklad-bridge' );
		}
		if ( $this->gate->is_paused( $now ) ) {
			/* translators: %s: a time span such as "4 mins" */
			return sprintf( __( 'The bridge does not answer. The next try is in %s; nothing is lost.', 'sklad-bridge' ), human_time_diff( $now, $this->gate->paused_until() ) );
		}
		return '' === $this->state->last_error()
			? __( 'Connected.', 'sklad-bridge' )
			: __( 'The last try failed.', 'sklad-bridge' );
	}

	/**
	 * What waits, and since when.
	 *
	 * @param array<string, mixed> $summary Numbers of the outbox.
	 * @param int                  $now     Unix seconds.
	 */
	private function waiting( array $summary, int $now ): string {
		if ( 0 === $summary['waiting'] ) {
			return __( 'none', 'sklad-bridge' );
		}
		/* translators: 1: number of events, 2: a time span such as "4 mins" */
		$text = __( '%1$d, the oldest for %2$s', 'sklad-bridge' );
		return sprintf( $text, $summary['waiting'], human_time_diff( $summary['oldest'], $now ) );
	}

	/**
	 * When the bridge last wrote stock, and how much.
	 *
	 * @param int $now Unix seconds.
	 */
	private function stock( int $now ): string {
		if ( 0 === $this->stock->at() ) {
			return __( 'The bridge has not written stock yet.', 'sklad-bridge' );
		}
		/* translators: 1: number of items, 2: a time span such as "4 mins" */
		$text = _n( 'The bridge wrote the stock of %1$d item %2$s ago.', 'The bridge wrote the stock of %1$d items %2$s ago.', $this->stock->items(), 'sklad-bridge' );
		return sprintf( $text, $this->stock->items(), human_time_diff( $this->stock->at(), $now ) );
	}

	/**
	 * Which of WooCommerce's two storages holds the orders; the plugin works with both.
	 */
	private static function storage(): string {
		$tables = class_exists( OrderUtil::class ) && OrderUtil::custom_orders_table_usage_is_enabled();
		return $tables
			? __( 'High-performance order storage (HPOS).', 'sklad-bridge' )
			: __( 'WordPress posts (the older storage).', 'sklad-bridge' );
	}

	/**
	 * What runs here.
	 */
	private static function versions(): string {
		return sprintf(
			'Sklad Bridge %s, WooCommerce %s, WordPress %s, PHP %s',
			SKLAD_BRIDGE_VERSION,
			defined( 'WC_VERSION' ) ? (string) WC_VERSION : '?',
			(string) get_bloginfo( 'version' ),
			PHP_VERSION
		);
	}

	/**
	 * A time as "5 mins ago".
	 *
	 * @param int $time Unix seconds, 0 for never.
	 * @param int $now  Unix seconds.
	 */
	private static function ago( int $time, int $now ): string {
		if ( 0 === $time ) {
			return __( 'never', 'sklad-bridge' );
		}
		/* translators: %s: a time span such as "4 mins" */
		return sprintf( __( '%s ago', 'sklad-bridge' ), human_time_diff( $time, $now ) );
	}
}
