<?php
/**
 * One item of a request of the bridge: what its stock is to be.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Amounts are ten-thousandths (see Quantity).
 */
final class Stock_Item {

	private const STATUSES   = array( null, 'instock', 'outofstock', 'onbackorder' );
	private const BACKORDERS = array( null, 'no', 'notify', 'yes' );

	/**
	 * Product or variation.
	 *
	 * @var int
	 */
	public int $id;

	/**
	 * What may be sold, before the sales that the bridge does not know of yet; below zero for pieces that are owed to buyers.
	 *
	 * @var int
	 */
	public int $quantity;

	/**
	 * How much of the later sales is in the quantity already; below zero when more came back.
	 *
	 * @var int
	 */
	public int $counted;

	/**
	 * Whether it may be ordered beyond its stock: no, notify or yes; null leaves it.
	 *
	 * @var string|null
	 */
	public ?string $backorders;

	/**
	 * An item.
	 *
	 * @param int         $id         Product or variation.
	 * @param int         $quantity   What may be sold.
	 * @param int         $counted    What of the later sales is in it already.
	 * @param string|null $backorders Whether it may be ordered beyond its stock.
	 */
	private function __construct( int $id, int $quantity, int $counted, ?string $backorders ) {
		$this->id         = $id;
		$this->quantity   = $quantity;
		$this->counted    = $counted;
		$this->backorders = $backorders;
	}

	/**
	 * The item as the bridge sent it.
	 *
	 * `status` may be sent and is checked; but where stock is kept, WooCommerce itself derives it from quantity and backorders at every save.
	 *
	 * @param mixed $sent Item of the JSON.
	 * @param int   $at   Its place in the list.
	 * @throws Bad_Request When it is not one.
	 */
	public static function parse( $sent, int $at ): self {
		$sent = is_array( $sent ) ? $sent : array();
		$id   = $sent['id'] ?? null;
		if ( ! is_int( $id ) || $id < 1 ) {
			throw self::fault( $at, 'id' );
		}
		$quantity = Quantity::parse( $sent['quantity'] ?? null );
		if ( null === $quantity ) {
			throw self::fault( $at, 'quantity' );
		}
		$counted = Quantity::parse( $sent['counted'] ?? '0' );
		if ( null === $counted ) {
			throw self::fault( $at, 'counted' );
		}
		if ( ! in_array( $sent['status'] ?? null, self::STATUSES, true ) ) {
			throw self::fault( $at, 'status' );
		}
		$backorders = $sent['backorders'] ?? null;
		if ( ! in_array( $backorders, self::BACKORDERS, true ) ) {
			throw self::fault( $at, 'backorders' );
		}
		return new self( $id, $quantity, $counted, $backorders );
	}

	/**
	 * What is wrong with an item.
	 *
	 * @param int    $at   Its place in the list.
	 * @param string $name Field.
	 */
	private static function fault( int $at, string $name ): Bad_Request {
		return new Bad_Request( "items[$at].$name is missing or wrong.", 400 );
	}
}
