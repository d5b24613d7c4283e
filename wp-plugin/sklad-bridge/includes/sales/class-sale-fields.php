<?php
/**
 * The fields that tell the bridge of sales wherever REST shows orders and products.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * One short query by an index for each object shown, and none where the caller asks for other fields only.
 */
final class Sale_Fields {

	public const OF_ORDER   = 'sklad_bridge_sales';
	public const OF_PRODUCT = 'sklad_bridge_sale';

	/**
	 * Journal.
	 *
	 * @var Sales_Journal
	 */
	private Sales_Journal $journal;

	/**
	 * Fields.
	 *
	 * @param Sales_Journal $journal Journal.
	 */
	public function __construct( Sales_Journal $journal ) {
		$this->journal = $journal;
	}

	/**
	 * Adds the fields to REST.
	 */
	public function register(): void {
		register_rest_field(
			'shop_order',
			self::OF_ORDER,
			array(
				'get_callback' => array( $this, 'of_order' ),
				'schema'       => array(
					'description' => 'Movements of stock by this order, as Sklad Bridge numbered them.',
					'type'        => 'array',
					'context'     => array( 'view', 'edit' ),
					'readonly'    => true,
				),
			)
		);
		register_rest_field(
			array( 'product', 'product_variation' ),
			self::OF_PRODUCT,
			array(
				'get_callback' => array( $this, 'of_product' ),
				'schema'       => array(
					'description' => 'Number of the last movement of the stock of this product by an order.',
					'type'        => 'integer',
					'context'     => array( 'view', 'edit' ),
					'readonly'    => true,
				),
			)
		);
	}

	/**
	 * All movements by the order, the oldest first.
	 *
	 * @param array<string, mixed> $data Order as REST shows it.
	 * @return array<int, array{number: int, item: int, quantity: string, at: int}>
	 */
	public function of_order( array $data ): array {
		return $this->journal->of_order( (int) ( $data['id'] ?? 0 ) );
	}

	/**
	 * Number of the last movement of the item that keeps the stock of this product, 0 for none.
	 *
	 * @param array<string, mixed> $data Product or variation as REST shows it.
	 */
	public function of_product( array $data ): int {
		$id = (int) ( $data['id'] ?? 0 );
		// With chosen fields only, the answer may lack what says who keeps the stock.
		$managed = $data['manage_stock'] ?? null;
		if ( null === $managed || 'parent' === $managed ) {
			$product = wc_get_product( $id );
			$id      = $product ? $product->get_stock_managed_by_id() : $id;
		}
		return $this->journal->last_of( $id );
	}
}
