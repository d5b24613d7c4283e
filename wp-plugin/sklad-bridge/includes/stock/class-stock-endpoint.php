<?php
/**
 * POST /wp-json/sklad-bridge/v1/stock: takes stock from the bridge, and from nobody else.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use WP_Error;
use WP_REST_Request;
use WP_REST_Response;

defined( 'ABSPATH' ) || exit;

/**
 * Checks who asks, hands the parsed body on, and answers per item.
 */
final class Stock_Endpoint {

	public const API        = 'sklad-bridge/v1';
	public const ROUTE      = '/stock';
	public const PING       = '/ping';
	public const CAPABILITY = 'sklad_bridge_set_stock';

	/** A request may be so many seconds old, or from the future. */
	public const TOLERANCE = 300;

	/** Time for one request, changed by the filter sklad_bridge_stock_seconds. */
	public const SECONDS = 10.0;

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
	 * Writes the items.
	 *
	 * @var Stock_Batch
	 */
	private Stock_Batch $batch;

	/**
	 * Journal.
	 *
	 * @var Sales_Journal
	 */
	private Sales_Journal $journal;

	/**
	 * What people see of it.
	 *
	 * @var Stock_State
	 */
	private Stock_State $state;

	/**
	 * Sends the test event the bridge asks for.
	 *
	 * @var Event_Sender
	 */
	private Event_Sender $sender;

	/**
	 * An endpoint.
	 *
	 * @param Settings      $settings Settings.
	 * @param Site_Guard    $guard    Guard against copies.
	 * @param Stock_Batch   $batch    Writes the items.
	 * @param Sales_Journal $journal  Journal.
	 * @param Stock_State   $state    What people see of it.
	 * @param Event_Sender  $sender   Sends the test event the bridge asks for.
	 */
	public function __construct( Settings $settings, Site_Guard $guard, Stock_Batch $batch, Sales_Journal $journal, Stock_State $state, Event_Sender $sender ) {
		$this->settings = $settings;
		$this->guard    = $guard;
		$this->batch    = $batch;
		$this->journal  = $journal;
		$this->state    = $state;
		$this->sender   = $sender;
	}

	/**
	 * Adds the route.
	 */
	public function register(): void {
		register_rest_route(
			self::API,
			self::ROUTE,
			array(
				'methods'             => 'POST',
				'permission_callback' => array( $this, 'permit' ),
				'callback'            => array( $this, 'answer' ),
			)
		);
		register_rest_route(
			self::API,
			self::PING,
			array(
				'methods'             => 'POST',
				'permission_callback' => array( $this, 'permit' ),
				'callback'            => array( $this, 'ping' ),
			)
		);
	}

	/**
	 * Whether the request comes from the bridge, now, and may write stock here.
	 *
	 * @param WP_REST_Request $request Request.
	 * @return true|WP_Error
	 */
	public function permit( WP_REST_Request $request ) {
		$now     = time();
		$secrets = $this->settings->secrets( $now );
		if ( ! $secrets ) {
			return self::refusal( 'not_paired', 401, 'This shop is not connected with a bridge.' );
		}
		$id        = (string) $request->get_header( 'X-Sklad-Bridge-Id' );
		$timestamp = (string) $request->get_header( 'X-Sklad-Bridge-Timestamp' );
		$signature = (string) $request->get_header( 'X-Sklad-Bridge-Signature' );
		if ( '' === $id || ! ctype_digit( $timestamp ) || ! Signature::matches( $signature, $id, $timestamp, (string) $request->get_body(), $secrets ) ) {
			return self::refusal( 'signature', 401, 'The signature is not right.' );
		}
		if ( abs( $now - (int) $timestamp ) > self::TOLERANCE ) {
			return self::refusal( 'clock', 401, 'The clocks differ too much.', array( 'server_time' => $now ) );
		}
		if ( $this->settings->is_copy() || $this->guard->is_elsewhere() ) {
			return self::refusal( 'copy', 409, 'This site is a copy of the shop, or nobody has said yet that it is not.' );
		}
		if ( ! user_can( $this->settings->user_id(), self::CAPABILITY ) ) {
			return self::refusal( 'capability', 403, 'The user who connected the bridge may not set stock.' );
		}
		return true;
	}

	/**
	 * Writes what the request wants.
	 *
	 * @param WP_REST_Request $request Request that was permitted.
	 * @return WP_REST_Response|WP_Error
	 */
	public function answer( WP_REST_Request $request ) {
		try {
			$wanted = Stock_Request::parse( (string) $request->get_body() );
		} catch ( Bad_Request $error ) {
			return self::refusal( 413 === $error->getCode() ? 'too_many' : 'malformed', $error->getCode(), $error->getMessage() );
		}
		if ( ! Site_Guard::is_here( $wanted->site ) ) {
			return self::refusal( 'site', 401, 'The request is meant for another site.' );
		}
		$items = $this->write( $wanted );
		$done  = count( array_filter( $items, static fn( $item ) => in_array( $item['result'], array( Stock_Writer::SET, Stock_Writer::SAME ), true ) ) );
		if ( $done > 0 ) {
			$this->state->written( $done, time() );
		}
		return new WP_REST_Response(
			array(
				'done'  => $done,
				'sale'  => $this->journal->last(),
				'items' => $items,
			)
		);
	}

	/**
	 * Sends the test event now and says how that went: the bridge looks at the whole way there and back.
	 *
	 * @param WP_REST_Request $request Request that was permitted.
	 * @return WP_REST_Response|WP_Error
	 */
	public function ping( WP_REST_Request $request ) {
		$asked = json_decode( (string) $request->get_body(), true );
		$site  = is_array( $asked ) && is_string( $asked['site'] ?? null ) ? $asked['site'] : '';
		if ( ! Site_Guard::is_here( $site ) ) {
			return self::refusal( 'site', 401, 'The request is meant for another site.' );
		}
		$reply     = $this->sender->ping();
		$delivered = Reply::DELIVERED === $reply->verdict;
		return new WP_REST_Response(
			array(
				'delivered' => $delivered,
				'error'     => $delivered ? '' : Words::of( $reply->error() ),
			)
		);
	}

	/**
	 * Writes in the name of the user who connected the bridge.
	 *
	 * @param Stock_Request $wanted What is wanted.
	 * @return array<int, array<string, mixed>> Answers per item.
	 */
	private function write( Stock_Request $wanted ): array {
		$before = get_current_user_id();
		wp_set_current_user( $this->settings->user_id() );
		ignore_user_abort( true );
		try {
			/**
			 * Filters how many seconds one request may take; items that are not reached are answered as not done.
			 *
			 * @param float $seconds Seconds.
			 */
			return $this->batch->write( $wanted, (float) apply_filters( 'sklad_bridge_stock_seconds', self::SECONDS ) );
		} finally {
			wp_set_current_user( $before );
		}
	}

	/**
	 * A refusal of the whole request.
	 *
	 * @param string               $code    What the bridge goes by.
	 * @param int                  $status  HTTP status.
	 * @param string               $message Sentence for logs.
	 * @param array<string, mixed> $data    More data.
	 */
	private static function refusal( string $code, int $status, string $message, array $data = array() ): WP_Error {
		return new WP_Error( "sklad_bridge_$code", $message, array( 'status' => $status ) + $data );
	}
}
