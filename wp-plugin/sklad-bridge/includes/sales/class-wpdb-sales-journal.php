<?php
/**
 * The journal of sales as a table of its own in the site's database.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use wpdb;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL, WordPress.DB.PreparedSQLPlaceholders -- Our own table, whose name cannot be a placeholder before WordPress 6.2.

/**
 * Two short statements per item of a checkout; `done` is 0 between them, while the stock is being moved.
 */
final class Wpdb_Sales_Journal implements Sales_Journal {

	/** So many rows are forgotten at once. */
	private const PURGE_ROWS = 1000;

	/**
	 * Database.
	 *
	 * @var wpdb
	 */
	private wpdb $db;

	/**
	 * Full name of the table.
	 *
	 * @var string
	 */
	private string $table;

	/**
	 * On a database.
	 *
	 * @param wpdb $db WordPress's connection.
	 */
	public function __construct( wpdb $db ) {
		$this->db    = $db;
		$this->table = self::table( $db );
	}

	/**
	 * Full name of the table of the current site.
	 *
	 * @param wpdb $db WordPress's connection.
	 */
	public static function table( wpdb $db ): string {
		return $db->prefix . 'sklad_bridge_sales';
	}

	/** {@inheritDoc} */
	public function begin( int $item, int $order_id, string $quantity, int $now ): int {
		$this->run(
			"INSERT INTO {$this->table} (item, order_id, quantity, created, done) VALUES (%d, %d, %s, %d, 0)",
			array( $item, $order_id, $quantity, $now )
		);
		return (int) $this->db->insert_id;
	}

	/** {@inheritDoc} */
	public function finish( int $number ): void {
		$this->run( "UPDATE {$this->table} SET done = 1 WHERE number = %d", array( $number ) );
	}

	/** {@inheritDoc} */
	public function of_order( int $order_id ): array {
		$sql  = "SELECT number, item, quantity, created FROM {$this->table} WHERE order_id = %d ORDER BY number";
		$rows = $this->db->get_results( $this->db->prepare( $sql, $order_id ), ARRAY_A );
		return array_map(
			static fn( array $row ): array => array(
				'number'   => (int) $row['number'],
				'item'     => (int) $row['item'],
				'quantity' => Quantity::text( Quantity::read( $row['quantity'] ) ),
				'at'       => (int) $row['created'],
			),
			is_array( $rows ) ? $rows : array()
		);
	}

	/** {@inheritDoc} */
	public function last_of( int $item ): int {
		return (int) $this->db->get_var( $this->db->prepare( "SELECT MAX(number) FROM {$this->table} WHERE item = %d", $item ) );
	}

	/** {@inheritDoc} */
	public function last(): int {
		return (int) $this->db->get_var( "SELECT MAX(number) FROM {$this->table}" );
	}

	/** {@inheritDoc} */
	public function purge( int $before ): void {
		$this->run(
			"DELETE FROM {$this->table} WHERE created < %d AND number < %d LIMIT " . self::PURGE_ROWS,
			array( $before, $this->last() )
		);
	}

	/**
	 * Runs a statement.
	 *
	 * @param string            $sql    Statement with placeholders.
	 * @param array<int, mixed> $values Their values.
	 * @throws Storage_Error When the database refuses it.
	 */
	private function run( string $sql, array $values ): void {
		$quiet  = $this->db->suppress_errors( true );
		$result = $this->db->query( $this->db->prepare( $sql, $values ) );
		$this->db->suppress_errors( $quiet );
		if ( false === $result ) {
			// phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Ends in the log.
			throw new Storage_Error( 'The journal of sales cannot be written: ' . $this->db->last_error );
		}
	}
}
