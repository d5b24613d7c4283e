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
			$this->state()
		);
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
		return new Settings_Page( $this->settings(), $this->guard(), $this->state(), $this->gate(), $this->outbox() );
	}

	/**
	 * Buttons.
	 */
	public function admin_actions(): Admin_Actions {
		return new Admin_Actions( $this->settings(), $this->guard(), $this->state(), $this->gate(), $this->outbox(), $this->sender() );
	}

	/**
	 * Notices.
	 */
	public function admin_notices(): Admin_Notices {
		return new Admin_Notices( $this->settings(), $this->guard(), $this->state() );
	}
}
