<?php
/**
 * Keys of WooCommerce's REST API in memory.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use Sklad_Bridge\Key_Store;
use Sklad_Bridge\Rest_Key;
use Sklad_Bridge\Storage_Error;

/**
 * One key of a person is there from the beginning.
 */
final class Memory_Key_Store implements Key_Store {

	/**
	 * Owners by number and ending of the key.
	 *
	 * @var array<string, int>
	 */
	public array $owners = array( '1 1234567' => 1 );

	public bool $broken = false;

	private int $last = 1;

	public function make( int $user_id ): Rest_Key {
		if ( $this->broken ) {
			throw new Storage_Error( 'The disk is full.' );
		}
		$number = ++$this->last;
		$key    = new Rest_Key( $number, "key000$number", "ck_key000$number", "cs_$number" );

		$this->owners[ "$key->id $key->ending" ] = $user_id;
		return $key;
	}

	public function revoke( Rest_Key $key ): void {
		unset( $this->owners[ "$key->id $key->ending" ] );
	}

	public function has( Rest_Key $key ): bool {
		return isset( $this->owners[ "$key->id $key->ending" ] );
	}
}
