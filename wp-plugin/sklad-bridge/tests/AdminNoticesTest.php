<?php
/**
 * Notices appear only when something needs the owner, and only to the owner.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Admin_Actions;
use Sklad_Bridge\Admin_Notices;

/**
 * @group stand-ins
 */
final class AdminNoticesTest extends TestCase {

	private Shop $shop;

	protected function setUp(): void {
		$this->shop            = new Shop();
		$GLOBALS['user']       = 1;
		$GLOBALS['transients'] = array();

		$GLOBALS['capabilities'][1] = array( 'manage_woocommerce' );
	}

	protected function tearDown(): void {
		$GLOBALS['user']            = 0;
		$GLOBALS['screen']          = '';
		$GLOBALS['capabilities'][1] = array( 'sklad_bridge_set_stock' );
	}

	private function printed(): string {
		ob_start();
		( new Admin_Notices( $this->shop->settings, $this->shop->guard, $this->shop->state ) )->print_all();
		return (string) ob_get_clean();
	}

	private function deliveries_fail( string $error, int $times ): void {
		for ( $time = 0; $time < $times; $time++ ) {
			$this->shop->state->failed( $error, Clock::$now );
		}
	}

	public function test_healthy_shop_says_nothing(): void {
		$this->assertSame( '', $this->printed() );
	}

	/**
	 * @return array<string, array{0: string, 1: int, 2: bool}>
	 */
	public function failures(): array {
		return array(
			'a wrong secret, again and again'  => array( 'wrong_secret', 3, true ),
			'no bridge there'                  => array( 'wrong_address|404', 3, true ),
			'a wrong secret once'              => array( 'wrong_secret', 1, false ),
			'a bridge that is being restarted' => array( 'unreachable|cURL error 7', 9, false ),
			'a busy bridge'                    => array( 'busy|503', 9, false ),
		);
	}

	/**
	 * @dataProvider failures
	 */
	public function test_what_passes_by_itself_troubles_nobody( string $error, int $times, bool $shown ): void {
		$this->deliveries_fail( $error, $times );
		$html = $this->printed();
		$this->assertSame( $shown, false !== strpos( $html, 'Orders do not reach Sklad Bridge.' ), $html );
		$this->assertSame( $shown, false !== strpos( $html, 'tab=sklad_bridge' ) );
	}

	public function test_others_than_the_owner_are_left_alone(): void {
		$this->deliveries_fail( 'wrong_secret', 3 );
		$GLOBALS['capabilities'][1] = array( 'edit_shop_orders' );
		$this->assertSame( '', $this->printed() );
	}

	/**
	 * @return array<int, array{0: string}>
	 */
	public function screens(): array {
		return array( array( 'woocommerce_page_wc-settings' ), array( 'woocommerce_page_wc-orders' ) );
	}

	/**
	 * @dataProvider screens
	 */
	public function test_result_of_a_button_is_shown_once_to_whoever_pressed_it( string $screen ): void {
		$GLOBALS['capabilities'][1] = array( 'edit_shop_orders' );
		$result                     = array(
			'ok'   => true,
			'text' => 'Done <b>',
		);
		set_transient( Admin_Actions::RESULT . '1', $result, 60 );
		$GLOBALS['screen'] = 'dashboard';
		$this->assertSame( '', $this->printed() );
		$GLOBALS['screen'] = $screen;
		$this->assertStringContainsString( 'Done &lt;b&gt;', $this->printed() );
		$this->assertSame( '', $this->printed() );
	}
}
