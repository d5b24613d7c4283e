<?php
/**
 * Writes the stock of one item, so that no sale that the bridge does not know of yet is undone.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use Throwable;
use WC_Product;

defined( 'ABSPATH' ) || exit;

/**
 * Under the lock only the number is written; what else depends on it follows after, by WooCommerce's own functions, where extensions may take their time.
 */
final class Stock_Writer {

	public const SET       = 'set';       // The item has the number now.
	public const SAME      = 'same';      // It had it already.
	public const BUSY      = 'busy';      // It is being sold at this moment.
	public const STALE     = 'stale';     // A later request was there first.
	public const UNKNOWN   = 'unknown';   // There is no such product.
	public const UNMANAGED = 'unmanaged'; // It keeps no stock.
	public const HELD      = 'parent';    // The product above it keeps its stock.

	/** A sale that is not over after so many seconds belongs to a process that died. */
	private const SALE_SECONDS = 60;

	/** For so long one waits for a sale that is under way, looking again after each pause. */
	private const PATIENCE_NS = 300000000;
	private const PAUSE_US    = 30000;

	/**
	 * Stock.
	 *
	 * @var Stock_Store
	 */
	private Stock_Store $store;

	/**
	 * A writer.
	 *
	 * @param Stock_Store $store Stock.
	 */
	public function __construct( Stock_Store $store ) {
		$this->store = $store;
	}

	/**
	 * Writes one item.
	 *
	 * @param Stock_Item $wanted          What its stock is to be.
	 * @param int        $revision        Number of the request.
	 * @param int        $counted_through All sales up to this number are in the quantity.
	 * @param int        $counted_since   So are all sales before this Unix time.
	 * @return array<string, mixed> Answer for this item: id, result, and what belongs to the result.
	 */
	public function write( Stock_Item $wanted, int $revision, int $counted_through, int $counted_since ): array {
		$product = wc_get_product( $wanted->id );
		if ( ! $product ) {
			return self::answer( $wanted, self::UNKNOWN );
		}
		if ( $product->is_type( array( 'external', 'grouped' ) ) || ! $product->managing_stock() ) {
			return self::answer( $wanted, self::UNMANAGED );
		}
		$holder = $product->get_stock_managed_by_id();
		if ( $holder !== $wanted->id ) {
			return self::answer( $wanted, self::HELD, array( 'holder' => $holder ) );
		}
		$stock = $this->lock( $wanted->id, $counted_through, $counted_since );
		return null === $stock ? self::answer( $wanted, self::BUSY ) : $this->settle( $wanted, $revision, $stock, $product );
	}

	/**
	 * Locks an item, and waits a little for a sale that is under way.
	 *
	 * @param int $item  Item.
	 * @param int $after Sales with higher numbers are summed up.
	 * @param int $since And of these only those from this Unix time on.
	 */
	private function lock( int $item, int $after, int $since ): ?Locked_Stock {
		$patience = hrtime( true ) + self::PATIENCE_NS;
		while ( true ) {
			$stock = $this->store->lock( $item, $after, $since, time() - self::SALE_SECONDS );
			if ( null !== $stock || hrtime( true ) >= $patience ) {
				return $stock;
			}
			usleep( self::PAUSE_US );
		}
	}

	/**
	 * Decides under the lock, and ends it.
	 *
	 * @param Stock_Item   $wanted   What the stock is to be.
	 * @param int          $revision Number of the request.
	 * @param Locked_Stock $stock    What it is.
	 * @param WC_Product   $product  Product.
	 * @return array<string, mixed> Answer for this item.
	 */
	private function settle( Stock_Item $wanted, int $revision, Locked_Stock $stock, WC_Product $product ): array {
		if ( $revision <= $stock->revision ) {
			$this->store->release();
			$repeated = $revision === $stock->revision;
			if ( $repeated ) {
				self::follow( $product, $wanted ); // The first time may have ended before this.
			}
			return self::numbers( $wanted, $repeated ? self::SET : self::STALE, $stock, $stock->quantity );
		}
		try {
			// Pieces that came back are not added: the number may be one that was cut, to keep some back. The bridge hears of them, and writes again.
			$quantity = Quantity::storable( $wanted->quantity - max( $stock->sold - $wanted->counted, 0 ) );
		} catch ( Throwable $error ) {
			$this->store->release();
			throw $error;
		}
		$differs = $quantity !== $stock->quantity;
		$this->store->keep( $wanted->id, $differs ? $quantity : null, $revision, time() );
		if ( ! $differs && ! self::out_of_step( $product, $wanted ) ) {
			return self::numbers( $wanted, self::SAME, $stock, $quantity );
		}
		self::follow( $product, $wanted );
		return self::numbers( $wanted, self::SET, $stock, $quantity );
	}

	/**
	 * Status or backorders are not what they would be after saving.
	 *
	 * @param WC_Product $product Product.
	 * @param Stock_Item $wanted  What is wanted of it.
	 */
	private static function out_of_step( WC_Product $product, Stock_Item $wanted ): bool {
		if ( null !== $wanted->backorders ) {
			$product->set_backorders( $wanted->backorders );
		}
		$product->validate_props();
		return array() !== $product->get_changes();
	}

	/**
	 * Lets WooCommerce and its extensions follow: status, lookup table, caches, hooks.
	 *
	 * Moved by nothing, the stock is read anew, so that a sale of this very moment is in what is derived from it.
	 *
	 * @param WC_Product $product Product.
	 * @param Stock_Item $wanted  What is wanted of it.
	 */
	private static function follow( WC_Product $product, Stock_Item $wanted ): void {
		if ( null !== $wanted->backorders ) {
			$product->set_backorders( $wanted->backorders );
		}
		wc_update_product_stock( $product, 0, 'increase' );
	}

	/**
	 * Answer with numbers.
	 *
	 * @param Stock_Item   $wanted   Item.
	 * @param string       $result   One of the constants.
	 * @param Locked_Stock $stock    Stock before.
	 * @param int          $quantity Stock now.
	 * @return array<string, mixed>
	 */
	private static function numbers( Stock_Item $wanted, string $result, Locked_Stock $stock, int $quantity ): array {
		return self::answer(
			$wanted,
			$result,
			array(
				'quantity' => Quantity::text( $quantity ),
				'was'      => Quantity::text( $stock->quantity ),
				'sale'     => $stock->sale,
			)
		);
	}

	/**
	 * Answer for one item.
	 *
	 * @param Stock_Item           $wanted Item.
	 * @param string               $result One of the constants.
	 * @param array<string, mixed> $more   What belongs to the result.
	 * @return array<string, mixed>
	 */
	private static function answer( Stock_Item $wanted, string $result, array $more = array() ): array {
		return array(
			'id'     => $wanted->id,
			'result' => $result,
		) + $more;
	}
}
