<?php
/**
 * The order screen's panel and the column of the order list, in both storages.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use WC_Abstract_Order;
use WC_Order;
use WP_Post;

defined( 'ABSPATH' ) || exit;

/**
 * Prints what Order_States learned. A list asks for all its orders at the first cell.
 */
final class Order_Pages {

	public const COLUMN = 'sklad_bridge';

	/** The right to see orders, in both storages. */
	public const CAPABILITY = 'edit_shop_orders';

	/** Who may change settings sees where to connect. */
	private const OWNER = 'manage_woocommerce';

	/**
	 * States.
	 *
	 * @var Order_States
	 */
	private Order_States $states;

	/**
	 * Orders of the list that is being printed.
	 *
	 * @var int[]
	 */
	private array $listed = array();

	/**
	 * Their states, once they were asked for.
	 *
	 * @var array<int, Order_State>|null
	 */
	private ?array $known = null;

	/**
	 * Pages of orders.
	 *
	 * @param Order_States $states States.
	 */
	public function __construct( Order_States $states ) {
		$this->states = $states;
	}

	/**
	 * Adds the panel to the order screen of the storage in use.
	 *
	 * @param callable $print Calls print_panel(), and lets no error through to the screen.
	 */
	public function add_panel( callable $print ): void {
		if ( current_user_can( self::CAPABILITY ) ) {
			add_meta_box( 'sklad-bridge', __( 'MoySklad', 'sklad-bridge' ), $print, wc_get_page_screen_id( 'shop-order' ), 'side', 'high' ); // Below the order's actions.
		}
	}

	/**
	 * Prints the panel.
	 *
	 * @param WC_Abstract_Order|WP_Post $shown Order, or its post in the older storage.
	 */
	public function print_panel( $shown ): void {
		$order = $shown instanceof WP_Post ? wc_get_order( $shown->ID ) : $shown;
		if ( ! $order instanceof WC_Order || in_array( $order->get_status(), Order_Listener::DRAFTS, true ) ) {
			self::print_text( __( 'The order is sent once it is saved.', 'sklad-bridge' ) );
			return;
		}
		if ( ! $this->states->available() ) {
			$this->print_not_connected();
			return;
		}
		$state = $this->states->of( array( $order->get_id() ), time() )[ $order->get_id() ] ?? null;
		if ( null === $state ) {
			self::print_text( __( 'The bridge does not answer just now. Nothing is lost: the order is sent as soon as it does.', 'sklad-bridge' ) );
		} else {
			self::print_state( $state );
		}
		printf(
			'<p><a class="button" href="%s">%s</a></p>',
			esc_url( Order_Actions::link( $order->get_id() ) ),
			esc_html__( 'Send again', 'sklad-bridge' )
		);
	}

	/**
	 * Adds the column after the status.
	 *
	 * @param mixed $columns Columns: name => title.
	 * @return mixed
	 */
	public function add_column( $columns ) {
		if ( ! is_array( $columns ) || ! $this->states->available() ) {
			return $columns;
		}
		$place = array_search( 'order_status', array_keys( $columns ), true );
		$place = false === $place ? count( $columns ) : $place + 1;
		return array_slice( $columns, 0, $place, true ) + array( self::COLUMN => __( 'MoySklad', 'sklad-bridge' ) ) + array_slice( $columns, $place, null, true );
	}

	/**
	 * Remembers which orders the list is about to show.
	 *
	 * @param mixed $found Result of a query of orders.
	 */
	public function note_list( $found ): void {
		$orders = is_object( $found ) && isset( $found->orders ) ? $found->orders : $found;
		if ( ! is_array( $orders ) || count( $orders ) > Order_States::MOST ) {
			return; // So many are no page of a list, but somebody's own reckoning.
		}
		foreach ( $orders as $order ) {
			if ( $order instanceof WC_Order ) {
				$this->listed[] = $order->get_id();
			} elseif ( $order instanceof WP_Post && 'shop_order' === $order->post_type ) {
				$this->listed[] = (int) $order->ID;
			}
		}
	}

	/**
	 * Prints one cell.
	 *
	 * @param mixed $column Name of the column.
	 * @param mixed $shown  Order, or its id in the older storage.
	 */
	public function print_cell( $column, $shown ): void {
		if ( self::COLUMN !== $column ) {
			return;
		}
		$order_id = $shown instanceof WC_Abstract_Order ? $shown->get_id() : (int) $shown;
		if ( null === $this->known ) { // One question for the whole list.
			$this->known = $this->states->of( array_values( array_unique( array_merge( array( $order_id ), $this->listed ) ) ), time() );
		}
		$state = $this->known[ $order_id ] ?? null;
		if ( null === $state ) {
			printf( '<span aria-hidden="true">—</span><span class="screen-reader-text">%s</span>', esc_html__( 'The bridge does not answer just now.', 'sklad-bridge' ) );
			return;
		}
		echo self::label( $state ); // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- Escaped there.
		if ( '' !== $state->number ) {
			echo '<br>' . self::document( $state ); // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- Escaped there.
		}
	}

	/**
	 * Prints a state in full.
	 *
	 * @param Order_State $state State.
	 */
	private static function print_state( Order_State $state ): void {
		echo '<p><strong>' . self::label( $state ) . '</strong>'; // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- Escaped there.
		if ( '' !== $state->number ) {
			echo ' ' . self::document( $state ); // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- Escaped there.
		}
		echo '</p>';
		if ( '' !== $state->problem ) {
			self::print_text( $state->problem );
			self::print_text( $state->remedy );
		}
		if ( '' !== $state->page ) {
			printf( '<p>%s</p>', self::link( $state->page, __( 'The order in the bridge', 'sklad-bridge' ) ) ); // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- Escaped there.
		}
	}

	/**
	 * The state in words; one that needs somebody stands out as WooCommerce's own failed status does.
	 *
	 * @param Order_State $state State.
	 */
	private static function label( Order_State $state ): string {
		$text = esc_html( $state->label );
		return Order_State::NEEDS_YOU === $state->code ? "<mark class=\"order-status status-failed\"><span>$text</span></mark>" : $text;
	}

	/**
	 * The document's number, as a link where it has a page.
	 *
	 * @param Order_State $state State.
	 */
	private static function document( Order_State $state ): string {
		/* translators: %s: number of a document */
		$text = sprintf( __( '№ %s', 'sklad-bridge' ), $state->number );
		return '' === $state->url ? esc_html( $text ) : self::link( $state->url, $text );
	}

	/**
	 * A link to another place, escaped; said to those who do not see that it opens a new tab.
	 *
	 * @param string $url  Address.
	 * @param string $text Text.
	 */
	private static function link( string $url, string $text ): string {
		return sprintf(
			'<a href="%s" target="_blank" rel="noopener noreferrer">%s<span class="screen-reader-text"> %s</span></a>',
			esc_url( $url ),
			esc_html( $text ),
			esc_html__( '(opens in a new tab)', 'sklad-bridge' )
		);
	}

	/**
	 * Prints why there is nothing to show.
	 */
	private function print_not_connected(): void {
		self::print_text( __( 'This shop is not connected with a bridge.', 'sklad-bridge' ) );
		if ( current_user_can( self::OWNER ) ) {
			printf( '<p><a href="%s">%s</a></p>', esc_url( Settings_Page::link() ), esc_html__( 'Connect it', 'sklad-bridge' ) );
		}
	}

	/**
	 * Prints a paragraph.
	 *
	 * @param string $text Plain text.
	 */
	private static function print_text( string $text ): void {
		if ( '' !== $text ) {
			printf( '<p>%s</p>', esc_html( $text ) );
		}
	}
}
