<?php
/**
 * What was found when an order was read at sending time.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Found with its data, found but not to be shown as data, gone, or nothing the bridge wants to know (a draft, a subscription).
 */
final class Order_Snapshot {

	/**
	 * The order exists.
	 *
	 * @var bool
	 */
	public bool $exists;

	/**
	 * The bridge wants to know of it.
	 *
	 * @var bool
	 */
	public bool $wanted;

	/**
	 * The order as REST v3 shows it; null when gone or unreadable.
	 *
	 * @var array<string, mixed>|null
	 */
	public ?array $data;

	/**
	 * Its refunds as REST v3 shows them, the newest first; null with $data.
	 *
	 * @var array<int, array<string, mixed>>|null
	 */
	public ?array $refunds;

	/**
	 * One of the four cases.
	 *
	 * @param bool                                  $exists  The order exists.
	 * @param bool                                  $wanted  The bridge wants to know of it.
	 * @param array<string, mixed>|null             $data    The order as REST v3 shows it.
	 * @param array<int, array<string, mixed>>|null $refunds Its refunds as REST v3 shows them, the newest first.
	 */
	public function __construct( bool $exists, bool $wanted, ?array $data = null, ?array $refunds = null ) {
		$this->exists  = $exists;
		$this->wanted  = $wanted;
		$this->data    = $data;
		$this->refunds = $refunds;
	}
}
