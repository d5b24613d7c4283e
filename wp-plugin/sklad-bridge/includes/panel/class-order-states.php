<?php
/**
 * Where orders stand, as the bridge says: asked for all orders of a screen at once, and remembered for a while.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Asks only while somebody looks at orders, and not at all for a minute after the bridge did not answer.
 */
final class Order_States {

	/** What is remembered, and that the bridge did not answer. */
	public const MEMORY = 'sklad_bridge_orders';
	public const AWAY   = 'sklad_bridge_away';

	/** For so long a silent bridge is left alone, and a state is remembered that stays as it is. */
	public const SECONDS = 60;

	/** A state that is about to change is remembered for the parts of one page only. */
	private const BRIEFLY = 5;
	private const SETTLED = array( 'sent', 'not_sent', 'left' );

	/** Orders in one question; the bridge takes no more. */
	public const MOST = 200;

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
	 * Client.
	 *
	 * @var Bridge_Client
	 */
	private Bridge_Client $client;

	/**
	 * States of a bridge.
	 *
	 * @param Settings      $settings Settings.
	 * @param Site_Guard    $guard    Guard against copies.
	 * @param Bridge_Client $client   Client.
	 */
	public function __construct( Settings $settings, Site_Guard $guard, Bridge_Client $client ) {
		$this->settings = $settings;
		$this->guard    = $guard;
		$this->client   = $client;
	}

	/**
	 * This site may ask: it is connected, and is the shop.
	 */
	public function available(): bool {
		return $this->settings->ready() && '' !== $this->settings->orders_address() && ! $this->guard->is_elsewhere();
	}

	/**
	 * Order id => state; orders of which nothing could be learned are left out.
	 *
	 * @param int[] $order_ids Order ids.
	 * @param int   $now       Unix seconds.
	 * @return array<int, Order_State>
	 */
	public function of( array $order_ids, int $now ): array {
		$known   = $this->remembered( $now );
		$missing = array_values( array_diff( $order_ids, array_keys( $known ) ) );
		if ( $missing && $this->available() && false === get_transient( self::AWAY ) ) {
			$known = $this->learned( array_slice( $missing, 0, self::MOST ), $now ) + $known;
		}
		$states = array();
		foreach ( array_intersect_key( $known, array_flip( $order_ids ) ) as $order_id => $row ) {
			$states[ $order_id ] = Order_State::from_row( (array) $row['said'] );
		}
		return $states;
	}

	/**
	 * Asks the bridge to send an order to MoySklad once more.
	 *
	 * @param int $order_id Order id.
	 * @return string queued, not_sent, removed, unknown; '' when the bridge did not answer.
	 */
	public function send_again( int $order_id ): string {
		delete_transient( self::MEMORY );
		delete_transient( self::AWAY );
		$said = $this->ask( 'send/', array( $order_id ), array( 'by' => (string) wp_get_current_user()->display_name ) );
		return (string) ( $said[ $order_id ]['result'] ?? '' );
	}

	/**
	 * Asks the bridge, and remembers what it said or that it said nothing.
	 *
	 * @param int[] $order_ids Order ids.
	 * @param int   $now       Unix seconds.
	 * @return array<int, array<string, mixed>> As remembered() has them.
	 */
	private function learned( array $order_ids, int $now ): array {
		$said = $this->ask( '', $order_ids );
		if ( ! $said ) {
			set_transient( self::AWAY, 1, self::SECONDS );
			return array();
		}
		$rows = array();
		foreach ( $said as $order_id => $row ) {
			$rows[ $order_id ] = array(
				'until'    => $now + ( in_array( $row['state'] ?? '', self::SETTLED, true ) ? self::SECONDS : self::BRIEFLY ),
				'language' => get_user_locale(),
				'said'     => $row,
			);
		}
		set_transient( self::MEMORY, array_slice( $rows + $this->remembered( $now ), 0, 2 * self::MOST, true ), self::SECONDS );
		return $rows;
	}

	/**
	 * Sends a signed question.
	 *
	 * @param string                $what      Which question.
	 * @param int[]                 $order_ids Order ids.
	 * @param array<string, string> $more      What else is said.
	 * @return array<int, array<string, mixed>> Answers by order id; none when the bridge did not answer.
	 */
	private function ask( string $what, array $order_ids, array $more = array() ): array {
		$body  = (string) wp_json_encode(
			array(
				'site'     => Site_Guard::home(),
				'language' => get_user_locale(),
				'orders'   => $order_ids,
			) + $more,
			JSON_UNESCAPED_SLASHES
		);
		$reply = $this->client->ask( $this->settings->orders_address( $what ), wp_generate_uuid4(), $body );
		$rows  = array();
		foreach ( Reply::DELIVERED === $reply->verdict && is_array( $reply->said['orders'] ?? null ) ? $reply->said['orders'] : array() as $row ) {
			if ( is_array( $row ) && is_int( $row['id'] ?? null ) ) {
				$rows[ $row['id'] ] = $row;
			}
		}
		return $rows;
	}

	/**
	 * What was learned a while ago, in the reader's language.
	 *
	 * @param int $now Unix seconds.
	 * @return array<int, array{until: int, language: string, said: array<string, mixed>}>
	 */
	private function remembered( int $now ): array {
		$stored = get_transient( self::MEMORY );
		return array_filter(
			is_array( $stored ) ? $stored : array(),
			fn( $row ) => (int) ( $row['until'] ?? 0 ) > $now && get_user_locale() === ( $row['language'] ?? '' )
		);
	}
}
