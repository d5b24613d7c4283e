<?php
/**
 * The outbox as a table of its own in the site's database.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use wpdb;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL, WordPress.DB.PreparedSQLPlaceholders -- Our own table, whose name cannot be a placeholder before WordPress 6.2.

/**
 * `waiting_for` is the order's id while the row waits and NULL otherwise; being unique, it lets the database itself merge waiting rows.
 */
final class Wpdb_Outbox implements Outbox_Store {

	public const LOCK_OPTION = 'sklad_bridge_lock';

	private const ROWS_PER_INSERT = 100;

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
		return $db->prefix . 'sklad_bridge_outbox';
	}

	/** {@inheritDoc} */
	public function put( array $events ): void {
		foreach ( array_chunk( $events, self::ROWS_PER_INSERT ) as $chunk ) {
			$values = array();
			foreach ( $chunk as $event ) {
				array_push( $values, $event->uuid, $event->order_id, $event->order_id, $event->kind, $event->created, $event->next_try );
			}
			$rows = implode( ', ', array_fill( 0, count( $chunk ), "(%s, %d, %d, %s, 'waiting', %d, %d)" ) );
			// A replaced row gets the new event's id: the bridge may have stored the old one although its answer was lost.
			$this->run(
				"INSERT INTO {$this->table} (event_uuid, order_id, waiting_for, event, state, created, next_try) VALUES $rows
				ON DUPLICATE KEY UPDATE event_uuid = VALUES(event_uuid), event = VALUES(event), created = VALUES(created),
					next_try = VALUES(next_try), attempts = 0, last_error = ''",
				$values
			);
		}
	}

	/** {@inheritDoc} */
	public function due( int $now, int $limit ): array {
		$sql  = "SELECT * FROM {$this->table} WHERE state = 'waiting' AND next_try <= %d ORDER BY next_try, id LIMIT %d";
		$rows = $this->db->get_results( $this->db->prepare( $sql, $now, $limit ), ARRAY_A );
		return array_map( array( Event::class, 'from_row' ), is_array( $rows ) ? $rows : array() );
	}

	/** {@inheritDoc} */
	public function claim( Event $event, int $now ): bool {
		$claimed = 1 === $this->run(
			"UPDATE {$this->table} SET state = 'in_flight', waiting_for = NULL, claimed_at = %d, attempts = attempts + 1
			WHERE id = %d AND state = 'waiting' AND event_uuid = %s",
			array( $now, $event->id, $event->uuid )
		);
		if ( $claimed ) {
			++$event->attempts;
		}
		return $claimed;
	}

	/** {@inheritDoc} */
	public function delivered( Event $event ): void {
		$this->drop( $event );
		$this->run( "DELETE FROM {$this->table} WHERE order_id = %d AND state = 'failed' AND id < %d", array( $event->order_id, $event->id ) );
	}

	/** {@inheritDoc} */
	public function drop( Event $event ): void {
		$this->run( "DELETE FROM {$this->table} WHERE id = %d AND event_uuid = %s", array( $event->id, $event->uuid ) );
	}

	/** {@inheritDoc} */
	public function put_back( Event $event, int $next_try, string $error ): void {
		$returned = $this->run(
			"UPDATE IGNORE {$this->table} SET state = 'waiting', waiting_for = order_id, next_try = %d, last_error = %s
			WHERE id = %d AND state = 'in_flight'",
			array( $next_try, $error, $event->id )
		);
		if ( 1 !== $returned ) {
			$this->drop( $event );
		}
	}

	/** {@inheritDoc} */
	public function fail( Event $event, string $error ): void {
		$this->run(
			"UPDATE {$this->table} SET state = 'failed', last_error = %s WHERE id = %d",
			array( $error, $event->id )
		);
	}

	/** {@inheritDoc} */
	public function tidy( int $claimed_before, int $failed_before ): void {
		$stale = "state = 'in_flight' AND claimed_at < %d";
		if ( $this->db->get_var( $this->db->prepare( "SELECT 1 FROM {$this->table} WHERE $stale LIMIT 1", $claimed_before ) ) ) {
			// Each try that killed its process makes the pause longer: an order that cannot be read must not kill one a minute.
			$this->run(
				"UPDATE IGNORE {$this->table} SET state = 'waiting', waiting_for = order_id, next_try = claimed_at + 60 * attempts WHERE $stale",
				array( $claimed_before )
			);
			$this->run( "DELETE FROM {$this->table} WHERE $stale", array( $claimed_before ) );
		}
		$this->run( "DELETE FROM {$this->table} WHERE state = 'failed' AND created < %d", array( $failed_before ) );
	}

	/** {@inheritDoc} */
	public function next_due(): ?int {
		$first = $this->db->get_var( "SELECT MIN(next_try) FROM {$this->table} WHERE state = 'waiting'" );
		return null === $first ? null : (int) $first;
	}

	/** {@inheritDoc} */
	public function summary(): array {
		$row = $this->db->get_row(
			"SELECT COUNT(IF(state = 'failed', NULL, 1)) AS waiting, COUNT(IF(state = 'failed', 1, NULL)) AS failed,
				MIN(IF(state = 'failed', NULL, created)) AS oldest FROM {$this->table}",
			ARRAY_A
		);
		return array(
			'waiting'    => (int) ( $row['waiting'] ?? 0 ),
			'failed'     => (int) ( $row['failed'] ?? 0 ),
			'oldest'     => (int) ( $row['oldest'] ?? 0 ),
			'last_error' => (string) $this->db->get_var( "SELECT last_error FROM {$this->table} WHERE state = 'failed' ORDER BY id DESC LIMIT 1" ),
		);
	}

	/** {@inheritDoc} */
	public function revive( int $now ): void {
		// Where several failures of one order meet, or a newer event waits already, one is enough.
		$this->run(
			"UPDATE IGNORE {$this->table} SET state = 'waiting', waiting_for = order_id, attempts = 0, created = %d, next_try = %d WHERE state = 'failed'",
			array( $now, $now )
		);
		$this->run( "DELETE FROM {$this->table} WHERE state = 'failed'", array() );
	}

	/** {@inheritDoc} */
	public function hurry( int $now ): void {
		$this->run( "UPDATE {$this->table} SET next_try = %d WHERE state = 'waiting' AND next_try > %d", array( $now, $now ) );
	}

	/** {@inheritDoc} */
	public function clear(): void {
		$this->run( "DELETE FROM {$this->table}", array() );
	}

	/** {@inheritDoc} */
	public function lock( string $token, int $now, int $seconds ): bool {
		$options = $this->db->options;
		$value   = ( $now + $seconds ) . ':' . $token;
		$take    = "UPDATE $options SET option_value = %s WHERE option_name = %s AND CAST(SUBSTRING_INDEX(option_value, ':', 1) AS UNSIGNED) < %d";
		if ( 1 === $this->run( $take, array( $value, self::LOCK_OPTION, $now ) ) ) {
			return true;
		}
		if ( $this->db->get_var( $this->db->prepare( "SELECT 1 FROM $options WHERE option_name = %s", self::LOCK_OPTION ) ) ) {
			return false;
		}
		$make = "INSERT IGNORE INTO $options (option_name, option_value, autoload) VALUES (%s, %s, 'off')";
		return 1 === $this->run( $make, array( self::LOCK_OPTION, $value ) );
	}

	/** {@inheritDoc} */
	public function unlock( string $token ): void {
		$this->run(
			"UPDATE {$this->db->options} SET option_value = '0' WHERE option_name = %s AND option_value LIKE %s",
			array( self::LOCK_OPTION, '%:' . $this->db->esc_like( $token ) )
		);
	}

	/**
	 * Runs a statement and returns the number of rows it touched.
	 *
	 * @param string            $sql    Statement with placeholders.
	 * @param array<int, mixed> $values Their values.
	 * @throws Storage_Error When the database refuses it.
	 */
	private function run( string $sql, array $values ): int {
		$quiet  = $this->db->suppress_errors( true );
		$result = $this->db->query( $values ? $this->db->prepare( $sql, $values ) : $sql );
		$this->db->suppress_errors( $quiet );
		if ( false === $result ) {
			// phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Ends in the log.
			throw new Storage_Error( 'The outbox cannot be written: ' . $this->db->last_error );
		}
		return (int) $result;
	}
}
