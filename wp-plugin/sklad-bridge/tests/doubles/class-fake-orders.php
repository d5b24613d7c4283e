<?php
/**
 * A shop's orders, as the sender reads them.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use Sklad_Bridge\Order_Snapshot;
use Sklad_Bridge\Order_Source;

/**
 * Every order exists and is simple, unless the test says otherwise.
 */
final class Fake_Orders implements Order_Source {

	/**
	 * What is different, by order id.
	 *
	 * @var array<int, Order_Snapshot>
	 */
	public array $special = array();

	public function read( int $order_id ): Order_Snapshot {
		return $this->special[ $order_id ] ?? new Order_Snapshot( true, true, self::order( $order_id ), array() );
	}

	/**
	 * A simple order.
	 *
	 * @param int $order_id Order id.
	 * @return array<string, mixed>
	 */
	public static function order( int $order_id ): array {
		return array(
			'id'      => $order_id,
			'status'  => 'processing',
			'billing' => array( 'first_name' => 'Пётр' ),
		);
	}
}
