<?php
/**
 * The plugin's own classes against a running bridge: pairs with a code, sends a test event, asks where an order stands.
 *
 *   php talk_to_bridge.php CODE HOME CONSUMER_KEY CONSUMER_SECRET ORDER_ID
 *
 * WordPress is stood in for as in the plugin's tests; HTTP is real. Prints JSON.
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests {
	use WP_Error;

	final class Http {
		public static function request( string $url, array $arguments ) {
			$headers = array();
			foreach ( $arguments['headers'] as $name => $value ) {
				$headers[] = "$name: $value";
			}
			$options = array(
				'method'          => 'POST',
				'header'          => $headers,
				'content'         => $arguments['body'],
				'timeout'         => $arguments['timeout'],
				'follow_location' => 0,
				'ignore_errors'   => true,
			);
			$body    = @file_get_contents( $url, false, stream_context_create( array( 'http' => $options ) ) );
			if ( false === $body ) {
				return new WP_Error( 'http_request_failed', 'Failed to connect' );
			}
			preg_match( '~^HTTP/\S+ (\d+)~', $http_response_header[0], $status );
			return array(
				'headers'  => array(),
				'response' => array( 'code' => (int) $status[1] ),
				'body'     => $body,
			);
		}
	}
}

namespace {
	use Sklad_Bridge\Bridge_Client;
	use Sklad_Bridge\Delivery_State;
	use Sklad_Bridge\Event_Sender;
	use Sklad_Bridge\Key_Store;
	use Sklad_Bridge\Order_States;
	use Sklad_Bridge\Pairing;
	use Sklad_Bridge\Rest_Key;
	use Sklad_Bridge\Settings;
	use Sklad_Bridge\Site_Guard;
	use Sklad_Bridge\Tests\Clock;
	use Sklad_Bridge\Tests\Fake_Orders;
	use Sklad_Bridge\Tests\Memory_Outbox;
	use Sklad_Bridge\Tests\Memory_Sales_Journal;

	$plugin = dirname( __DIR__, 2 ) . '/wp-plugin/sklad-bridge';
	define( 'ABSPATH', "$plugin/" );
	define( 'SKLAD_BRIDGE_VERSION', '1.3.0' );
	require_once "$plugin/includes/autoload.php";
	foreach ( array( 'functions-clock', 'functions-wordpress', 'classes-woocommerce', 'functions-rest', 'functions-admin', 'class-memory-outbox', 'class-fake-orders', 'class-memory-sales-journal' ) as $double ) {
		require_once "$plugin/tests/doubles/$double.php";
	}

	list( , $code, $home, $consumer_key, $consumer_secret, $order_id ) = $argv;

	Clock::$now                 = time();
	$GLOBALS['options']['home'] = $home;

	$keys = new class( $consumer_key, $consumer_secret ) implements Key_Store {
		public int $revoked = 0;
		private Rest_Key $key;

		public function __construct( string $consumer_key, string $consumer_secret ) {
			$this->key = new Rest_Key( 1, substr( $consumer_key, -7 ), $consumer_key, $consumer_secret );
		}

		public function make( int $user_id ): Rest_Key {
			return $this->key;
		}

		public function revoke( Rest_Key $key ): void {
			++$this->revoked;
		}

		public function has( Rest_Key $key ): bool {
			return true;
		}
	};

	$settings = new Settings();
	$guard    = new Site_Guard( $settings );
	$state    = new Delivery_State();
	$client   = new Bridge_Client( $settings, $state );
	$fault    = ( new Pairing( $settings, $guard, $state, $keys ) )->connect( $code, 1 );
	$result   = array(
		'fault'   => $fault,
		'revoked' => $keys->revoked,
		'address' => $settings->address(),
	);
	if ( '' === $fault ) {
		$sender = new Event_Sender( new Memory_Outbox(), new Fake_Orders(), $client, $state, new Memory_Sales_Journal() );
		$states = new Order_States( $settings, $guard, $client );
		$result['ping']  = $sender->ping()->verdict;
		$result['order'] = $states->of( array( (int) $order_id ), Clock::$now )[ (int) $order_id ] ?? null;
		$result['again'] = $states->send_again( (int) $order_id );
	}
	echo json_encode( $result );
}
