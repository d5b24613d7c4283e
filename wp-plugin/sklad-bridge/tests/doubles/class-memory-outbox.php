<?php
/**
 * The outbox in memory, with the same rules as the table.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use Sklad_Bridge\Event;
use Sklad_Bridge\Outbox_Store;

/**
 * OutboxTest holds both to these rules.
 */
final class Memory_Outbox implements Outbox_Store {

	/**
	 * Rows by id.
	 *
	 * @var array<int, array<string, mixed>>
	 */
	private array $rows = array();

	private int $last_id = 0;

	private string $lock_token = '';

	private int $lock_until = 0;

	/**
	 * Called right before the lock is given back: another process may write at this very moment.
	 *
	 * @var callable|null
	 */
	public $before_unlock = null;

	public function put( array $events ): void {
		foreach ( $events as $event ) {
			$id = $this->waiting_row( $event->order_id ) ?? ++$this->last_id;

			$this->rows[ $id ] = array(
				'id'         => $id,
				'event_uuid' => $event->uuid,
				'order_id'   => $event->order_id,
				'event'      => $event->kind,
				'state'      => 'waiting',
				'created'    => $event->created,
				'attempts'   => 0,
				'next_try'   => $event->next_try,
				'claimed_at' => 0,
				'last_error' => '',
			);
		}
	}

	public function due( int $now, int $limit ): array {
		$due = array_filter( $this->rows, fn( $row ) => 'waiting' === $row['state'] && $row['next_try'] <= $now );
		usort( $due, fn( $a, $b ) => array( $a['next_try'], $a['id'] ) <=> array( $b['next_try'], $b['id'] ) );
		return array_map( array( Event::class, 'from_row' ), array_slice( $due, 0, $limit ) );
	}

	public function claim( Event $event, int $now ): bool {
		$row = $this->rows[ $event->id ] ?? null;
		if ( null === $row || 'waiting' !== $row['state'] || $event->uuid !== $row['event_uuid'] ) {
			return false;
		}
		++$event->attempts;
		$this->rows[ $event->id ] = array_merge(
			$row,
			array(
				'state'      => 'in_flight',
				'claimed_at' => $now,
				'attempts'   => $row['attempts'] + 1,
			)
		);
		return true;
	}

	public function delivered( Event $event ): void {
		$this->drop( $event );
		$this->rows = array_filter(
			$this->rows,
			fn( $row ) => ! ( 'failed' === $row['state'] && $row['order_id'] === $event->order_id && $row['id'] < $event->id )
		);
	}

	public function drop( Event $event ): void {
		unset( $this->rows[ $event->id ] );
	}

	public function put_back( Event $event, int $next_try, string $error ): void {
		$this->wait_again( $event->id, $next_try, $error );
	}

	public function fail( Event $event, string $error ): void {
		$this->rows[ $event->id ]['state']      = 'failed';
		$this->rows[ $event->id ]['last_error'] = $error;
	}

	public function tidy( int $claimed_before, int $failed_before ): void {
		foreach ( $this->rows as $id => $row ) {
			if ( 'in_flight' === $row['state'] && $row['claimed_at'] < $claimed_before ) {
				$this->wait_again( $id, $row['claimed_at'] + 60 * $row['attempts'], $row['last_error'] );
			} elseif ( 'failed' === $row['state'] && $row['created'] < $failed_before ) {
				unset( $this->rows[ $id ] );
			}
		}
	}

	public function next_due(): ?int {
		$times = array_column( array_filter( $this->rows, fn( $row ) => 'waiting' === $row['state'] ), 'next_try' );
		return $times ? min( $times ) : null;
	}

	public function summary(): array {
		$failed = array_filter( $this->rows, fn( $row ) => 'failed' === $row['state'] );
		$others = array_diff_key( $this->rows, $failed );
		return array(
			'waiting'    => count( $others ),
			'failed'     => count( $failed ),
			'oldest'     => $others ? min( array_column( $others, 'created' ) ) : 0,
			'last_error' => $failed ? end( $failed )['last_error'] : '',
		);
	}

	public function revive( int $now ): void {
		foreach ( $this->rows as $id => $row ) {
			if ( 'failed' === $row['state'] ) {
				$this->wait_again( $id, $now, '' );
				if ( isset( $this->rows[ $id ] ) ) {
					$this->rows[ $id ]['attempts'] = 0;
					$this->rows[ $id ]['created']  = $now;
				}
			}
		}
	}

	public function hurry( int $now ): void {
		foreach ( $this->rows as $id => $row ) {
			if ( 'waiting' === $row['state'] ) {
				$this->rows[ $id ]['next_try'] = min( $row['next_try'], $now );
			}
		}
	}

	public function clear(): void {
		$this->rows = array();
	}

	public function lock( string $token, int $now, int $seconds ): bool {
		if ( $this->lock_until >= $now ) {
			return false;
		}
		$this->lock_token = $token;
		$this->lock_until = $now + $seconds;
		return true;
	}

	public function unlock( string $token ): void {
		if ( null !== $this->before_unlock ) {
			( $this->before_unlock )();
		}
		if ( $token === $this->lock_token ) {
			$this->lock_until = 0;
		}
	}

	private function waiting_row( int $order_id ): ?int {
		foreach ( $this->rows as $id => $row ) {
			if ( 'waiting' === $row['state'] && $row['order_id'] === $order_id ) {
				return $id;
			}
		}
		return null;
	}

	private function wait_again( int $id, int $next_try, string $error ): void {
		if ( null !== $this->waiting_row( $this->rows[ $id ]['order_id'] ) ) {
			unset( $this->rows[ $id ] );
			return;
		}
		$this->rows[ $id ]['state']      = 'waiting';
		$this->rows[ $id ]['next_try']   = $next_try;
		$this->rows[ $id ]['last_error'] = $error;
	}
}
