<?php
/**
 * Where keys of WooCommerce's REST API are made and revoked.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Only keys of this plugin.
 */
interface Key_Store {

	/**
	 * Makes a key that may read and write.
	 *
	 * @param int $user_id In whose name the bridge acts.
	 * @throws Storage_Error When it cannot be stored.
	 */
	public function make( int $user_id ): Rest_Key;

	/**
	 * Removes a key, if it is still the one that was made.
	 *
	 * @param Rest_Key $key Key.
	 */
	public function revoke( Rest_Key $key ): void;

	/**
	 * The key is still there.
	 *
	 * @param Rest_Key $key Key.
	 */
	public function has( Rest_Key $key ): bool;
}
