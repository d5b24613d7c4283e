<?php
/**
 * Connects WordPress's hooks with the classes of this plugin: the only file with add_action() and add_filter(). Read this first.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use Automattic\WooCommerce\Utilities\FeaturesUtil;
use Throwable;

defined( 'ABSPATH' ) || exit;

/**
 * The flow: a hook names an order > Order_Listener > shutdown > Event_Queue > Dispatcher > Event_Sender > Bridge_Client.
 */
final class Plugin {

	/**
	 * Hook => method of Order_Listener, number of arguments. Why these: see the comments.
	 */
	private const ORDER_HOOKS = array(
		'woocommerce_new_order'                            => array( 'saved', 2 ), // The one creation hook of all channels.
		'woocommerce_update_order'                         => array( 'saved', 2 ), // Any save.
		'woocommerce_order_status_changed'                 => array( 'touched', 1 ), // Also restored from the trash, where update_order stays away.
		'woocommerce_checkout_order_processed'             => array( 'touched', 1 ), // Classic checkout finished.
		'woocommerce_store_api_checkout_order_processed'   => array( 'touched_order', 1 ), // Block checkout finished.
		'woocommerce_payment_complete'                     => array( 'touched', 1 ),
		'woocommerce_saved_order_items'                    => array( 'touched', 1 ),
		'woocommerce_ajax_order_items_added'               => array( 'items_added', 2 ), // Fires alone until somebody recalculates.
		'woocommerce_order_refunded'                       => array( 'touched', 1 ), // The last hook of a refund.
		'woocommerce_refund_deleted'                       => array( 'refund_deleted', 2 ), // Fires alone; in wp-admin only.
		'woocommerce_rest_delete_shop_order_refund_object' => array( 'refund_deleted_by_rest', 1 ), // Fires alone; by REST only.
		'woocommerce_trash_order'                          => array( 'touched', 1 ),
		'woocommerce_untrash_order'                        => array( 'touched', 1 ),
		'woocommerce_before_delete_order'                  => array( 'deleted', 2 ),
		'wp_trash_post'                                    => array( 'post_touched', 1 ), // These five: legacy storage.
		'trashed_post'                                     => array( 'post_touched', 1 ),
		'untrashed_post'                                   => array( 'post_touched', 1 ),
		'before_delete_post'                               => array( 'post_deleted', 2 ), // Refunds too, however they are deleted.
		'deleted_post'                                     => array( 'post_deleted', 2 ),
	);

	/** After everybody else: others still change orders on shutdown, and end the answer themselves. */
	private const LAST = PHP_INT_MAX;

	/**
	 * The plugin's objects.
	 *
	 * @var Services
	 */
	private Services $services;

	/**
	 * Listener of this request.
	 *
	 * @var Order_Listener
	 */
	private Order_Listener $listener;

	/**
	 * Starts with nothing.
	 */
	private function __construct() {
		$this->services = new Services();
		$this->listener = new Order_Listener();
	}

	/**
	 * Called when WordPress loads the plugin's file.
	 */
	public static function boot(): void {
		$plugin = new self();
		register_activation_hook( SKLAD_BRIDGE_FILE, array( Installer::class, 'install_if_needed' ) );
		register_deactivation_hook( SKLAD_BRIDGE_FILE, array( Background::class, 'forget' ) );
		add_action( 'before_woocommerce_init', array( self::class, 'declare_compatibility' ) );
		add_action( 'plugins_loaded', array( $plugin, 'start' ) );
	}

	/**
	 * Both order storages and both checkouts work.
	 */
	public static function declare_compatibility(): void {
		if ( class_exists( FeaturesUtil::class ) ) {
			FeaturesUtil::declare_compatibility( 'custom_order_tables', SKLAD_BRIDGE_FILE, true );
			FeaturesUtil::declare_compatibility( 'cart_checkout_blocks', SKLAD_BRIDGE_FILE, true );
		}
	}

	/**
	 * All plugins are loaded: listen, or say what is missing.
	 */
	public function start(): void {
		add_action( 'init', array( self::class, 'load_texts' ) );
		if ( ! Requirements::met() ) {
			add_action( 'admin_notices', array( Admin_Notices::class, 'print_requirements' ) );
			return;
		}
		foreach ( self::ORDER_HOOKS as $hook => list( $method, $arguments ) ) {
			add_action( $hook, $this->guarded( array( $this->listener, $method ) ), 10, $arguments );
		}
		add_action( 'shutdown', $this->guarded( array( $this, 'on_shutdown' ) ), self::LAST, 0 );
		add_action( 'requests-requests.before_request', array( $this, 'on_http_request' ), 10, 5 );
		add_action( Background::HOOK, $this->guarded( array( $this, 'on_background' ) ), 10, 0 );
		add_action( 'wp_ajax_' . Loopback::ACTION, array( $this, 'on_loopback' ) );
		add_action( 'wp_ajax_nopriv_' . Loopback::ACTION, array( $this, 'on_loopback' ) );
		add_filter( 'wpmu_drop_tables', array( self::class, 'name_our_table' ) );
		if ( is_admin() ) {
			$this->start_admin();
		}
	}

	/**
	 * What only wp-admin needs.
	 */
	private function start_admin(): void {
		add_action( 'admin_init', $this->guarded( array( Installer::class, 'install_if_needed' ) ), 10, 0 );
		add_action( 'admin_notices', $this->guarded( fn() => $this->services->admin_notices()->print_all() ), 10, 0 );
		add_filter( 'woocommerce_settings_tabs_array', array( Settings_Page::class, 'add_tab' ), 60 );
		add_action( 'woocommerce_settings_' . Settings_Page::TAB, fn() => $this->services->settings_page()->print_page(), 10, 0 );
		add_action( 'woocommerce_settings_save_' . Settings_Page::TAB, fn() => $this->services->settings_page()->save(), 10, 0 );
		foreach ( Admin_Actions::ALL as $action ) {
			add_action( "admin_post_$action", fn() => $this->services->admin_actions()->handle(), 10, 0 );
		}
	}

	/**
	 * Texts in the reader's language.
	 */
	public static function load_texts(): void {
		load_plugin_textdomain( 'sklad-bridge', false, dirname( plugin_basename( SKLAD_BRIDGE_FILE ) ) . '/languages' );
	}

	/**
	 * The end of every request: writes what was collected, and sends.
	 */
	public function on_shutdown(): void {
		$ready = $this->services->settings()->ready();
		if ( $ready && $this->listener->count() > 0 ) {
			// First the answer, then our write: the order itself has been in the database for long, and the customer waits for nothing of ours.
			Response::finish();
			if ( $this->write_collected() ) {
				$this->services->dispatcher()->after_write();
			}
			return;
		}
		if ( $ready && $this->services->gate()->is_due( time() ) ) {
			$this->services->dispatcher()->on_request();
		}
	}

	/**
	 * Action Scheduler calls.
	 */
	public function on_background(): void {
		$this->services->dispatcher()->run();
	}

	/**
	 * This site calls itself.
	 */
	public function on_loopback(): void {
		// phpcs:ignore WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- The token is what is checked.
		if ( Loopback::accepts( $_POST['token'] ?? '', time() ) ) {
			ignore_user_abort( true );
			( $this->guarded( array( $this, 'on_background' ) ) )();
		}
		wp_die( '', '', array( 'response' => 204 ) );
	}

	/**
	 * WordPress is about to send a request: ours wait for little, or for nothing.
	 *
	 * @param mixed $url     Address.
	 * @param mixed $headers Headers.
	 * @param mixed $data    Body.
	 * @param mixed $type    Method.
	 * @param mixed $options Options, changed in place.
	 */
	public function on_http_request( &$url, &$headers, &$data, &$type, &$options ): void {
		if ( is_array( $headers ) && is_array( $options ) ) {
			Bridge_Client::limit_connecting( $headers, $options );
			Loopback::do_not_wait( $headers, $options );
		}
	}

	/**
	 * A site of a network is being deleted: our table goes too.
	 *
	 * @param mixed $tables Names of tables.
	 * @return mixed
	 */
	public static function name_our_table( $tables ) {
		if ( is_array( $tables ) ) {
			$tables[] = Wpdb_Outbox::table( $GLOBALS['wpdb'] );
		}
		return $tables;
	}

	/**
	 * A callback that can break nothing: whatever is thrown ends in the log.
	 *
	 * @param callable $callback Callback.
	 */
	private function guarded( callable $callback ): callable {
		return function ( ...$arguments ) use ( $callback ): void {
			try {
				$callback( ...$arguments );
				if ( $this->listener->count() >= Order_Listener::BATCH ) {
					$this->write_collected();
				}
			} catch ( Throwable $error ) {
				Journal::caught( $error );
			}
		};
	}

	/**
	 * Writes the collected orders into the outbox.
	 */
	private function write_collected(): bool {
		return $this->services->queue()->add( $this->listener->take(), time() );
	}
}
