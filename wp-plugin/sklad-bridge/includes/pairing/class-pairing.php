<?php
/**
 * Connects this shop with a bridge by a one-time code, and disconnects it.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use Throwable;

defined( 'ABSPATH' ) || exit;

/**
 * Makes a key for the bridge, offers it with the code, and stores where events go. What fails leaves everything as it was.
 */
final class Pairing {

	/** The bridge calls this shop back before it answers. */
	public const SECONDS = 25;

	/** So much of what the bridge says is shown. */
	private const MOST_WORDS = 600;

	/** An offer whose answer was lost is sent again; the bridge answers the same offer the same. */
	private const TRIES = 2;

	/**
	 * Settings.
	 *
	 * @var Settings
	 */
	private Settings $settings;

	/**
	 * Guard against copies.
	 *
	 * @var Site_Guard
	 */
	private Site_Guard $guard;

	/**
	 * State of delivery.
	 *
	 * @var Delivery_State
	 */
	private Delivery_State $state;

	/**
	 * Keys.
	 *
	 * @var Key_Store
	 */
	private Key_Store $keys;

	/**
	 * A pairing.
	 *
	 * @param Settings       $settings Settings.
	 * @param Site_Guard     $guard    Guard against copies.
	 * @param Delivery_State $state    State of delivery.
	 * @param Key_Store      $keys     Keys.
	 */
	public function __construct( Settings $settings, Site_Guard $guard, Delivery_State $state, Key_Store $keys ) {
		$this->settings = $settings;
		$this->guard    = $guard;
		$this->state    = $state;
		$this->keys     = $keys;
	}

	/**
	 * Connects.
	 *
	 * @param string $text    What was pasted.
	 * @param int    $user_id In whose name the bridge acts here.
	 * @return string '' when it went well, otherwise the sentence that says what to do.
	 */
	public function connect( string $text, int $user_id ): string {
		$code = Pairing_Code::read( $text );
		if ( ! $code instanceof Pairing_Code ) {
			return Words::of( $code );
		}
		$former = $this->settings->key();
		try {
			$key = $this->keys->make( $user_id );
		} catch ( Storage_Error $error ) {
			Journal::caught( $error );
			return Words::of( 'key_not_stored' );
		}
		try {
			$reply = $this->offer( $code, $key );
			$fault = self::fault( $reply, $code );
			if ( '' !== $fault ) {
				$this->keys->revoke( $key );
				return $fault;
			}
		} catch ( Throwable $error ) {
			$this->keys->revoke( $key );
			throw $error;
		}
		$this->settings->connect( (string) $reply->said['event_url'], (string) $reply->said['event_secret'], $user_id, $key, time() );
		$this->guard->pair();
		$this->state->start_anew();
		if ( null !== $former ) {
			$this->keys->revoke( $former );
		}
		return '';
	}

	/**
	 * Disconnects: the key that was made for the bridge goes, keys that people made stay.
	 */
	public function disconnect(): void {
		$key = $this->settings->key();
		if ( null !== $key ) {
			$this->keys->revoke( $key );
		}
		$this->settings->disconnect();
		$this->state->start_anew();
	}

	/**
	 * Sends the offer.
	 *
	 * @param Pairing_Code $code Code.
	 * @param Rest_Key     $key  Key for the bridge.
	 */
	private function offer( Pairing_Code $code, Rest_Key $key ): Reply {
		$body = (string) wp_json_encode(
			array(
				'code'                => $code->code,
				'site'                => Site_Guard::home(),
				'consumer_key'        => $key->consumer_key,
				'consumer_secret'     => $key->consumer_secret,
				'plugin_version'      => SKLAD_BRIDGE_VERSION,
				'woocommerce_version' => defined( 'WC_VERSION' ) ? (string) WC_VERSION : '',
				'wordpress_version'   => (string) get_bloginfo( 'version' ),
				'language'            => get_user_locale(),
			),
			JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES
		);
		for ( $try = 1; ; $try++ ) {
			$reply = Reply::judge(
				wp_remote_post(
					$code->address . '/api/v1/pair/',
					array(
						'timeout'             => self::SECONDS,
						'redirection'         => 0,
						'limit_response_size' => 65536,
						'user-agent'          => 'SkladBridge/' . SKLAD_BRIDGE_VERSION,
						'body'                => $body,
						'headers'             => array( 'Content-Type' => 'application/json' ),
					)
				)
			);
			if ( self::TRIES === $try || ! self::is_lost( $reply ) ) {
				return $reply;
			}
		}
	}

	/**
	 * Whether the bridge may have taken the offer although nobody here knows.
	 *
	 * @param Reply $reply Answer.
	 */
	private static function is_lost( Reply $reply ): bool {
		return in_array( $reply->code, array( 'timeout', 'unreachable' ), true ) || ( 'busy' === $reply->code && (int) $reply->detail >= 500 );
	}

	/**
	 * Why the answer does not connect this shop.
	 *
	 * @param Reply        $reply Answer.
	 * @param Pairing_Code $code  Code.
	 * @return string Sentence, '' when it does.
	 */
	private static function fault( Reply $reply, Pairing_Code $code ): string {
		$said = $reply->said;
		if ( Reply::DELIVERED === $reply->verdict ) {
			$address = $said['event_url'] ?? null;
			$secret  = $said['event_secret'] ?? null;
			// Events hold customers' names: they go to the bridge whose code the owner pasted, and nowhere else.
			$ours = is_string( $address ) && 0 === strpos( $address, "$code->address/" ) && '' === Settings::address_fault( $address );
			return $ours && is_string( $secret ) && '' !== $secret ? '' : Words::of( 'no_bridge' );
		}
		if ( is_string( $said['message'] ?? null ) && isset( $said['code'], $said['remedy'] ) ) {
			return Reply::shorten( $said['message'] . ' ' . ( is_string( $said['remedy'] ) ? $said['remedy'] : '' ), self::MOST_WORDS );
		}
		$known = array( 'timeout', 'unreachable', 'busy', 'redirect' );
		return Words::of( in_array( $reply->code, $known, true ) ? $reply->code : 'no_bridge' );
	}
}
