<?php
/**
 * Turns the order ids of a request into rows of the outbox, in one write.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * The step between listening and sending; from here on nothing is lost.
 */
final class Event_Queue {

	/**
	 * Outbox.
	 *
	 * @var Outbox_Store
	 */
	private Outbox_Store $outbox;

	/**
	 * Settings.
	 *
	 * @var Settings
	 */
	private Settings $settings;

	/**
	 * Writes to an outbox.
	 *
	 * @param Outbox_Store $outbox   Outbox.
	 * @param Settings     $settings Settings.
	 */
	public function __construct( Outbox_Store $outbox, Settings $settings ) {
		$this->outbox   = $outbox;
		$this->settings = $settings;
	}

	/**
	 * Stores one event per order; a site that is not connected, or is a copy, stores nothing.
	 *
	 * @param array<int, string> $found Order id => kind of event.
	 * @param int                $now   Unix seconds.
	 * @return bool Something was stored.
	 */
	public function add( array $found, int $now ): bool {
		if ( ! $found || ! $this->settings->ready() ) {
			return false;
		}
		$events = array();
		foreach ( $found as $order_id => $kind ) {
			$events[] = new Event( $kind, $order_id, $now );
		}
		try {
			$this->outbox->put( $events );
		} catch ( Storage_Error $error ) {
			Journal::caught( $error );
			Installer::install_here(); // A restored backup may have lost the table: make it, and try once more.
			$this->outbox->put( $events );
		}
		return true;
	}
}
