<?php
/**
 * A connected shop with all parts of the plugin wired as in Services, for the tests of the flow.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use Sklad_Bridge\Bridge_Client;
use Sklad_Bridge\Delivery_State;
use Sklad_Bridge\Dispatcher;
use Sklad_Bridge\Event;
use Sklad_Bridge\Event_Queue;
use Sklad_Bridge\Event_Sender;
use Sklad_Bridge\Gate;
use Sklad_Bridge\Installer;
use Sklad_Bridge\Outbox_Store;
use Sklad_Bridge\Sales_Journal;
use Sklad_Bridge\Settings;
use Sklad_Bridge\Site_Guard;
use Sklad_Bridge\Stock_State;
use Sklad_Bridge\Wpdb_Outbox;
use Sklad_Bridge\Wpdb_Sales_Journal;

/**
 * Everything starts empty, at the same time of the clock.
 */
final class Shop {

	public const START  = 1790000000;
	public const SECRET = 's3cret';

	public Settings $settings;
	public Site_Guard $guard;
	public Delivery_State $state;
	public Gate $gate;
	public Outbox_Store $outbox;
	public Fake_Orders $orders;
	public Sales_Journal $sales;
	public Event_Sender $sender;
	public Event_Queue $queue;

	/**
	 * Times for which a background action was asked.
	 *
	 * @var int[]
	 */
	public array $planned = array();

	/**
	 * Number of requests to ourselves.
	 *
	 * @var int
	 */
	public int $loopbacks = 0;

	public function __construct() {
		Clock::$now = self::START;
		Http::reset();
		foreach ( array( Settings::OPTION, Settings::SECRET_OPTION, Gate::OPTION, Delivery_State::OPTION, Stock_State::OPTION ) as $option ) {
			delete_option( $option );
		}
		$this->outbox   = self::outbox();
		$this->settings = new Settings();
		$this->guard    = new Site_Guard( $this->settings );
		$this->state    = new Delivery_State();
		$this->gate     = new Gate();
		$this->orders   = new Fake_Orders();
		$this->sales    = self::sales();
		$this->queue    = new Event_Queue( $this->outbox, $this->settings );
		$this->sender   = new Event_Sender(
			$this->outbox,
			$this->orders,
			new Bridge_Client( $this->settings, $this->state ),
			$this->state,
			$this->sales
		);
		$this->settings->set_address( 'https://bridge.example.test/api/v1/events/woocommerce/1/' );
		$this->settings->set_secret( self::SECRET, self::START );
		$this->guard->pair();
	}

	/**
	 * An empty outbox: the table when WordPress is real, otherwise memory.
	 */
	public static function outbox(): Outbox_Store {
		if ( ! class_exists( 'wpdb', false ) ) {
			return new Memory_Outbox();
		}
		Installer::install_here();
		delete_option( Wpdb_Outbox::LOCK_OPTION );
		$outbox = new Wpdb_Outbox( $GLOBALS['wpdb'] );
		$outbox->clear();
		return $outbox;
	}

	/**
	 * An empty journal of sales: the table when WordPress is real, otherwise memory.
	 */
	public static function sales(): Sales_Journal {
		if ( ! class_exists( 'wpdb', false ) ) {
			return new Memory_Sales_Journal();
		}
		Installer::install_here();
		$GLOBALS['wpdb']->query( 'DELETE FROM ' . Wpdb_Sales_Journal::table( $GLOBALS['wpdb'] ) );
		return new Wpdb_Sales_Journal( $GLOBALS['wpdb'] );
	}

	/**
	 * Orders change: their events are in the outbox.
	 *
	 * @param int ...$order_ids Order ids.
	 */
	public function change( int ...$order_ids ): void {
		$this->queue->add( array_fill_keys( $order_ids, Event::CHANGED ), Clock::$now );
	}

	/**
	 * A dispatcher on a server that can, or cannot, end an answer early.
	 *
	 * @param bool $finishes It can.
	 */
	public function dispatcher( bool $finishes = true ): Dispatcher {
		return new Dispatcher(
			$this->settings,
			$this->guard,
			$this->state,
			$this->gate,
			$this->outbox,
			$this->sender,
			fn() => $finishes,
			function (): void {
				++$this->loopbacks;
			},
			function ( int $due ): void {
				$this->planned[] = $due;
			}
		);
	}
}
