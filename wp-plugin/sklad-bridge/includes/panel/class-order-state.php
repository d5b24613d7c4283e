<?php
/**
 * Where one order stands, as the bridge says.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Texts come from the bridge, in the reader's language, and are escaped where they are printed.
 */
final class Order_State {

	/** The bridge has not heard of the order. */
	public const UNKNOWN = 'unknown';

	/** Somebody has to do something. */
	public const NEEDS_YOU = 'needs_you';

	/**
	 * Code of the bridge: sent, waiting, needs_you, left, not_sent; or unknown.
	 *
	 * @var string
	 */
	public string $code;

	/**
	 * The state in words.
	 *
	 * @var string
	 */
	public string $label;

	/**
	 * Number of the document in MoySklad, '' when there is none.
	 *
	 * @var string
	 */
	public string $number;

	/**
	 * Its page in MoySklad, '' when there is none.
	 *
	 * @var string
	 */
	public string $url;

	/**
	 * The order's page in the bridge.
	 *
	 * @var string
	 */
	public string $page;

	/**
	 * What stands in the way, '' when nothing does.
	 *
	 * @var string
	 */
	public string $problem;

	/**
	 * What to do about it.
	 *
	 * @var string
	 */
	public string $remedy;

	/**
	 * A state.
	 *
	 * @param array<string, mixed> $row What the bridge said of one order.
	 */
	private function __construct( array $row ) {
		foreach ( array( 'label', 'number', 'url', 'page', 'problem', 'remedy' ) as $name ) {
			$this->$name = is_string( $row[ $name ] ?? null ) ? $row[ $name ] : '';
		}
		$this->code  = is_string( $row['state'] ?? null ) ? $row['state'] : self::UNKNOWN;
		$this->label = '' === $this->label ? __( 'not in the bridge yet', 'sklad-bridge' ) : $this->label;
	}

	/**
	 * The state the bridge described.
	 *
	 * @param array<string, mixed> $row What the bridge said of one order.
	 */
	public static function from_row( array $row ): self {
		return new self( $row );
	}
}
