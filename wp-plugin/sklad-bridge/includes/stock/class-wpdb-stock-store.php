<?php
/**
 * Stock as WooCommerce keeps it, in the site's database, with the revisions accepted in a table of our own.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use wpdb;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL, WordPress.DB.PreparedSQLPlaceholders -- WooCommerce has no function that locks, and our own tables' names cannot be placeholders before WordPress 6.2.

/**
 * The lock is the one that WooCommerce's own UPDATE of the same row waits for.
 */
final class Wpdb_Stock_Store implements Stock_Store {

	/** Nobody who knows WooCommerce holds such a row for longer. */
	private const LOCK_SECONDS = 1;

	/**
	 * Database.
	 *
	 * @var wpdb
	 */
	private wpdb $db;

	/**
	 * Full name of our table.
	 *
	 * @var string
	 */
	private string $items;

	/**
	 * Full name of the journal.
	 *
	 * @var string
	 */
	private string $sales;

	/**
	 * On a database.
	 *
	 * @param wpdb $db WordPress's connection.
	 */
	public function __construct( wpdb $db ) {
		$this->db    = $db;
		$this->items = self::table( $db );
		$this->sales = Wpdb_Sales_Journal::table( $db );
	}

	/**
	 * Full name of the table of the current site.
	 *
	 * @param wpdb $db WordPress's connection.
	 */
	public static function table( wpdb $db ): string {
		return $db->prefix . 'sklad_bridge_items';
	}

	/** {@inheritDoc} */
	public function lock( int $item, int $after, int $since, int $pending_since ): ?Locked_Stock {
		if ( ! metadata_exists( 'post', $item, '_stock' ) ) {
			add_post_meta( $item, '_stock', 0, true ); // As WooCommerce does before it changes a stock.
		}
		$this->run( 'SET SESSION innodb_lock_wait_timeout = ' . self::LOCK_SECONDS );
		$this->run( 'START TRANSACTION' );
		// The same condition as in WooCommerce's UPDATE, so that both take the same locks in the same order.
		$stock = $this->row( "SELECT meta_value FROM {$this->db->postmeta} WHERE post_id = %d AND meta_key = '_stock' FOR UPDATE", array( $item ) );
		// Not a locking read: it sees all that is committed now that the lock is ours, and what is not committed has not moved this stock yet.
		$known = null === $stock ? null : $this->row(
			"SELECT
				(SELECT SUM(quantity) FROM {$this->sales} WHERE item = %d AND number > %d AND created >= %d) AS sold,
				(SELECT MAX(number) FROM {$this->sales} WHERE item = %d) AS sale,
				(SELECT COUNT(*) FROM {$this->sales} WHERE item = %d AND done = 0 AND created >= %d) AS pending,
				(SELECT revision FROM {$this->items} WHERE item = %d) AS revision",
			array( $item, $after, $since, $item, $item, $pending_since, $item )
		);
		if ( null === $stock || null === $known || $known['pending'] > 0 ) {
			$this->release();
			return null;
		}
		return new Locked_Stock(
			Quantity::read( (string) $stock['meta_value'] ),
			Quantity::read( (string) $known['sold'] ),
			(int) $known['sale'],
			(int) $known['revision']
		);
	}

	/** {@inheritDoc} */
	public function keep( int $item, ?int $quantity, int $revision, int $now ): void {
		try {
			if ( null !== $quantity ) {
				$this->run(
					"UPDATE {$this->db->postmeta} SET meta_value = %s WHERE post_id = %d AND meta_key = '_stock'",
					array( Quantity::text( $quantity ), $item )
				);
			}
			$this->run(
				"INSERT INTO {$this->items} (item, revision, at) VALUES (%d, %d, %d)
				ON DUPLICATE KEY UPDATE revision = VALUES(revision), at = VALUES(at)",
				array( $item, $revision, $now )
			);
			$this->run( 'COMMIT' );
		} catch ( Storage_Error $error ) {
			$this->run( 'ROLLBACK' );
			throw $error;
		} finally {
			$this->run( 'SET SESSION innodb_lock_wait_timeout = DEFAULT' );
		}
	}

	/** {@inheritDoc} */
	public function release(): void {
		$this->run( 'ROLLBACK' );
		$this->run( 'SET SESSION innodb_lock_wait_timeout = DEFAULT' );
	}

	/** {@inheritDoc} */
	public function forget_revisions(): void {
		$this->run( "DELETE FROM {$this->items}" );
	}

	/**
	 * One row, null when there is none or it is not to be had.
	 *
	 * @param string            $sql    Statement with placeholders.
	 * @param array<int, mixed> $values Their values.
	 * @return array<string, mixed>|null
	 */
	private function row( string $sql, array $values ): ?array {
		$quiet = $this->db->suppress_errors( true );
		$row   = $this->db->get_row( $this->db->prepare( $sql, $values ), ARRAY_A );
		$this->db->suppress_errors( $quiet );
		return is_array( $row ) ? $row : null;
	}

	/**
	 * Runs a statement.
	 *
	 * @param string            $sql    Statement with placeholders.
	 * @param array<int, mixed> $values Their values.
	 * @throws Storage_Error When the database refuses it.
	 */
	private function run( string $sql, array $values = array() ): void {
		$quiet  = $this->db->suppress_errors( true );
		$result = $this->db->query( $values ? $this->db->prepare( $sql, $values ) : $sql );
		$this->db->suppress_errors( $quiet );
		if ( false === $result ) {
			// phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Ends in the log.
			throw new Storage_Error( 'Stock cannot be written: ' . $this->db->last_error );
		}
	}
}
