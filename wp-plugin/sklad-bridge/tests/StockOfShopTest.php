<?php
/**
 * With a real WooCommerce and its database: the lock, the route, what is installed and what is left.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Event;
use Sklad_Bridge\Installer;
use Sklad_Bridge\Signature;
use Sklad_Bridge\Site_Guard;
use Sklad_Bridge\Stock_Endpoint;
use WP_REST_Request;
use WP_REST_Response;
use wpdb;

/**
 * @group wordpress
 */
final class StockOfShopTest extends TestCase {

	private Shop $shop;
	private Stockroom $room;

	protected function setUp(): void {
		$this->shop = new Shop();
		$this->room = new Stockroom();
		$this->shop->settings->set_user_id( 1 );
	}

	protected function tearDown(): void {
		Stockroom::clear();
	}

	/**
	 * Another process that talks to the same database.
	 */
	private function another(): wpdb {
		$other = new wpdb( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );
		$other->set_prefix( $GLOBALS['wpdb']->prefix );
		return $other;
	}

	/**
	 * @param array<int, string> $quantities Quantities by id.
	 */
	private function post( array $quantities, int $revision = 1, string $secret = Shop::SECRET ): WP_REST_Response {
		$items = array();
		foreach ( $quantities as $id => $quantity ) {
			$items[] = array(
				'id'       => $id,
				'quantity' => $quantity,
			);
		}
		$body    = (string) wp_json_encode(
			array(
				'revision'        => $revision,
				'counted_through' => 0,
				'site'            => Site_Guard::home(),
				'items'           => $items,
			)
		);
		$request = new WP_REST_Request( 'POST', '/sklad-bridge/v1/stock' );
		$request->set_header( 'Content-Type', 'application/json' );
		$request->set_header( 'X-Sklad-Bridge-Id', 'one' );
		$request->set_header( 'X-Sklad-Bridge-Timestamp', (string) Clock::$now );
		$request->set_header( 'X-Sklad-Bridge-Signature', Signature::header( 'one', Clock::$now, $body, array( $secret ) ) );
		$request->set_body( $body );
		return rest_do_request( $request );
	}

	public function test_route_of_wordpress_leads_to_the_endpoint_and_wraps_refusals(): void {
		$item     = $this->room->simple( '9' );
		$response = $this->post( array( $item => '7' ) );
		$this->assertSame( array( 200, 'set' ), array( $response->get_status(), $response->get_data()['items'][0]['result'] ) );
		$refused = $this->post( array( $item => '100' ), 2, 'guessed' );
		$this->assertSame( array( 401, 'sklad_bridge_signature' ), array( $refused->get_status(), $refused->get_data()['code'] ) );
		Clock::$now += 1000;
		$late        = $this->post( array( $item => '6' ), 3 );
		$this->assertSame( 200, $late->get_status() );
		$this->assertSame( '6', $this->room->stock( $item ) );
	}

	public function test_lookup_table_and_hooks_of_woocommerce_follow(): void {
		$item = $this->room->simple( '0' );
		$seen = array();
		$note = function ( $product ) use ( &$seen ): void {
			$seen[] = array( current_action(), $product->get_stock_quantity() );
		};
		foreach ( array( 'woocommerce_product_before_set_stock', 'woocommerce_product_set_stock' ) as $hook ) {
			add_action( $hook, $note );
		}
		$this->room->write( $item, '7', 1 );
		$this->room->write( $item, '7', 2 );
		foreach ( array( 'woocommerce_product_before_set_stock', 'woocommerce_product_set_stock' ) as $hook ) {
			remove_action( $hook, $note );
		}
		$this->assertSame( array( array( 'woocommerce_product_before_set_stock', 0 ), array( 'woocommerce_product_set_stock', 7 ) ), $seen );
		$row = $GLOBALS['wpdb']->get_row( "SELECT stock_quantity, stock_status FROM {$GLOBALS['wpdb']->prefix}wc_product_meta_lookup WHERE product_id = $item", ARRAY_A );
		$this->assertSame( array( 7.0, 'instock' ), array( (float) $row['stock_quantity'], $row['stock_status'] ) );
		$this->assertSame( 7, wc_get_product( $item )->get_stock_quantity() );
	}

	public function test_item_whose_row_another_process_holds_is_busy_after_a_second(): void {
		$item  = $this->room->simple( '9' );
		$other = $this->another();
		$other->query( 'START TRANSACTION' );
		$other->query( "UPDATE $other->postmeta SET meta_value = meta_value - 1 WHERE post_id = $item AND meta_key = '_stock'" );
		Clock::$while_waiting = function (): void {
			Clock::$ticks += 1000000000;
		};
		$this->assertSame( 'busy', $this->room->write( $item, '20', 1 )['result'] );
		$other->query( 'COMMIT' );
		$answer = $this->room->write( $item, '20', 2 );
		$this->assertSame( array( 'set', '8', '20' ), array( $answer['result'], $answer['was'], $answer['quantity'] ) );
	}

	public function test_lock_is_one_that_another_process_waits_for_and_waits_no_longer_after_the_answer(): void {
		$item  = $this->room->simple( '9' );
		$other = $this->another();
		$other->suppress_errors( true );
		$other->query( 'SET SESSION innodb_lock_wait_timeout = 1' );
		$take = "UPDATE $other->postmeta SET meta_value = meta_value - 1 WHERE post_id = $item AND meta_key = '_stock'";
		$this->assertNotNull( $this->room->store->lock( $item, 0, 0, 0 ) );
		$this->assertFalse( $other->query( $take ) );
		$this->room->store->keep( $item, 50000, 1, Clock::$now );
		$this->assertSame( 1, $other->query( $take ) );
		$this->assertSame( '4', $this->room->stock( $item ) );
	}

	public function test_no_answer_leaves_a_lock_behind(): void {
		$item  = $this->room->simple( '9' );
		$other = $this->another();
		$other->query( 'SET SESSION innodb_lock_wait_timeout = 1' );
		foreach ( array( 'set' => array( '7', 5 ), 'same' => array( '7', 6 ), 'stale' => array( '3', 4 ) ) as $result => list( $quantity, $revision ) ) { // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing.AssociativeArrayFound
			$this->assertSame( $result, $this->room->write( $item, $quantity, $revision )['result'] );
			$this->assertIsInt( $other->query( "UPDATE $other->postmeta SET meta_value = CONCAT(meta_value, '') WHERE post_id = $item AND meta_key = '_stock'" ), $result );
		}
		$this->room->sales->begin( $item, 621, '1', Clock::$now );
		$this->assertSame( 'busy', $this->room->write( $item, '3', 7 )['result'] );
		$this->assertIsInt( $other->query( "UPDATE $other->postmeta SET meta_value = CONCAT(meta_value, '') WHERE post_id = $item AND meta_key = '_stock'" ) );
	}

	public function test_sale_of_a_checkout_inside_a_transaction_is_neither_seen_nor_waited_for_and_comes_on_top(): void {
		$item  = $this->room->simple( '9' );
		$other = $this->another();
		$other->query( 'START TRANSACTION' );
		$other->query( "INSERT INTO {$other->prefix}sklad_bridge_sales (item, order_id, quantity, created, done) VALUES ($item, 621, 2, " . Clock::$now . ', 0)' );
		$answer = $this->room->write( $item, '20', 1 );
		$this->assertSame( array( 'set', '20', 0 ), array( $answer['result'], $answer['quantity'], $answer['sale'] ) );
		$other->query( "UPDATE $other->postmeta SET meta_value = meta_value - 2 WHERE post_id = $item AND meta_key = '_stock'" );
		$other->query( "UPDATE {$other->prefix}sklad_bridge_sales SET done = 1 WHERE item = $item" );
		$other->query( 'COMMIT' );
		$this->assertSame( '18', $this->room->stock( $item ) );
		$this->assertSame( '18', $this->room->write( $item, '20', 2 )['quantity'] );
	}

	public function test_item_without_a_stock_row_gets_one(): void {
		$item = $this->room->simple( '9' );
		delete_post_meta( $item, '_stock' );
		$answer = $this->room->write( $item, '7', 1 );
		$this->assertSame( array( 'set', '0', '7' ), array( $answer['result'], $answer['was'], $this->room->stock( $item ) ) );
	}

	public function test_another_secret_forgets_the_revisions(): void {
		$item = $this->room->simple( '9' );
		$this->room->write( $item, '7', 500 );
		$this->shop->settings->set_secret( 'of another bridge', Clock::$now );
		$this->assertSame( 'set', $this->room->write( $item, '5', 1 )['result'] );
	}

	public function test_update_from_the_version_before_makes_the_tables_and_gives_the_right_and_keeps_events(): void {
		global $wpdb;
		$this->shop->change( 621 );
		$wpdb->query( "DROP TABLE {$wpdb->prefix}sklad_bridge_sales, {$wpdb->prefix}sklad_bridge_items" );
		get_role( 'shop_manager' )->remove_cap( Stock_Endpoint::CAPABILITY );
		update_option( Installer::SCHEMA_OPTION, 1 );
		Installer::install_if_needed();
		$this->assertTrue( get_role( 'shop_manager' )->has_cap( Stock_Endpoint::CAPABILITY ) );
		$this->assertSame( Installer::SCHEMA, (int) get_option( Installer::SCHEMA_OPTION ) );
		$this->assertSame( 1, $this->shop->outbox->summary()['waiting'] );
		$this->assertGreaterThanOrEqual( Clock::$now, $this->shop->sales->begin( 13, 621, '1', Clock::$now ), 'A table made anew repeats no number.' );
		get_role( 'shop_manager' )->remove_cap( Stock_Endpoint::CAPABILITY );
		Installer::install_if_needed();
		$this->assertFalse( get_role( 'shop_manager' )->has_cap( Stock_Endpoint::CAPABILITY ), 'What the owner takes away stays away.' );
		get_role( 'shop_manager' )->add_cap( Stock_Endpoint::CAPABILITY );
	}

	public function test_deleting_the_plugin_leaves_nothing(): void {
		global $wpdb;
		$this->shop->change( 621 );
		$this->assertSame( 200, $this->post( array( $this->room->simple( '9' ) => '7' ) )->get_status() );
		try {
			Installer::uninstall_here();
			$this->assertSame( array(), $wpdb->get_col( "SHOW TABLES LIKE '%sklad\\_bridge%'" ) );
			$this->assertSame( array(), $wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE 'sklad\\_bridge%'" ) );
			$this->assertStringNotContainsString( 'sklad_bridge', (string) $wpdb->get_var( "SELECT option_value FROM $wpdb->options WHERE option_name = '{$wpdb->prefix}user_roles'" ) );
		} finally {
			Installer::install_if_needed();
		}
		$this->assertTrue( user_can( 1, Stock_Endpoint::CAPABILITY ) );
	}

	public function test_table_that_a_restored_backup_has_lost_is_made_again(): void {
		$GLOBALS['wpdb']->query( "DROP TABLE {$GLOBALS['wpdb']->prefix}sklad_bridge_sales" );
		do_action( \Sklad_Bridge\Background::HOOK );
		$this->assertGreaterThanOrEqual( Clock::$now, $this->shop->sales->begin( 13, 621, '1', Clock::$now ) );
	}

	public function test_old_sales_are_forgotten_in_the_background(): void {
		$old    = $this->shop->sales->begin( 13, 621, '1', Clock::$now - 31 * DAY_IN_SECONDS );
		$recent = $this->shop->sales->begin( 13, 622, '1', Clock::$now - 29 * DAY_IN_SECONDS );
		$newest = $this->shop->sales->begin( 13, 623, '1', Clock::$now );
		do_action( \Sklad_Bridge\Background::HOOK );
		$this->assertSame( array( array(), array( $recent ) ), array_map( fn( $id ) => array_column( $this->shop->sales->of_order( $id ), 'number' ), array( 621, 622 ) ) );
		$this->assertGreaterThan( $old, $newest );
	}
}
