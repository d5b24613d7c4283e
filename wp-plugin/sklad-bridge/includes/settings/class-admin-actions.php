<?php
/**
 * What the buttons of the settings page and of the notices do.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Each button is a link with a nonce to admin-post.php, and leads back to the settings page.
 */
final class Admin_Actions {

	public const TEST   = 'sklad_bridge_test';
	public const RETRY  = 'sklad_bridge_retry';
	public const SAME   = 'sklad_bridge_same_shop';
	public const COPY   = 'sklad_bridge_copy';
	public const LEAVE  = 'sklad_bridge_disconnect';
	public const ALL    = array( self::TEST, self::RETRY, self::SAME, self::COPY, self::LEAVE );
	public const RESULT = 'sklad_bridge_result_';

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
	 * Gate.
	 *
	 * @var Gate
	 */
	private Gate $gate;

	/**
	 * Outbox.
	 *
	 * @var Outbox_Store
	 */
	private Outbox_Store $outbox;

	/**
	 * Sender.
	 *
	 * @var Event_Sender
	 */
	private Event_Sender $sender;

	/**
	 * Pairing.
	 *
	 * @var Pairing
	 */
	private Pairing $pairing;

	/**
	 * The buttons.
	 *
	 * @param Settings       $settings Settings.
	 * @param Site_Guard     $guard    Guard against copies.
	 * @param Delivery_State $state    State of delivery.
	 * @param Gate           $gate     Gate.
	 * @param Outbox_Store   $outbox   Outbox.
	 * @param Event_Sender   $sender   Sender.
	 * @param Pairing        $pairing  Pairing.
	 */
	public function __construct(
		Settings $settings,
		Site_Guard $guard,
		Delivery_State $state,
		Gate $gate,
		Outbox_Store $outbox,
		Event_Sender $sender,
		Pairing $pairing
	) {
		$this->settings = $settings;
		$this->guard    = $guard;
		$this->state    = $state;
		$this->gate     = $gate;
		$this->outbox   = $outbox;
		$this->sender   = $sender;
		$this->pairing  = $pairing;
	}

	/**
	 * Link of a button.
	 *
	 * @param string $action One of the constants.
	 */
	public static function link( string $action ): string {
		return wp_nonce_url( admin_url( "admin-post.php?action=$action" ), $action );
	}

	/**
	 * Answers admin-post.php: does what the pressed button says, and goes back to the settings page.
	 */
	public function handle(): void {
		$action = isset( $_REQUEST['action'] ) ? sanitize_key( wp_unslash( $_REQUEST['action'] ) ) : '';
		check_admin_referer( $action );
		if ( ! current_user_can( 'manage_woocommerce' ) ) {
			wp_die( esc_html__( 'You may not change the settings of this shop.', 'sklad-bridge' ), 403 );
		}
		set_transient( self::RESULT . get_current_user_id(), $this->perform( $action ), MINUTE_IN_SECONDS );
		wp_safe_redirect( Settings_Page::link() );
		exit;
	}

	/**
	 * Does what a button says.
	 *
	 * @param string $action One of the constants.
	 * @return array{ok: bool, text: string} Result in words.
	 */
	public function perform( string $action ): array {
		$now = time();
		switch ( $action ) {
			case self::TEST:
				return $this->test();
			case self::RETRY:
				$this->outbox->revive( $now );
				$this->go( $now );
				return self::result( true, __( 'The failed events are being sent again.', 'sklad-bridge' ) );
			case self::SAME:
				$this->guard->pair();
				$this->state->start_anew();
				$this->go( $now );
				return self::result( true, __( 'This address is connected now. What waited is being sent.', 'sklad-bridge' ) );
			case self::COPY:
				$this->settings->mark_as_copy();
				$this->outbox->clear();
				Background::forget();
				return self::result( true, __( 'This site is marked as a copy. It sends nothing.', 'sklad-bridge' ) );
			case self::LEAVE:
				$this->pairing->disconnect();
				$this->outbox->clear();
				Background::forget();
				return self::result( true, __( 'The shop is disconnected and the bridge’s key is revoked.', 'sklad-bridge' ) );
			default:
				return self::result( false, $action );
		}
	}

	/**
	 * Sends a test event and says how it went.
	 *
	 * @return array{ok: bool, text: string} Result in words.
	 */
	public function test(): array {
		if ( '' === $this->settings->address() || ! $this->settings->has_secret() ) {
			return self::result( false, __( 'Connect the shop first.', 'sklad-bridge' ) );
		}
		if ( $this->guard->is_elsewhere() || $this->settings->is_copy() ) {
			return self::result( false, __( 'First say whether this site is the shop or a copy of it.', 'sklad-bridge' ) );
		}
		$start = microtime( true );
		$reply = $this->sender->ping();
		if ( Reply::DELIVERED !== $reply->verdict ) {
			return self::result( false, __( 'The test event did not get through.', 'sklad-bridge' ) . ' ' . Words::of( $reply->error() ) );
		}
		$this->go( time() );
		/* translators: %d: number of milliseconds */
		$text = __( 'The bridge has accepted the test event (%d ms). Address and secret are right.', 'sklad-bridge' );
		return self::result( true, sprintf( $text, (int) round( 1000 * ( microtime( true ) - $start ) ) ) );
	}

	/**
	 * Lets everything that waits go with the end of this request.
	 *
	 * @param int $now Unix seconds.
	 */
	private function go( int $now ): void {
		$this->outbox->hurry( $now );
		$this->gate->pause( 0 );
		$this->gate->plan( $now, $now );
	}

	/**
	 * A result.
	 *
	 * @param bool   $ok   It went well.
	 * @param string $text Sentence.
	 * @return array{ok: bool, text: string}
	 */
	private static function result( bool $ok, string $text ): array {
		return array(
			'ok'   => $ok,
			'text' => $text,
		);
	}
}
