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
 * Orders to the bridge: a hook names an order > Order_Listener > shutdown > Event_Queue > Dispatcher > Event_Sender > Bridge_Client.
 * Sales on the way: an order moves stock > Sale_Context > Sale_Listener > Sales_Journal, shown by Sale_Fields and in every event.
 * Connecting: Pairing_Form > Pairing > Key_Store and the bridge. Order pages: Order_Pages > Order_States > Bridge_Client.
 * Stock from the bridge: Stock_Endpoint > Stock_Request > Stock_Batch > Stock_Writer > Stock_Store.
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

	/**
	 * Filter that WooCommerce asks before an order moves stock => method of Sale_Context, number of arguments.
	 */
	private const STOCK_FILTERS = array(
		'woocommerce_can_reduce_order_stock'                 => array( 'open', 2 ),
		'woocommerce_can_restore_order_stock'                => array( 'open', 2 ),
		'woocommerce_can_restock_refunded_items'             => array( 'open', 2 ),
		'woocommerce_prevent_adjust_line_item_product_stock' => array( 'open_line', 2 ),
	);

	/**
	 * Action that ends it => method of Sale_Context.
	 */
	private const STOCK_ENDS = array(
		'woocommerce_reduce_order_stock'  => 'close',
		'woocommerce_restore_order_stock' => 'close',
		'woocommerce_order_refunded'      => 'close',
		'woocommerce_update_order'        => 'drop_lines',
	);

	/** Rows of the journal are kept for so long. */
	private const KEEP_SALES_SECONDS = 2592000; // 30 days.

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
		$this->watch_stock();
		add_action( 'init', $this->guarded( array( Installer::class, 'install_if_needed' ) ), 1, 0 );
		add_action( 'rest_api_init', $this->guarded( array( $this, 'on_rest' ) ), 10, 0 );
		add_action( 'update_option_' . Settings::SECRET_OPTION, $this->guarded( fn() => $this->services->stock_store()->forget_revisions() ), 10, 0 );
		add_action( 'shutdown', $this->guarded( array( $this, 'on_shutdown' ) ), self::LAST, 0 );
		add_action( 'requests-requests.before_request', array( $this, 'on_http_request' ), 10, 5 );
		add_action( Background::HOOK, $this->guarded( array( $this, 'on_background' ) ), 10, 0 );
		add_action( 'wp_ajax_' . Loopback::ACTION, array( $this, 'on_loopback' ) );
		add_action( 'wp_ajax_nopriv_' . Loopback::ACTION, array( $this, 'on_loopback' ) );
		add_filter( 'wpmu_drop_tables', array( self::class, 'name_our_tables' ) );
		if ( is_admin() ) {
			$this->start_admin();
		}
	}

	/**
	 * Every movement of stock by an order goes into the journal.
	 */
	private function watch_stock(): void {
		foreach ( self::STOCK_FILTERS as $hook => list( $method, $arguments ) ) {
			add_filter( $hook, $this->unchanged( fn( ...$given ) => $this->services->sale_context()->$method( ...$given ) ), self::LAST, $arguments );
		}
		foreach ( self::STOCK_ENDS as $hook => $method ) {
			add_action( $hook, $this->guarded( fn( ...$given ) => $this->services->sale_context()->$method( ...$given ) ), self::LAST, 1 );
		}
		add_filter( 'woocommerce_update_product_stock_query', $this->unchanged( fn( ...$given ) => $this->services->sale_listener()->before_move( ...$given ) ), self::LAST, 4 );
		add_action( 'woocommerce_updated_product_stock', $this->guarded( fn( ...$given ) => $this->services->sale_listener()->after_move( ...$given ) ), 1, 1 );
	}

	/**
	 * What only wp-admin needs.
	 */
	private function start_admin(): void {
		add_action( 'admin_notices', $this->guarded( fn() => $this->services->admin_notices()->print_all() ), 10, 0 );
		add_action( 'admin_menu', array( Settings_Page::class, 'add_menu' ), 60, 0 );
		add_filter( 'woocommerce_settings_tabs_array', array( Settings_Page::class, 'add_tab' ), 60 );
		add_action( 'woocommerce_settings_' . Settings_Page::TAB, fn() => $this->services->settings_page()->print_page(), 10, 0 );
		add_action( 'woocommerce_settings_save_' . Settings_Page::TAB, fn() => $this->services->settings_page()->save(), 10, 0 );
		foreach ( Admin_Actions::ALL as $action ) {
			add_action( "admin_post_$action", fn() => $this->services->admin_actions()->handle(), 10, 0 );
		}
		$this->show_on_orders();
	}

	/**
	 * Panel and column on the order pages of both storages: HPOS has a screen of its own, the older storage that of its posts.
	 */
	private function show_on_orders(): void {
		$panel = $this->guarded( fn( $shown ) => $this->services->order_pages()->print_panel( $shown ) );
		add_action( 'add_meta_boxes', $this->guarded( fn() => $this->services->order_pages()->add_panel( $panel ) ), 10, 0 );
		add_action( 'admin_post_' . Order_Actions::SEND, fn() => $this->services->order_actions()->handle(), 10, 0 );
		foreach ( array( 'woocommerce_order_query', 'the_posts' ) as $hook ) {
			add_filter( $hook, $this->unchanged( fn( ...$given ) => $this->services->order_pages()->note_list( ...$given ) ), self::LAST, 1 );
		}
		foreach ( array( 'manage_woocommerce_page_wc-orders_columns', 'manage_edit-shop_order_columns' ) as $hook ) {
			add_filter( $hook, fn( $columns ) => $this->services->order_pages()->add_column( $columns ), 20, 1 );
		}
		foreach ( array( 'manage_woocommerce_page_wc-orders_custom_column', 'manage_shop_order_posts_custom_column' ) as $hook ) {
			add_action( $hook, $this->guarded( fn( ...$given ) => $this->services->order_pages()->print_cell( ...$given ) ), 10, 2 );
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
				$this->purge_sales();
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
		$this->purge_sales();
	}

	/**
	 * WordPress prepares REST.
	 */
	public function on_rest(): void {
		( new Sale_Fields( $this->services->sales() ) )->register();
		$this->services->stock_endpoint()->register();
	}

	/**
	 * Forgets sales that the bridge has counted for long.
	 */
	private function purge_sales(): void {
		try {
			$this->services->sales()->purge( time() - self::KEEP_SALES_SECONDS );
		} catch ( Storage_Error $error ) {
			Journal::caught( $error );
			Installer::install_here(); // A restored backup may have lost the table: the next sale finds it.
		}
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
	 * A site of a network is being deleted: our tables go too.
	 *
	 * @param mixed $tables Names of tables.
	 * @return mixed
	 */
	public static function name_our_tables( $tables ) {
		return is_array( $tables ) ? array_merge( $tables, Installer::tables() ) : $tables;
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
	 * A filter that only listens: its value goes on as it came.
	 *
	 * @param callable $callback Callback.
	 */
	private function unchanged( callable $callback ): callable {
		$guarded = $this->guarded( $callback );
		return static function ( $value = null, ...$more ) use ( $guarded ) {
			$guarded( $value, ...$more );
			return $value;
		};
	}

	/**
	 * Writes the collected orders into the outbox.
	 */
	private function write_collected(): bool {
		return $this->services->queue()->add( $this->listener->take(), time() );
	}
}
