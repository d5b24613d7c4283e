<?php
/**
 * Makes the tables of a site and gives the rights, and removes everything the plugin keeps there.
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

	public const SCHEMA        = 2;
	public const SCHEMA_OPTION = 'sklad_bridge_schema';

	private const OPTIONS = array(
		self::SCHEMA_OPTION,
		Settings::OPTION,
		Settings::SECRET_OPTION,
		Gate::OPTION,
		Delivery_State::OPTION,
		Stock_State::OPTION,
		Wpdb_Outbox::LOCK_OPTION,
	);

	/** Who may set stock unless the owner decides otherwise. */
	private const ROLES = array( 'administrator', 'shop_manager' );

	/**
	 * Makes the tables and gives the rights when this version has not done it here yet: after an update, which may happen without
	 * anybody looking into wp-admin, and on a site that was added to a network later.
	 */
	public static function install_if_needed(): void {
		if ( self::SCHEMA !== (int) get_option( self::SCHEMA_OPTION, 0 ) ) {
			self::install_here();
			self::grant();
		}
	}

	/**
	 * Full names of all tables of the current site.
	 *
	 * @return string[]
	 */
	public static function tables(): array {
		global $wpdb;
		return array( Wpdb_Outbox::table( $wpdb ), Wpdb_Sales_Journal::table( $wpdb ), Wpdb_Stock_Store::table( $wpdb ) );
	}

	/**
	 * Makes or updates the tables of the current site.
	 */
	public static function install_here(): void {
		global $wpdb;
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		list( $outbox, $sales, $items ) = self::tables();

		$collate = $wpdb->get_charset_collate();
		$quiet   = $wpdb->suppress_errors( true ); // Two requests may come here at once.
		dbDelta(
			"CREATE TABLE $outbox (
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
		// A table that is made anew must not use a number again; one that starts at the time of its making does not.
		$first = time();
		dbDelta(
			"CREATE TABLE $sales (
			number bigint(20) unsigned NOT NULL AUTO_INCREMENT,
			item bigint(20) unsigned NOT NULL,
			order_id bigint(20) unsigned NOT NULL,
			quantity decimal(18,4) NOT NULL,
			created bigint(20) unsigned NOT NULL,
			done tinyint(3) unsigned NOT NULL DEFAULT 0,
			PRIMARY KEY  (number),
			KEY item_number (item,number),
			KEY order_id (order_id),
			KEY created (created),
			KEY done_item (done,item)
			) $collate AUTO_INCREMENT=$first;"
		);
		dbDelta(
			"CREATE TABLE $items (
			item bigint(20) unsigned NOT NULL,
			revision bigint(20) unsigned NOT NULL,
			at bigint(20) unsigned NOT NULL,
			PRIMARY KEY  (item)
			) $collate;"
		);
		$wpdb->suppress_errors( $quiet );
		add_option( Wpdb_Outbox::LOCK_OPTION, '0', '', false );
		update_option( self::SCHEMA_OPTION, self::SCHEMA, true );
	}

	/**
	 * Gives the right to set stock.
	 */
	private static function grant(): void {
		foreach ( self::ROLES as $name ) {
			$role = get_role( $name );
			if ( $role && ! $role->has_cap( Stock_Endpoint::CAPABILITY ) ) {
				$role->add_cap( Stock_Endpoint::CAPABILITY );
			}
		}
	}

	/**
	 * Takes the right to set stock from everybody.
	 */
	private static function revoke(): void {
		foreach ( wp_roles()->role_objects as $role ) {
			$role->remove_cap( Stock_Endpoint::CAPABILITY );
		}
	}

	/**
	 * Removes tables, options, rights and scheduled actions of the current site.
	 */
	public static function uninstall_here(): void {
		global $wpdb;
		$key = ( new Settings() )->key();
		if ( null !== $key ) {
			( new Wpdb_Key_Store( $wpdb ) )->revoke( $key );
		}
		$wpdb->query( 'DROP TABLE IF EXISTS ' . implode( ', ', self::tables() ) );
		self::revoke();
		foreach ( self::OPTIONS as $option ) {
			delete_option( $option );
		}
		delete_transient( Order_States::MEMORY );
		delete_transient( Order_States::AWAY );
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
