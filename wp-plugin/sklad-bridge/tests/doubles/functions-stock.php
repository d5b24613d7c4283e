<?php
/**
 * Products of a shop with WooCommerce's functions for stock.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

/** What the database holds: products by id. */
$GLOBALS['products'] = array();

function wc_get_product( int $product_id ) {
	return isset( $GLOBALS['products'][ $product_id ] ) ? clone $GLOBALS['products'][ $product_id ] : false;
}

function wc_stock_amount( $amount ) {
	return ( $GLOBALS['filters']['woocommerce_stock_amount'] ?? 'intval' )( $amount );
}

function wc_update_product_stock( WC_Product $product, $quantity, string $operation ) {
	$stored        = $GLOBALS['products'][ $product->get_id() ];
	$stored->stock = (string) ( (float) $stored->stock + ( 'decrease' === $operation ? -$quantity : $quantity ) );

	$product->stock = $stored->stock;
	$product->save();
}

/**
 * A product or a variation.
 */
class WC_Product {
	public int $id;
	public string $type       = 'simple';
	public bool $manages      = true;
	public int $holder        = 0;
	public string $stock      = '0';
	public string $status     = 'instock';
	public string $backorders = 'no';
	public int $saved         = 0;
	private array $changes    = array();

	public function get_id(): int {
		return $this->id;
	}

	public function is_type( array $types ): bool {
		return in_array( $this->type, $types, true );
	}

	public function managing_stock(): bool {
		return $this->manages;
	}

	public function get_stock_managed_by_id(): int {
		return $this->holder ? $this->holder : $this->id;
	}

	public function set_backorders( string $backorders ): void {
		$this->change( 'backorders', $backorders );
	}

	public function get_changes(): array {
		return $this->changes;
	}

	/**
	 * As WooCommerce: the status follows from quantity and backorders, whatever was set.
	 */
	public function validate_props(): void {
		$without = 'no' === $this->backorders ? 'outofstock' : 'onbackorder';
		$this->change( 'status', (float) $this->stock > 0 ? 'instock' : $without );
	}

	public function save(): void {
		$this->validate_props();
		$stored             = $GLOBALS['products'][ $this->id ];
		$stored->status     = $this->status;
		$stored->backorders = $this->backorders;
		++$stored->saved;
		if ( isset( $GLOBALS['on_save'] ) ) {
			( $GLOBALS['on_save'] )( $this );
		}
	}

	private function change( string $name, string $value ): void {
		if ( $value !== $this->$name ) {
			$this->$name            = $value;
			$this->changes[ $name ] = $value;
		}
	}
}

/**
 * A line of an order.
 */
class WC_Order_Item {
	public function get_order_id() {
		return 0;
	}
}

/**
 * A line with a product.
 */
class WC_Order_Item_Product extends WC_Order_Item {
	public function get_product_id() {
		return 0;
	}

	public function get_variation_id() {
		return 0;
	}
}
