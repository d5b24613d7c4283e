<?php
/**
 * Keys in WooCommerce's table: the shape of a row, and that only our own is removed.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Storage_Error;
use Sklad_Bridge\Wpdb_Key_Store;

final class KeyStoreTest extends TestCase {

	/**
	 * A database that remembers what it was told.
	 */
	private static function database(): object {
		return new class() {
			public string $prefix = 'wp_';
			public int $insert_id = 41;
			public $answer        = 1;
			public array $told    = array();

			public function insert( string $table, array $row, array $formats ) {
				$this->told[] = array( $table, $row, $formats );
				return $this->answer;
			}

			public function delete( string $table, array $where, array $formats ) {
				$this->told[] = array( $table, $where, $formats );
				return 1;
			}

			public function prepare( string $query, ...$values ): string {
				return vsprintf( $query, $values );
			}

			public function get_var( string $query ) {
				$this->told[] = $query;
				return $this->answer;
			}
		};
	}

	public function test_key_is_one_of_woocommerce_that_reads_and_writes(): void {
		$database = self::database();
		$key      = ( new Wpdb_Key_Store( $database ) )->make( 5 );
		list( $table, $row, $formats ) = $database->told[0];
		$this->assertSame( 'wp_woocommerce_api_keys', $table );
		$this->assertMatchesRegularExpression( '/^ck_[0-9a-f]{40}$/', $key->consumer_key );
		$this->assertMatchesRegularExpression( '/^cs_[0-9a-f]{40}$/', $key->consumer_secret );
		$this->assertSame( 41, $key->id );
		$this->assertSame(
			array(
				'user_id'         => 5,
				'description'     => 'Sklad Bridge',
				'permissions'     => 'read_write',
				'consumer_key'    => wc_api_hash( $key->consumer_key ),
				'consumer_secret' => $key->consumer_secret,
				'truncated_key'   => substr( $key->consumer_key, -7 ),
			),
			$row
		);
		$this->assertCount( count( $row ), $formats );
	}

	public function test_key_that_could_not_be_stored_is_none(): void {
		$database         = self::database();
		$database->answer = false;
		$this->expectException( Storage_Error::class );
		( new Wpdb_Key_Store( $database ) )->make( 5 );
	}

	public function test_key_is_removed_by_number_and_ending(): void {
		$database = self::database();
		$store    = new Wpdb_Key_Store( $database );
		$key      = $store->make( 5 );
		$store->revoke( $key );
		$this->assertSame(
			array(
				'key_id'        => 41,
				'truncated_key' => $key->ending,
			),
			$database->told[1][1]
		);
		$this->assertFalse( $store->has( $key ) );
		$database->answer = '41';
		$this->assertTrue( $store->has( $key ) );
	}
}
