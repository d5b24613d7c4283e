<?php
/**
 * Makes goods that keep their own stock, quickly, and prints their ids: `make_goods.php SIMPLE PARENTS EACH PREFIX`.
 *
 * Prints {"simple": [id, …], "variations": {"parent id": [id, …], …}}. Each starts with a stock of 5.
 *
 * @package Sklad_Bridge
 */

wp_defer_term_counting( true );
add_filter( 'pre_option_woocommerce_attribute_lookup_direct_updates', fn() => 'yes' ); // No queued job per product.

list( , $simple, $parents, $each, $prefix ) = $argv;

$made = array(
	'simple'     => array(),
	'variations' => array(),
);

function live_stocked( WC_Product $product, string $sku ): int {
	$product->set_sku( $sku );
	$product->set_regular_price( '100' );
	$product->set_manage_stock( true );
	$product->set_stock_quantity( 5 );
	return $product->save();
}

for ( $number = 1; $number <= (int) $simple; $number++ ) {
	$product = new WC_Product_Simple();
	$product->set_name( "$prefix $number" );
	$made['simple'][] = live_stocked( $product, sprintf( '%s-%05d', $prefix, $number ) );
}
for ( $number = 1; $number <= (int) $parents; $number++ ) {
	$sizes     = array_map( 'strval', range( 1, (int) $each ) );
	$attribute = new WC_Product_Attribute();
	$attribute->set_name( 'Размер' );
	$attribute->set_options( $sizes );
	$attribute->set_variation( true );
	$parent = new WC_Product_Variable();
	$parent->set_name( "$prefix variable $number" );
	$parent->set_attributes( array( $attribute ) );
	$parent_id = $parent->save();
	foreach ( $sizes as $size ) {
		$variation = new WC_Product_Variation();
		$variation->set_parent_id( $parent_id );
		$variation->set_attributes( array( sanitize_title( 'Размер' ) => $size ) );
		$made['variations'][ $parent_id ][] = live_stocked( $variation, "$prefix-V$number-$size" );
	}
	WC_Product_Variable::sync( $parent_id );
}
echo wp_json_encode( $made );
