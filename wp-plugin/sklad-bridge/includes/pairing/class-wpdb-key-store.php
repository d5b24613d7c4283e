<?php
/**
 * Keys in WooCommerce's own table, as WooCommerce makes and revokes them.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL -- WooCommerce has no function for this that others may call.

/**
 * WooCommerce keeps the consumer key as a hash and the secret as it is.
 */
final class Wpdb_Key_Store implements Key_Store {

	/** How the key is called in WooCommerce > Settings > Advanced > REST API. */
	public const DESCRIPTION = 'Sklad Bridge';

	private const ENDING_LENGTH = 7;

	/**
	 * The database.
	 *
	 * @var \wpdb
	 */
	private object $database;

	/**
	 * Keys of a database.
	 *
	 * @param \wpdb $database Database.
	 */
	public function __construct( object $database ) {
		$this->database = $database;
	}

	/** {@inheritDoc} */
	public function make( int $user_id ): Rest_Key {
		$consumer_key    = 'ck_' . wc_rand_hash();
		$consumer_secret = 'cs_' . wc_rand_hash();
		$ending          = substr( $consumer_key, -self::ENDING_LENGTH );

		$stored = $this->database->insert(
			$this->table(),
			array(
				'user_id'         => $user_id,
				'description'     => self::DESCRIPTION,
				'permissions'     => 'read_write',
				'consumer_key'    => wc_api_hash( $consumer_key ),
				'consumer_secret' => $consumer_secret,
				'truncated_key'   => $ending,
			),
			array( '%d', '%s', '%s', '%s', '%s', '%s' )
		);
		if ( 1 !== $stored ) {
			throw new Storage_Error( 'A key for the bridge could not be stored.' );
		}
		return new Rest_Key( (int) $this->database->insert_id, $ending, $consumer_key, $consumer_secret );
	}

	/** {@inheritDoc} */
	public function revoke( Rest_Key $key ): void {
		$this->database->delete( $this->table(), self::row( $key ), array( '%d', '%s' ) );
	}

	/** {@inheritDoc} */
	public function has( Rest_Key $key ): bool {
		$found = $this->database->get_var(
			$this->database->prepare( "SELECT key_id FROM {$this->table()} WHERE key_id = %d AND truncated_key = %s", $key->id, $key->ending )
		);
		return (int) $found === $key->id;
	}

	/**
	 * What makes a row this key's: after a restored backup its number may be another key's.
	 *
	 * @param Rest_Key $key Key.
	 * @return array{key_id: int, truncated_key: string}
	 */
	private static function row( Rest_Key $key ): array {
		return array(
			'key_id'        => $key->id,
			'truncated_key' => $key->ending,
		);
	}

	/**
	 * Full name of the table.
	 */
	private function table(): string {
		return $this->database->prefix . 'woocommerce_api_keys';
	}
}
