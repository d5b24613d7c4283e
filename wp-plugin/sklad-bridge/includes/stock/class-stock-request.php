<?php
/**
 * What the bridge wants to be written: the parsed body of one request.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Complete and checked, or not there at all.
 */
final class Stock_Request {

	public const MOST_ITEMS = 1000;

	/**
	 * Number of this request; later ones have higher numbers.
	 *
	 * @var int
	 */
	public int $revision;

	/**
	 * All sales up to this number are in the quantities.
	 *
	 * @var int
	 */
	public int $counted_through;

	/**
	 * So are all sales before this Unix time: they are older than the bridge.
	 *
	 * @var int
	 */
	public int $counted_since;

	/**
	 * Home address of the site that it is meant for.
	 *
	 * @var string
	 */
	public string $site;

	/**
	 * Items, in the order in which they are answered.
	 *
	 * @var Stock_Item[]
	 */
	public array $items;

	/**
	 * A request.
	 *
	 * @param int          $revision        Number of this request.
	 * @param int          $counted_through All sales up to this number are in the quantities.
	 * @param int          $counted_since   So are all sales before this Unix time.
	 * @param string       $site            Home address of the site that it is meant for.
	 * @param Stock_Item[] $items           Items.
	 */
	private function __construct( int $revision, int $counted_through, int $counted_since, string $site, array $items ) {
		$this->revision        = $revision;
		$this->counted_through = $counted_through;
		$this->counted_since   = $counted_since;
		$this->site            = $site;
		$this->items           = $items;
	}

	/**
	 * Reads a body.
	 *
	 * @param string $body JSON.
	 * @throws Bad_Request When it is not one, or has too many items.
	 */
	public static function parse( string $body ): self {
		$sent = json_decode( $body, true, 8 );
		if ( ! is_array( $sent ) ) {
			throw new Bad_Request( 'The body is not a JSON object.', 400 );
		}
		$sent += array( 'counted_since' => 0 );
		foreach ( array( 'revision', 'counted_through', 'counted_since' ) as $name ) {
			if ( ! is_int( $sent[ $name ] ?? null ) || $sent[ $name ] < 0 ) {
				throw new Bad_Request( "$name is missing or wrong.", 400 );
			}
		}
		if ( ! is_string( $sent['site'] ?? null ) ) {
			throw new Bad_Request( 'site is missing or wrong.', 400 );
		}
		$items = $sent['items'] ?? null;
		if ( ! is_array( $items ) || ! $items || array_keys( $items ) !== range( 0, count( $items ) - 1 ) ) {
			throw new Bad_Request( 'items is not a list, or it is empty.', 400 );
		}
		if ( count( $items ) > self::MOST_ITEMS ) {
			throw new Bad_Request( 'More items than ' . self::MOST_ITEMS . '.', 413 );
		}
		$items = array_map( array( Stock_Item::class, 'parse' ), $items, array_keys( $items ) );
		return new self( $sent['revision'], $sent['counted_through'], $sent['counted_since'], $sent['site'], $items );
	}
}
