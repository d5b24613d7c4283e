<?php
/**
 * Sends one signed body to the bridge, within the time that a shop can spare.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Plain wp_remote_post(), not the "safe" one: a bridge may run on a private address or an odd port. Only users who manage the shop can set
 * the address, redirects are not followed, and of the answer only its status and short JSON texts are shown.
 */
final class Bridge_Client {

	public const CONNECT_SECONDS = 1;
	public const TOTAL_SECONDS   = 3;

	/**
	 * Settings.
	 *
	 * @var Settings
	 */
	private Settings $settings;

	/**
	 * Where the clock difference is kept.
	 *
	 * @var Delivery_State
	 */
	private Delivery_State $state;

	/**
	 * A client for the bridge of these settings.
	 *
	 * @param Settings       $settings Settings.
	 * @param Delivery_State $state    State of delivery.
	 */
	public function __construct( Settings $settings, Delivery_State $state ) {
		$this->settings = $settings;
		$this->state    = $state;
	}

	/**
	 * Sends an event.
	 *
	 * @param string $id   Event id.
	 * @param string $body Raw JSON.
	 */
	public function send( string $id, string $body ): Reply {
		return $this->ask( $this->settings->address(), $id, $body );
	}

	/**
	 * Sends a body. When the bridge refuses the clock, takes over its time and sends once more.
	 *
	 * @param string $address Where to.
	 * @param string $id      Id of the request.
	 * @param string $body    Raw JSON.
	 */
	public function ask( string $address, string $id, string $body ): Reply {
		$reply = $this->post( $address, $id, $body );
		if ( 'clock' === $reply->code && $reply->server_time > 0 ) {
			$this->state->set_clock_offset( $reply->server_time - time() );
			$reply = $this->post( $address, $id, $body );
		}
		return $reply;
	}

	/**
	 * One try.
	 *
	 * @param string $address Where to.
	 * @param string $id      Id of the request.
	 * @param string $body    Raw JSON.
	 */
	private function post( string $address, string $id, string $body ): Reply {
		$now       = time();
		$timestamp = $now + $this->state->clock_offset();
		$response  = wp_remote_post(
			$address,
			array(
				'timeout'             => self::TOTAL_SECONDS,
				'redirection'         => 0,
				'limit_response_size' => 65536,
				'user-agent'          => 'SkladBridge/' . SKLAD_BRIDGE_VERSION,
				'body'                => $body,
				'headers'             => array(
					'Content-Type'             => 'application/json',
					'X-Sklad-Bridge-Id'        => $id,
					'X-Sklad-Bridge-Timestamp' => (string) $timestamp,
					'X-Sklad-Bridge-Signature' => Signature::header( $id, $timestamp, $body, $this->settings->secrets( $now ) ),
				),
			)
		);
		return Reply::judge( $response );
	}

	/**
	 * WordPress has no argument for the time to connect; this sets it for our own requests, whatever the transport.
	 *
	 * @param array<string, mixed> $headers Headers of a request.
	 * @param array<string, mixed> $options Options of a request, changed in place.
	 */
	public static function limit_connecting( array $headers, array &$options ): void {
		if ( isset( $headers['X-Sklad-Bridge-Id'] ) ) {
			$options['connect_timeout'] = self::CONNECT_SECONDS;
		}
	}
}
