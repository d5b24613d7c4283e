<?php
/**
 * Makes the outbox table of a site, and removes everything the plugin keeps there.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL -- Tables of our own.

/**
 * Works on the current site; in a network each site has its own outbox and settings.
 */
final class Installer {

	public const SCHEMA        = 1;
	public const SCHEMA_OPTION = 'sklad_bridge_schema';

	private const OPTIONS = array(
		self::SCHEMA_OPTION,
		Settings::OPTION,
		Settings::SECRET_OPTION,
		Gate::OPTION,
		Delivery_State::OPTION,
		Wpdb_Outbox::LOCK_OPTION,
	);

	/**
	 * Makes the table when this version has not made it here yet; a site added to a network later gets it this way.
	 */
	public static function install_if_needed(): void {
		if ( self::SCHEMA !== (int) get_option( self::SCHEMA_OPTION, 0 ) ) {
			self::install_here();
		}
	}

	/**
	 * Makes or updates the table of the current site.
	 */
	public static function install_here(): void {
		global $wpdb;
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		$table   = Wpdb_Outbox::table( $wpdb );
		$collate = $wpdb->get_charset_collate();
		dbDelta(
			"CREATE TABLE $table (
			id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
			event_uuid char(36) NOT NULL,
			order_id bigint(20) unsigned NOT NULL,
			waiting_for bigint(20) unsigned NULL,
			event varchar(20) NOT NULL,
			state varchar(10) NOT NULL,
			created bigint(20) unsigned NOT NULL,
			attempts int(10) unsigned NOT NULL DEFAULT 0,
			next_try bigint(20) unsigned NOT NULL,
			claimed_at bigint(20) unsigned NOT NULL DEFAULT 0,
			last_error varchar(255) NOT NULL DEFAULT '',
			PRIMARY KEY  (id),
			UNIQUE KEY event_uuid (event_uuid),
			UNIQUE KEY waiting_for (waiting_for),
			KEY state_next_try (state,next_try),
			KEY order_id (order_id)
			) $collate;"
		);
		add_option( Wpdb_Outbox::LOCK_OPTION, '0', '', false );
		update_option( self::SCHEMA_OPTION, self::SCHEMA, true );
	}

	/**
	 * Removes table, options and scheduled actions of the current site.
	 */
	public static function uninstall_here(): void {
		global $wpdb;
		$wpdb->query( 'DROP TABLE IF EXISTS ' . Wpdb_Outbox::table( $wpdb ) );
		foreach ( self::OPTIONS as $option ) {
			delete_option( $option );
		}
		$actions = $wpdb->prefix . 'actionscheduler_actions';
		// WooCommerce may be off or gone by now, so its scheduler is not asked.
		if ( $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $actions ) ) ) === $actions ) {
			$wpdb->query(
				$wpdb->prepare(
					"DELETE logs FROM {$wpdb->prefix}actionscheduler_logs logs JOIN $actions actions USING (action_id) WHERE actions.hook = %s",
					Background::HOOK
				)
			);
			$wpdb->delete( $actions, array( 'hook' => Background::HOOK ) );
			$wpdb->delete( $wpdb->prefix . 'actionscheduler_groups', array( 'slug' => Background::GROUP ) );
		}
	}

	/**
	 * Removes everything on every site.
	 */
	public static function uninstall(): void {
		if ( ! is_multisite() ) {
			self::uninstall_here();
			return;
		}
		foreach ( get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) as $site_id ) { // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing.AssociativeArrayFound
			switch_to_blog( (int) $site_id );
			self::uninstall_here();
			restore_current_blog();
		}
	}
}
