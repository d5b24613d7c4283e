<?php
/**
 * Where the sender gets an order from at the moment of sending.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * The shop itself, or a stand-in of the tests.
 */
interface Order_Source {

	/**
	 * The order as it is now in the database.
	 *
	 * @param int $order_id Order id.
	 */
	public function read( int $order_id ): Order_Snapshot;
}
