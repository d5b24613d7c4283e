<?php
/**
 * Keeps one Action Scheduler action at the time when the outbox is due next.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Its `$unique` argument is not relied on: it compares hook and group only, not the time.
 */
final class Background {

	public const HOOK  = 'sklad_bridge_drain';
	public const GROUP = 'sklad-bridge';

	/** An action that comes so much later than wanted is good enough. */
	private const SLACK = 30;

	/**
	 * Makes sure that the outbox is drained at this time.
	 *
	 * @param int $due Unix seconds.
	 */
	public static function plan( int $due ): void {
		if ( ! function_exists( 'as_schedule_single_action' ) || ! did_action( 'action_scheduler_init' ) ) {
			return; // Too early in this request; a later one drains.
		}
		$pending = as_get_scheduled_actions(
			array(
				'hook'         => self::HOOK,
				'group'        => self::GROUP,
				'status'       => 'pending',
				'date'         => gmdate( 'Y-m-d H:i:s', $due + self::SLACK ),
				'date_compare' => '<=',
				'per_page'     => 1,
				'orderby'      => 'none',
			),
			'ids'
		);
		if ( ! $pending ) {
			as_schedule_single_action( $due, self::HOOK, array(), self::GROUP );
		}
	}

	/**
	 * Takes all our actions out of the schedule.
	 */
	public static function forget(): void {
		if ( function_exists( 'as_unschedule_all_actions' ) && did_action( 'action_scheduler_init' ) ) {
			as_unschedule_all_actions( self::HOOK );
		}
	}
}
