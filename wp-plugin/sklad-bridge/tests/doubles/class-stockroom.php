<?php
/**
 * Products with stock, their sales and a writer: in memory here, and WooCommerce's own with a real WordPress.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use Sklad_Bridge\Quantity;
use Sklad_Bridge\Sales_Journal;
use Sklad_Bridge\Stock_Item;
use Sklad_Bridge\Stock_Store;
use Sklad_Bridge\Stock_Writer;
use Sklad_Bridge\Wpdb_Stock_Store;
use WC_Product;
use WC_Product_External;
use WC_Product_Grouped;
use WC_Product_Simple;
use WC_Product_Variable;
use WC_Product_Variation;

/**
 * Starts without sales and without revisions.
 */
final class Stockroom {

	public Sales_Journal $sales;
	public Stock_Store $store;
	public Stock_Writer $writer;

	/**
	 * Products made in WooCommerce.
	 *
	 * @var WC_Product[]
	 */
	private static array $made = array();

	public function __construct() {
		Clock::$now           = Shop::START;
		Clock::$ticks         = 0;
		Clock::$while_waiting = null;
		unset( $GLOBALS['on_save'] );
		$this->sales  = Shop::sales();
		$this->store  = self::real() ? new Wpdb_Stock_Store( $GLOBALS['wpdb'] ) : new Memory_Stock_Store( $this->sales );
		$this->writer = new Stock_Writer( $this->store );
		$this->store->forget_revisions();
	}

	/**
	 * Takes away all products that were made.
	 */
	public static function clear(): void {
		foreach ( array_reverse( self::$made ) as $product ) {
			$product->delete( true );
		}
		self::$made = array();
		if ( ! self::real() ) {
			$GLOBALS['products'] = array();
		}
	}

	public static function real(): bool {
		return class_exists( 'wpdb', false );
	}

	public function simple( string $stock, string $backorders = 'no' ): int {
		if ( self::real() ) {
			return self::saved( new WC_Product_Simple(), $stock, $backorders );
		}
		return $this->add( 'simple', $stock, $backorders )->id;
	}

	/**
	 * A variation that keeps its own stock.
	 */
	public function variation( string $stock ): int {
		if ( self::real() ) {
			$variation = new WC_Product_Variation();
			$variation->set_parent_id( self::saved( new WC_Product_Variable() ) );
			return self::saved( $variation, $stock );
		}
		return $this->add( 'variation', $stock )->id;
	}

	/**
	 * A variable product that keeps the stock, and one variation of it.
	 *
	 * @return int[]
	 */
	public function managed_by_parent( string $stock ): array {
		if ( self::real() ) {
			$parent    = self::saved( new WC_Product_Variable(), $stock );
			$variation = new WC_Product_Variation();
			$variation->set_parent_id( $parent );
			return array( $parent, self::saved( $variation ) );
		}
		$parent            = $this->add( 'variable', $stock );
		$variation         = $this->add( 'variation', $stock );
		$variation->holder = $parent->id;
		return array( $parent->id, $variation->id );
	}

	/**
	 * A product that keeps no stock: simple, external or grouped.
	 */
	public function unmanaged( string $type ): int {
		if ( self::real() ) {
			$classes = array(
				'simple'   => WC_Product_Simple::class,
				'external' => WC_Product_External::class,
				'grouped'  => WC_Product_Grouped::class,
			);
			return self::saved( new $classes[ $type ]() );
		}
		$product          = $this->add( $type, '' );
		$product->manages = false;
		return $product->id;
	}

	public function stock( int $id ): string {
		if ( self::real() ) {
			wp_cache_delete( $id, 'post_meta' );
		}
		return Quantity::text( Quantity::read( (string) get_post_meta( $id, '_stock', true ) ) );
	}

	/**
	 * Stock status and backorders, as the shop shows them.
	 *
	 * @return string[]
	 */
	public function rules( int $id ): array {
		$product = self::real() ? null : $GLOBALS['products'][ $id ];
		return $product ? array( $product->status, $product->backorders ) : array( get_post_meta( $id, '_stock_status', true ), get_post_meta( $id, '_backorders', true ) );
	}

	/**
	 * An order takes pieces: its number.
	 */
	public function sell( int $item, string $quantity, int $order_id = 621 ): int {
		$number = $this->sales->begin( $item, $order_id, $quantity, Clock::$now );
		$this->end_sale( $number, $item, $quantity );
		return $number;
	}

	/**
	 * The stock moves, and the sale that was begun is over.
	 */
	public function end_sale( int $number, int $item, string $quantity ): void {
		wc_update_product_stock( wc_get_product( $item ), (float) $quantity, 'decrease' );
		$this->sales->finish( $number );
	}

	/**
	 * The bridge writes one item; its answer.
	 *
	 * @param array<string, mixed> $more Fields of the item.
	 */
	public function write( int $item, string $quantity, int $revision, int $counted_through = 0, array $more = array(), int $counted_since = 0 ): array {
		$wanted = array(
			'id'       => $item,
			'quantity' => $quantity,
		) + $more;
		return $this->writer->write( Stock_Item::parse( $wanted, 0 ), $revision, $counted_through, $counted_since );
	}

	private function add( string $type, string $stock, string $backorders = 'no' ): WC_Product {
		$product             = new WC_Product();
		$product->id         = 100 + count( $GLOBALS['products'] );
		$product->type       = $type;
		$product->stock      = $stock;
		$product->backorders = $backorders;
		$product->validate_props();
		$GLOBALS['products'][ $product->id ] = $product;
		return $product;
	}

	private static function saved( WC_Product $product, ?string $stock = null, string $backorders = 'no' ): int {
		if ( 'variation' !== $product->get_type() ) {
			$product->set_name( 'For a test' );
		}
		if ( null !== $stock ) {
			$product->set_manage_stock( true );
			$product->set_stock_quantity( $stock );
			$product->set_backorders( $backorders );
		}
		self::$made[] = $product;
		return $product->save();
	}
}
