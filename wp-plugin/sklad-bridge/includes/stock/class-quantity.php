<?php
/**
 * Amounts of stock as whole numbers of ten-thousandths, so that nothing is rounded on the way. Pure arithmetic.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * The database keeps them with four decimals, the bridge sends and gets them as texts such as "7" and "-1.25".
 */
final class Quantity {

	private const DECIMALS = 4;
	private const UNIT     = 10000;

	/**
	 * Ten-thousandths of a text that is exactly a number with at most four decimals; null of any other.
	 *
	 * @param mixed $text What was sent.
	 */
	public static function parse( $text ): ?int {
		if ( ! is_string( $text ) || ! preg_match( '/^-?\d{1,12}(\.\d{1,4})?$/D', $text ) ) {
			return null;
		}
		return self::read( $text );
	}

	/**
	 * Ten-thousandths of what the database holds: "7", "7.000000", "-0.5", "" for nothing. Further decimals are cut off.
	 *
	 * @param string $text Stored number.
	 */
	public static function read( string $text ): int {
		if ( ! preg_match( '/^([+-]?)\s*(\d*)\.?(\d*)/', trim( $text ), $parts ) ) {
			return 0;
		}
		$decimals = substr( str_pad( $parts[3], self::DECIMALS, '0' ), 0, self::DECIMALS );
		$amount   = (int) $parts[2] * self::UNIT + (int) $decimals;
		return '-' === $parts[1] ? -$amount : $amount;
	}

	/**
	 * The number as a text without needless zeros.
	 *
	 * @param int $amount Ten-thousandths.
	 */
	public static function text( int $amount ): string {
		$whole    = intdiv( abs( $amount ), self::UNIT );
		$decimals = rtrim( sprintf( '%04d', abs( $amount ) % self::UNIT ), '0' );
		return ( $amount < 0 ? '-' : '' ) . $whole . ( '' === $decimals ? '' : ".$decimals" );
	}

	/**
	 * What this shop can store of an amount: whole pieces, unless an extension lets it sell parts of them.
	 *
	 * @param int $amount Ten-thousandths.
	 */
	public static function storable( int $amount ): int {
		return (int) round( (float) wc_stock_amount( $amount / self::UNIT ) * self::UNIT );
	}
}
