<?php
/**
 * One piece of news for the bridge: a row of the outbox, and the JSON body made from it.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * The id stays the same over all tries; the body is made anew at each try, from the order as it is then.
 */
final class Event {

	public const CHANGED = 'order.changed';
	public const DELETED = 'order.deleted';
	public const PING    = 'ping';

	/** An order whose body is larger goes as its id, and the bridge reads it by REST. */
	public const MAX_BYTES = 921600;

	/**
	 * Row id, 0 while not stored.
	 *
	 * @var int
	 */
	public int $id = 0;

	/**
	 * Event id known to the bridge.
	 *
	 * @var string
	 */
	public string $uuid;

	/**
	 * Order id, 0 for a ping.
	 *
	 * @var int
	 */
	public int $order_id;

	/**
	 * One of the constants above.
	 *
	 * @var string
	 */
	public string $kind;

	/**
	 * Unix seconds.
	 *
	 * @var int
	 */
	public int $created;

	/**
	 * Tries made so far.
	 *
	 * @var int
	 */
	public int $attempts = 0;

	/**
	 * Unix seconds.
	 *
	 * @var int
	 */
	public int $next_try;

	/**
	 * A new event, due at once.
	 *
	 * @param string $kind     One of the constants above.
	 * @param int    $order_id Order id, 0 for a ping.
	 * @param int    $now      Unix seconds.
	 */
	public function __construct( string $kind, int $order_id, int $now ) {
		$this->uuid     = wp_generate_uuid4();
		$this->kind     = $kind;
		$this->order_id = $order_id;
		$this->created  = $now;
		$this->next_try = $now;
	}

	/**
	 * The event that a row of the outbox holds.
	 *
	 * @param array<string, mixed> $row Row of the table.
	 */
	public static function from_row( array $row ): self {
		$event           = new self( (string) $row['event'], (int) $row['order_id'], (int) $row['created'] );
		$event->id       = (int) $row['id'];
		$event->uuid     = (string) $row['event_uuid'];
		$event->attempts = (int) $row['attempts'];
		$event->next_try = (int) $row['next_try'];
		return $event;
	}

	/**
	 * The body to send.
	 *
	 * @param string                                $site    Home address of this site.
	 * @param float                                 $read_at When the order was read, Unix seconds with microseconds.
	 * @param array<string, mixed>|null             $order   Order as REST v3 shows it; null when deleted, too large or unreadable.
	 * @param array<int, array<string, mixed>>|null $refunds Its refunds as REST v3 shows them, the newest first; null with the order.
	 * @param array<int, array<string, mixed>>      $sales   What it took from stock and gave back; there even when the order is gone or too large.
	 */
	public function body( string $site, float $read_at, ?array $order, ?array $refunds = null, array $sales = array() ): string {
		$body = $this->encode( $site, $read_at, $order, $refunds, $sales );
		if ( null !== $order && ( '' === $body || strlen( $body ) > self::MAX_BYTES ) ) {
			$body = $this->encode( $site, $read_at, null, null, $sales );
		}
		return $body;
	}

	/**
	 * JSON of the body, or '' when the order cannot be written as JSON.
	 *
	 * @param string                                $site    Home address of this site.
	 * @param float                                 $read_at When the order was read.
	 * @param array<string, mixed>|null             $order   Order.
	 * @param array<int, array<string, mixed>>|null $refunds Its refunds.
	 * @param array<int, array<string, mixed>>      $sales   What it took from stock and gave back.
	 */
	private function encode( string $site, float $read_at, ?array $order, ?array $refunds, array $sales ): string {
		$json = wp_json_encode(
			array(
				'event'          => $this->kind,
				'id'             => $this->uuid,
				'site'           => $site,
				'plugin_version' => SKLAD_BRIDGE_VERSION,
				'sent_at'        => gmdate( 'Y-m-d\TH:i:s\Z' ),
				'order_id'       => $this->order_id,
				'read_at'        => round( $read_at, 6 ),
				'order'          => $order,
				'refunds'        => $refunds,
				'sales'          => $sales,
			),
			JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE
		);
		return false === $json ? '' : $json;
	}
}
