<?php
/**
 * Builds the plugin's objects, each once and only when it is needed.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * The wiring, in one place.
 */
final class Services {

	/**
	 * Settings.
	 *
	 * @var Settings|null
	 */
	private ?Settings $settings = null;

	/**
	 * Outbox.
	 *
	 * @var Outbox_Store|null
	 */
	private ?Outbox_Store $outbox = null;

	/**
	 * State of delivery.
	 *
	 * @var Delivery_State|null
	 */
	private ?Delivery_State $state = null;

	/**
	 * Gate.
	 *
	 * @var Gate|null
	 */
	private ?Gate $gate = null;

	/**
	 * Journal of sales.
	 *
	 * @var Sales_Journal|null
	 */
	private ?Sales_Journal $sales = null;

	/**
	 * The order that moves stock now.
	 *
	 * @var Sale_Context|null
	 */
	private ?Sale_Context $sale_context = null;

	/**
	 * Listener to movements of stock.
	 *
	 * @var Sale_Listener|null
	 */
	private ?Sale_Listener $sale_listener = null;

	/**
	 * Pages of orders, which remember what a list shows.
	 *
	 * @var Order_Pages|null
	 */
	private ?Order_Pages $order_pages = null;

	/**
	 * Settings.
	 */
	public function settings(): Settings {
		$this->settings = $this->settings ?? new Settings();
		return $this->settings;
	}

	/**
	 * Outbox.
	 */
	public function outbox(): Outbox_Store {
		$this->outbox = $this->outbox ?? new Wpdb_Outbox( $GLOBALS['wpdb'] );
		return $this->outbox;
	}

	/**
	 * State of delivery.
	 */
	public function state(): Delivery_State {
		$this->state = $this->state ?? new Delivery_State();
		return $this->state;
	}

	/**
	 * Gate.
	 */
	public function gate(): Gate {
		$this->gate = $this->gate ?? new Gate();
		return $this->gate;
	}

	/**
	 * Guard against copies.
	 */
	public function guard(): Site_Guard {
		return new Site_Guard( $this->settings() );
	}

	/**
	 * Queue.
	 */
	public function queue(): Event_Queue {
		return new Event_Queue( $this->outbox(), $this->settings() );
	}

	/**
	 * Sender.
	 */
	public function sender(): Event_Sender {
		return new Event_Sender(
			$this->outbox(),
			new Order_Reader( $this->settings()->user_id() ),
			new Bridge_Client( $this->settings(), $this->state() ),
			$this->state(),
			$this->sales()
		);
	}

	/**
	 * Journal of sales.
	 */
	public function sales(): Sales_Journal {
		$this->sales = $this->sales ?? new Wpdb_Sales_Journal( $GLOBALS['wpdb'] );
		return $this->sales;
	}

	/**
	 * The order that moves stock now.
	 */
	public function sale_context(): Sale_Context {
		$this->sale_context = $this->sale_context ?? new Sale_Context();
		return $this->sale_context;
	}

	/**
	 * Listener to movements of stock.
	 */
	public function sale_listener(): Sale_Listener {
		$this->sale_listener = $this->sale_listener ?? new Sale_Listener( $this->sale_context(), $this->sales(), $this->settings() );
		return $this->sale_listener;
	}

	/**
	 * Stock under lock.
	 */
	public function stock_store(): Stock_Store {
		return new Wpdb_Stock_Store( $GLOBALS['wpdb'] );
	}

	/**
	 * Endpoint for stock.
	 */
	public function stock_endpoint(): Stock_Endpoint {
		$batch = new Stock_Batch( new Stock_Writer( $this->stock_store() ) );
		return new Stock_Endpoint( $this->settings(), $this->guard(), $batch, $this->sales(), new Stock_State(), $this->sender() );
	}

	/**
	 * Dispatcher.
	 */
	public function dispatcher(): Dispatcher {
		return new Dispatcher(
			$this->settings(),
			$this->guard(),
			$this->state(),
			$this->gate(),
			$this->outbox(),
			$this->sender(),
			array( Response::class, 'finish' ),
			array( Loopback::class, 'call' ),
			array( Background::class, 'plan' )
		);
	}

	/**
	 * Settings page.
	 */
	public function settings_page(): Settings_Page {
		$report = new Delivery_Report( $this->settings(), $this->guard(), $this->state(), $this->gate(), $this->outbox(), new Stock_State() );
		return new Settings_Page( $this->settings(), $this->guard(), $this->state(), $this->gate(), $this->outbox(), $report, $this->pairing_form() );
	}

	/**
	 * Connecting and disconnecting on the settings page.
	 */
	public function pairing_form(): Pairing_Form {
		return new Pairing_Form( $this->settings(), $this->pairing(), $this->keys(), $this->admin_actions() );
	}

	/**
	 * Keys for the bridge.
	 */
	public function keys(): Key_Store {
		return new Wpdb_Key_Store( $GLOBALS['wpdb'] );
	}

	/**
	 * Pairing.
	 */
	public function pairing(): Pairing {
		return new Pairing( $this->settings(), $this->guard(), $this->state(), $this->keys() );
	}

	/**
	 * States of orders.
	 */
	public function order_states(): Order_States {
		return new Order_States( $this->settings(), $this->guard(), new Bridge_Client( $this->settings(), $this->state() ) );
	}

	/**
	 * Panel and column.
	 */
	public function order_pages(): Order_Pages {
		$this->order_pages = $this->order_pages ?? new Order_Pages( $this->order_states() );
		return $this->order_pages;
	}

	/**
	 * "Send again".
	 */
	public function order_actions(): Order_Actions {
		return new Order_Actions( $this->order_states(), $this->queue(), $this->gate() );
	}

	/**
	 * Buttons.
	 */
	public function admin_actions(): Admin_Actions {
		return new Admin_Actions( $this->settings(), $this->guard(), $this->state(), $this->gate(), $this->outbox(), $this->sender(), $this->pairing() );
	}

	/**
	 * Notices.
	 */
	public function admin_notices(): Admin_Notices {
		return new Admin_Notices( $this->settings(), $this->guard(), $this->state() );
	}
}
