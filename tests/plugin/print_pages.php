<?php
/**
 * What the plugin prints in wp-admin, as its own tests stand in for WordPress: the settings in each of their states, a list
 * of orders with the column, the order screen's panels, all notices.
 *
 *   php print_pages.php ru_RU|en_US
 *
 * Prints JSON: page => HTML. Around what is the plugin's stands no more of WordPress than gives it its place.
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use Sklad_Bridge\Admin_Actions;
use Sklad_Bridge\Admin_Notices;
use Sklad_Bridge\Bridge_Client;
use Sklad_Bridge\Delivery_Report;
use Sklad_Bridge\Order_Pages;
use Sklad_Bridge\Order_States;
use Sklad_Bridge\Pairing;
use Sklad_Bridge\Pairing_Form;
use Sklad_Bridge\Settings_Page;
use Sklad_Bridge\Stock_State;
use WC_Order;

$plugin = dirname( __DIR__, 2 ) . '/wp-plugin/sklad-bridge';
require_once "$plugin/tests/bootstrap.php";

/**
 * The texts of a compiled catalogue, as WordPress reads it: English => forms of the translation.
 */
function texts( string $mo ): array {
	$bytes = (string) file_get_contents( $mo );
	$head  = unpack( 'Vmagic/Vrevision/Vcount/Vkeys/Vvalues', $bytes );
	$at    = function ( int $table, int $row ) use ( $bytes ): array {
		$place = unpack( 'Vlength/Voffset', $bytes, $table + 8 * $row );
		return explode( "\0", substr( $bytes, $place['offset'], $place['length'] ) );
	};
	$found = array();
	for ( $row = 0; $row < $head['count']; $row++ ) {
		$found[ $at( $head['keys'], $row )[0] ] = $at( $head['values'], $row );
	}
	return $found;
}

function printed( callable $print ): string {
	ob_start();
	$print();
	return (string) ob_get_clean();
}

function order( int $id, string $status = 'processing' ): WC_Order {
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
 * A connected shop, whose bridge works as Anna with a key of its own.
 */
function connected( Memory_Key_Store $keys ): Shop {
	$shop = new Shop();
	$shop->settings->connect( $shop->settings->address(), Shop::SECRET, 1, $keys->make( 1 ), Clock::$now );
	$shop->guard->pair();
	$GLOBALS['transients'] = array();
	return $shop;
}

function settings_page( Shop $shop, Memory_Key_Store $keys ): string {
	$pairing = new Pairing( $shop->settings, $shop->guard, $shop->state, $keys );
	$actions = new Admin_Actions( $shop->settings, $shop->guard, $shop->state, $shop->gate, $shop->outbox, $shop->sender, $pairing );
	$form    = new Pairing_Form( $shop->settings, $pairing, $keys, $actions );
	$report  = new Delivery_Report( $shop->settings, $shop->guard, $shop->state, $shop->gate, $shop->outbox, new Stock_State() );
	$page    = new Settings_Page( $shop->settings, $shop->guard, $shop->state, $shop->gate, $shop->outbox, $report, $form );
	return '<form method="post" id="mainform">' . printed( array( $page, 'print_page' ) ) . '</form>';
}

function notices( Shop $shop ): string {
	return printed( array( new Admin_Notices( $shop->settings, $shop->guard, $shop->state ), 'print_all' ) );
}

function order_pages( Shop $shop ): Order_Pages {
	return new Order_Pages( new Order_States( $shop->settings, $shop->guard, new Bridge_Client( $shop->settings, $shop->state ) ) );
}

$language           = $argv[1];
$russian            = 'ru_RU' === $language;
$GLOBALS['locale']  = $language;
$GLOBALS['texts']   = $russian ? texts( "$plugin/languages/sklad-bridge-ru_RU.mo" ) : array();
$GLOBALS['user']    = 1;
$GLOBALS['screen']  = 'woocommerce_page_wc-settings';
$GLOBALS['users']   = $russian ? array( 1 => 'Анна', 2 => 'Борис' ) : array( 1 => 'Anna', 2 => 'Boris' );
$GLOBALS['capabilities'] = array(
	1 => array( 'manage_woocommerce', 'edit_shop_orders', 'activate_plugins', 'edit_user 2' ),
	2 => array( 'manage_woocommerce' ),
);

$keys = new Memory_Key_Store();
$shop = new Shop();
$shop->settings->disconnect();
$pages = array( 'settings not connected' => settings_page( $shop, $keys ) );

$shop = connected( $keys );
$shop->state->succeeded( Clock::$now );
( new Stock_State() )->written( 21, Clock::$now );
$pages['settings connected'] = settings_page( $shop, $keys );

$shop = connected( $keys );
$shop->change( 621, 622 );
$event = $shop->outbox->due( Clock::$now, 1 )[0];
$shop->outbox->claim( $event, Clock::$now );
$shop->outbox->fail( $event, 'rejected|malformed' );
$shop->state->failed( 'unreachable|cURL error 7', Clock::$now );
$keys->revoke( $shop->settings->key() );
$pages['settings in trouble'] = settings_page( $shop, $keys );

$shop = connected( $keys );
$shop->settings->mark_as_copy();
$pages['settings of a copy'] = settings_page( $shop, $keys );

$sent     = array(
	'id'     => 621,
	'state'  => 'sent',
	'label'  => $russian ? 'в МойСклад' : 'in MoySklad',
	'number' => 'WOO-621',
	'url'    => 'https://online.moysklad.ru/app/#customerorder/edit?id=1',
	'page'   => 'https://bridge.example.test/admin/bridge/order/1/change/',
);
$stuck    = array(
	'id'      => 622,
	'state'   => 'needs_you',
	'label'   => $russian ? 'ждёт вас' : 'needs you',
	'number'  => '',
	'url'     => '',
	'problem' => $russian ? 'Товар «Кружка» не связан.' : 'The product “Mug” is not linked.',
	'remedy'  => $russian ? 'Свяжите его.' : 'Link it.',
) + $sent;
$bridge   = array( 200, array( 'orders' => array( $sent, $stuck, array( 'id' => 623, 'state' => 'unknown' ) ) ) );
$shop     = connected( $keys );
$listing  = order_pages( $shop );
$columns  = $listing->add_column( array( 'order_number' => $russian ? 'Заказ' : 'Order' ) );
$ids      = array( 621, 622, 623, 624 );
$GLOBALS['transients'] = array();
Http::$answers         = array( $bridge );
$listing->note_list( array_map( fn( $id ) => order( $id ), $ids ) );
$rows = '';
foreach ( $ids as $id ) {
	$cell  = printed( fn() => $listing->print_cell( Order_Pages::COLUMN, $id ) );
	$rows .= "<tr><td>№ $id</td><td class=\"column-sklad_bridge\">$cell</td></tr>";
}
$heads           = '<th scope="col">' . implode( '</th><th scope="col">', array_map( 'esc_html', $columns ) ) . '</th>';
$pages['orders'] = "<table class=\"wp-list-table\"><thead><tr>$heads</tr></thead><tbody>$rows</tbody></table>";

$panels = '';
foreach ( array( order( 621 ), order( 622 ), order( 624 ), order( 625, 'auto-draft' ) ) as $shown ) {
	$GLOBALS['transients'] = array();
	Http::$answers         = array( 624 === $shown->get_id() ? 'cURL error 28: Operation timed out' : $bridge );
	$panels               .= '<div class="inside">' . printed( fn() => order_pages( $shop )->print_panel( $shown ) ) . '</div>';
}
$shop->settings->disconnect();
$panels             .= '<div class="inside">' . printed( fn() => order_pages( $shop )->print_panel( order( 621 ) ) ) . '</div>';
$pages['order panels'] = $panels;

$shop   = connected( $keys );
$result = array(
	'ok'   => true,
	'text' => __( 'Connected.', 'sklad-bridge' ),
);
set_transient( Admin_Actions::RESULT . '1', $result, 60 );
$said = notices( $shop );
foreach ( range( 1, 3 ) as $time ) {
	$shop->state->failed( 'wrong_secret', Clock::$now );
}
$said .= notices( $shop );
$shop->state->stop( 'other_site', Clock::$now );
$said .= notices( $shop );
$GLOBALS['options']['home'] = 'https://copy.example.test';
$said                      .= notices( $shop );
$said                      .= printed( array( Admin_Notices::class, 'print_requirements' ) );
$pages['notices']           = $said;

echo json_encode( $pages, JSON_THROW_ON_ERROR );
