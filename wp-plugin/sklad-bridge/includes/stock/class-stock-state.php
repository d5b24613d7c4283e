<?php
/**
 * When the bridge last wrote stock, for people.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * One option that only stock requests and the settings page read.
 */
final class Stock_State {

	public const OPTION = 'sklad_bridge_stock';

	/**
	 * Stock was written.
	 *
	 * @param int $items Number of items that have the bridge's number now.
	 * @param int $now   Unix seconds.
	 */
	public function written( int $items, int $now ): void {
		update_option(
			self::OPTION,
			array(
				'items' => $items,
				'at'    => $now,
			),
			false
		);
	}

	/**
	 * When stock was last written, Unix seconds; 0 for never.
	 */
	public function at(): int {
		return $this->stored( 'at' );
	}

	/**
	 * How many items it was then.
	 */
	public function items(): int {
		return $this->stored( 'items' );
	}

	/**
	 * One stored value.
	 *
	 * @param string $name Name.
	 */
	private function stored( string $name ): int {
		$stored = get_option( self::OPTION, array() );
		return is_array( $stored ) ? (int) ( $stored[ $name ] ?? 0 ) : 0;
	}
}
