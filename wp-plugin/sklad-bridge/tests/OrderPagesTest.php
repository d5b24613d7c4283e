<?php
/**
 * What order screen and order list print, in both storages.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Bridge_Client;
use Sklad_Bridge\Order_Pages;
use Sklad_Bridge\Order_States;
use WC_Order;
use WP_Post;

/**
 * @group stand-ins
 */
final class OrderPagesTest extends TestCase {

	private Shop $shop;

	private Order_Pages $pages;

	protected function setUp(): void {
		$shop        = new Shop();
		$this->shop  = $shop;
		$this->pages = new Order_Pages( new Order_States( $shop->settings, $shop->guard, new Bridge_Client( $shop->settings, $shop->state ) ) );

		$GLOBALS['transients']      = array();
		$GLOBALS['meta_boxes']      = array();
		$GLOBALS['user']            = 1;
		$GLOBALS['capabilities'][1] = array( 'sklad_bridge_set_stock', 'edit_shop_orders', 'manage_woocommerce' );
		$GLOBALS['orders']          = array(
			621 => self::order( 621 ),
			622 => self::order( 622 ),
		);
	}

	protected function tearDown(): void {
		$GLOBALS['capabilities'][1] = array( 'sklad_bridge_set_stock' );
		$GLOBALS['order_screen']    = 'woocommerce_page_wc-orders';
		$GLOBALS['orders']          = array();
		$GLOBALS['user']            = 0;
	}

	private static function order( int $id, string $status = 'processing' ): WC_Order {
		return new class( $id, $status ) extends WC_Order {
			private int $id;
			private string $status;

			public function __construct( int $id, string $status ) {
				$this->id     = $id;
				$this->status = $status;
			}

			public function get_id() {
				return $this->id;
			}

			public function get_status( $context = 'view' ) {
				return $this->status;
			}
		};
	}

	/**
	 * The bridge answers about order 621.
	 *
	 * @param array<string, mixed> $more What is different.
	 */
	private static function answer( array $more = array() ): void {
		$row           = $more + array(
			'id'     => 621,
			'state'  => 'sent',
			'label'  => 'в МоёмСкладе',
			'number' => 'WOO-621',
			'url'    => 'https://online.moysklad.ru/app/#customerorder/edit?id=1',
			'page'   => 'https://bridge.example.test/admin/bridge/order/1/change/',
		);
		Http::$answers = array( array( 200, array( 'orders' => array( $row ) ) ) );
	}

	/**
	 * What a callback prints.
	 *
	 * @param callable $callback Callback.
	 */
	private static function printed( callable $callback ): string {
		ob_start();
		$callback();
		return (string) ob_get_clean();
	}

	private function panel( $shown ): string {
		return self::printed( fn() => $this->pages->print_panel( $shown ) );
	}

	private function cell( $shown ): string {
		return self::printed( fn() => $this->pages->print_cell( Order_Pages::COLUMN, $shown ) );
	}

	/**
	 * @return array<string, array{0: string}>
	 */
	public function screens(): array {
		return array(
			'HPOS'  => array( 'woocommerce_page_wc-orders' ),
			'posts' => array( 'shop_order' ),
		);
	}

	/**
	 * @dataProvider screens
	 */
	public function test_panel_stands_on_the_screen_of_the_storage( string $screen ): void {
		$GLOBALS['order_screen'] = $screen;
		$this->pages->add_panel( array( $this->pages, 'print_panel' ) );
		$this->assertSame( array( $screen ), array_keys( $GLOBALS['meta_boxes'] ) );
	}

	public function test_panel_is_for_those_who_see_orders(): void {
		$GLOBALS['capabilities'][1] = array();
		$this->pages->add_panel( array( $this->pages, 'print_panel' ) );
		$this->assertSame( array(), $GLOBALS['meta_boxes'] );
	}

	public function test_panel_shows_state_number_links_and_button(): void {
		foreach ( array( self::order( 621 ), new WP_Post( (object) array( 'ID' => 621 ) ) ) as $shown ) {
			$GLOBALS['transients'] = array();
			self::answer();
			$html = $this->panel( $shown );
			$this->assertStringContainsString( 'в МоёмСкладе', $html );
			$this->assertStringContainsString( 'href="https://online.moysklad.ru/app/#customerorder/edit?id=1" target="_blank" rel="noopener noreferrer"', $html );
			$this->assertStringContainsString( 'WOO-621', $html );
			$this->assertStringContainsString( 'opens in a new tab', $html );
			$this->assertStringContainsString( 'action=sklad_bridge_send_order&amp;order=621&amp;_wpnonce=nonce-of-sklad_bridge_send_order621', $html );
		}
	}

	public function test_panel_says_what_stands_in_the_way(): void {
		self::answer(
			array(
				'state'   => 'needs_you',
				'problem' => 'Товар «A» не связан.',
				'remedy'  => 'Свяжите его.',
			)
		);
		$html = $this->panel( self::order( 621 ) );
		$this->assertStringContainsString( 'Товар «A» не связан.', $html );
		$this->assertStringContainsString( 'Свяжите его.', $html );
		$this->assertStringContainsString( 'status-failed', $html, 'It stands out.' );
		$this->assertStringContainsString( 'status-failed', $this->cell( self::order( 621 ) ) );
	}

	public function test_nothing_the_bridge_says_becomes_markup_or_a_script(): void {
		$evil = '"><script>alert(1)</script>';
		self::answer(
			array(
				'state'   => $evil,
				'label'   => $evil,
				'number'  => $evil,
				'problem' => $evil,
				'remedy'  => $evil,
				'url'     => 'javascript:alert(1)',
				'page'    => "https://bridge.example.test/$evil",
			)
		);
		$html = $this->panel( self::order( 621 ) ) . $this->cell( self::order( 621 ) );
		$this->assertStringNotContainsString( '<script', $html );
		$this->assertStringNotContainsString( 'javascript:', $html );
	}

	public function test_draft_is_not_asked_about(): void {
		$this->assertStringContainsString( 'once it is saved', $this->panel( self::order( 621, 'auto-draft' ) ) );
		$this->assertSame( array(), Http::$requests );
	}

	public function test_silent_bridge_is_said_and_the_button_stays(): void {
		Http::$answers = array( 'cURL error 28: Operation timed out' );
		$html          = $this->panel( self::order( 621 ) );
		$this->assertStringContainsString( 'does not answer', $html );
		$this->assertStringContainsString( 'Send again', $html );
	}

	public function test_shop_without_a_bridge_leads_its_owner_to_the_settings(): void {
		$this->shop->settings->disconnect();
		$this->assertStringContainsString( 'tab=sklad_bridge', $this->panel( self::order( 621 ) ) );
		$GLOBALS['capabilities'][1] = array( 'edit_shop_orders' );
		$this->assertStringNotContainsString( 'tab=sklad_bridge', $this->panel( self::order( 621 ) ) );
		$this->assertSame( array( 'a' => 'A' ), $this->pages->add_column( array( 'a' => 'A' ) ) );
	}

	public function test_column_stands_after_the_status(): void {
		$columns = array(
			'cb'           => '',
			'order_status' => 'Status',
			'order_total'  => 'Total',
		);
		$this->assertSame( array( 'cb', 'order_status', Order_Pages::COLUMN, 'order_total' ), array_keys( $this->pages->add_column( $columns ) ) );
		$this->assertSame( array( 'x', Order_Pages::COLUMN ), array_keys( $this->pages->add_column( array( 'x' => 'X' ) ) ) );
		$this->assertNull( $this->pages->add_column( null ) );
	}

	public function test_list_asks_once_for_all_its_orders(): void {
		$post = new WP_Post(
			(object) array(
				'ID'        => 623,
				'post_type' => 'shop_order',
			)
		);
		$page = new WP_Post(
			(object) array(
				'ID'        => 9,
				'post_type' => 'page',
			)
		);
		$this->pages->note_list( (object) array( 'orders' => array( $GLOBALS['orders'][621], $GLOBALS['orders'][622] ) ) );
		$this->pages->note_list( array( $post, $page ) );
		$this->pages->note_list( null );
		self::answer();
		$this->assertStringContainsString( 'WOO-621', $this->cell( $GLOBALS['orders'][621] ) );
		$this->assertStringContainsString( 'does not answer', $this->cell( 622 ) );
		$this->assertStringContainsString( 'does not answer', $this->cell( 623 ) );
		$this->assertCount( 1, Http::$requests );
		$this->assertSame( array( 621, 622, 623 ), Http::bodies()[0]['orders'] );
	}

	public function test_somebodys_large_query_is_no_list(): void {
		$this->pages->note_list( array_map( fn( $id ) => self::order( $id ), range( 1000, 1300 ) ) );
		$this->pages->note_list( array( $GLOBALS['orders'][621] ) );
		self::answer();
		$this->cell( 621 );
		$this->assertSame( array( 621 ), Http::bodies()[0]['orders'] );
	}

	public function test_other_columns_are_others_business(): void {
		$this->assertSame( '', self::printed( fn() => $this->pages->print_cell( 'order_total', 621 ) ) );
		$this->assertSame( array(), Http::$requests );
	}
}
