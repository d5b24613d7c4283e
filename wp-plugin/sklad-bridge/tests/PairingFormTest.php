<?php
/**
 * The form that connects: who may, what it prints, and that each field has its label.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use DOMDocument;
use DOMXPath;
use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Admin_Actions;
use Sklad_Bridge\Pairing;
use Sklad_Bridge\Pairing_Form;

/**
 * @group stand-ins
 */
final class PairingFormTest extends TestCase {

	private const PASTED = 'https://bridge.example.test#AbCdEfGhIjKlMnOpQrStUvWxYz012345';

	private Shop $shop;

	private Memory_Key_Store $keys;

	private Pairing_Form $form;

	protected function setUp(): void {
		$shop       = new Shop();
		$this->shop = $shop;
		$this->keys = new Memory_Key_Store();
		$pairing    = new Pairing( $shop->settings, $shop->guard, $shop->state, $this->keys );
		$actions    = new Admin_Actions( $shop->settings, $shop->guard, $shop->state, $shop->gate, $shop->outbox, $shop->sender, $pairing );
		$this->form = new Pairing_Form( $shop->settings, $pairing, $this->keys, $actions );

		$GLOBALS['user']         = 1;
		$GLOBALS['users']        = array(
			1 => 'Анна',
			2 => '<b>Борис</b>',
			3 => 'Вера',
		);
		$GLOBALS['capabilities'] = array(
			1 => array( 'sklad_bridge_set_stock', 'manage_woocommerce', 'edit_user 2', 'edit_user 4' ),
			2 => array( 'manage_woocommerce' ),
			3 => array( 'manage_woocommerce' ),
			4 => array(),
		);
	}

	protected function tearDown(): void {
		$_POST                   = array();
		$GLOBALS['user']         = 0;
		$GLOBALS['users']        = array( 1 => 'Анна' );
		$GLOBALS['capabilities'] = array( 1 => array( 'sklad_bridge_set_stock' ) );
	}

	private function html(): string {
		ob_start();
		$this->form->print_form();
		return (string) ob_get_clean();
	}

	/**
	 * Enter in a field presses the first button of the form: without a code that is no wish to connect.
	 *
	 * @testWith [{"sklad_bridge_address": "https://other.example.test/api/v1/events/woocommerce/1/"}, false]
	 *           [{"sklad_bridge_secret": "another"}, false]
	 *           [{}, true]
	 *           [{"sklad_bridge_code": "x", "sklad_bridge_secret": "another"}, true]
	 * @param array<string, string> $typed   What was typed.
	 * @param bool                  $pressed Whether it means to connect.
	 */
	public function test_enter_in_the_fields_by_hand_saves_them( array $typed, bool $pressed ): void {
		$_POST = $typed + array(
			'save'                 => 'sklad_bridge_connect',
			'sklad_bridge_code'    => '',
			'sklad_bridge_address' => $this->shop->settings->address(),
			'sklad_bridge_secret'  => '',
		);
		$this->assertSame( $pressed, $this->form->is_pressed() );
	}

	/**
	 * Presses "Connect".
	 *
	 * @param string $user Id of the chosen person, '' for none.
	 * @return array{ok: bool, text: string}
	 */
	private function press( string $user = '' ): array {
		$_POST = array(
			'save'              => 'sklad_bridge_connect',
			'sklad_bridge_code' => self::PASTED,
			'sklad_bridge_user' => $user,
		);
		$this->assertTrue( $this->form->is_pressed() );
		$paired        = array(
			'event_url'    => 'https://bridge.example.test/api/v1/events/woocommerce/7/',
			'event_secret' => 'fresh',
		);
		Http::$answers = array( array( 200, $paired ) );
		return $this->form->connect();
	}

	public function test_ordinary_saving_does_not_connect(): void {
		$this->assertFalse( $this->form->is_pressed() );
		$_POST = array( 'save' => 'Save changes' );
		$this->assertFalse( $this->form->is_pressed() );
	}

	public function test_connecting_sends_the_first_event(): void {
		$result = $this->press();
		$this->assertTrue( $result['ok'], $result['text'] );
		$this->assertSame( 1, $this->shop->settings->user_id() );
		$this->assertSame( 'https://bridge.example.test/api/v1/events/woocommerce/7/', Http::$requests[1]['url'] );
		$this->assertSame( 'ping', Http::bodies()[1]['event'] );
	}

	public function test_bridge_works_as_somebody_the_owner_may_edit(): void {
		$this->assertTrue( $this->press( '2' )['ok'] );
		$this->assertSame( 2, $this->shop->settings->user_id() );
	}

	/**
	 * @return array<string, array{0: string}>
	 */
	public function strangers(): array {
		return array(
			'whom the owner may not edit'        => array( '3' ),
			'who may not manage the shop'        => array( '4' ),
			'who is not there'                   => array( '99' ),
		);
	}

	/**
	 * @dataProvider strangers
	 */
	public function test_bridge_does_not_work_as_somebody( string $user ): void {
		$this->assertFalse( $this->press( $user )['ok'] );
		$this->assertSame( array(), Http::$requests );
		$this->assertCount( 1, $this->keys->owners );
	}

	public function test_without_the_right_nothing_happens(): void {
		$GLOBALS['user'] = 4;
		$this->assertFalse( $this->press()['ok'] );
		$this->assertSame( array(), Http::$requests );
	}

	public function test_every_field_has_a_label_and_every_button_words(): void {
		foreach ( array( 'connected', 'not connected' ) as $state ) {
			if ( 'connected' !== $state ) {
				$this->shop->settings->disconnect();
			}
			$page = new DOMDocument();
			$page->loadHTML( '<?xml encoding="utf-8"?>' . $this->html(), LIBXML_NOERROR );
			$found  = new DOMXPath( $page );
			$fields = $found->query( '//input | //select' );
			$this->assertSame( 2, $fields->length );
			foreach ( $fields as $field ) {
				$id = $field->getAttribute( 'id' );
				$this->assertSame( 1, $found->query( "//label[@for='$id']" )->length, $id );
				$this->assertSame( 1, $found->query( "//*[@id='{$field->getAttribute( 'aria-describedby' )}']" )->length, $id );
			}
			foreach ( $found->query( '//button | //summary | //a' ) as $button ) {
				$this->assertNotSame( '', trim( $button->textContent ) );
			}
			$this->assertSame( 0, $found->query( '//*[@src]' )->length );
		}
	}

	public function test_only_people_who_can_be_chosen_are_offered_and_their_names_are_text(): void {
		$html = $this->html();
		$this->assertStringContainsString( '<option value="1" selected>Анна</option>', $html );
		$this->assertStringContainsString( '&lt;b&gt;Борис&lt;/b&gt;', $html );
		$this->assertStringNotContainsString( 'Вера', $html );
	}

	public function test_secrets_and_codes_are_never_printed(): void {
		$this->press();
		$html = $this->html();
		foreach ( array( 'fresh', 'ck_', 'cs_', 'AbCdEfGh' ) as $secret ) {
			$this->assertStringNotContainsString( $secret, $html );
		}
	}

	public function test_disconnecting_stands_behind_a_question_with_a_nonce(): void {
		$this->assertMatchesRegularExpression( '~<details class="sklad-bridge-leave">.*action=sklad_bridge_disconnect&amp;_wpnonce=nonce-of-sklad_bridge_disconnect.*</details>~s', $this->html() );
		$this->shop->settings->disconnect();
		$this->assertStringNotContainsString( 'sklad_bridge_disconnect', $this->html() );
	}

	public function test_removed_key_is_said(): void {
		$this->press();
		$this->assertStringNotContainsString( 'was removed', $this->html() );
		$this->keys->revoke( $this->shop->settings->key() );
		$this->assertStringContainsString( 'was removed', $this->html() );
		$this->assertStringContainsString( '<details class="sklad-bridge-again" open>', $this->html(), 'What mends it lies open.' );
	}
}
