<?php
/**
 * Keeps a cloned or moved site from sending its orders as if it were the shop.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Compares this site's home address with the one that was connected; events are kept until a person decides.
 */
final class Site_Guard {

	/**
	 * Settings.
	 *
	 * @var Settings
	 */
	private Settings $settings;

	/**
	 * Guards the site of these settings.
	 *
	 * @param Settings $settings Settings.
	 */
	public function __construct( Settings $settings ) {
		$this->settings = $settings;
	}

	/**
	 * Home address of this site as stored; home_url() may be changed per language by extensions.
	 */
	public static function home(): string {
		return untrailingslashit( (string) get_option( 'home' ) );
	}

	/**
	 * This site is not the one that was connected.
	 */
	public function is_elsewhere(): bool {
		$paired = $this->settings->paired_home();
		return '' !== $paired && ! self::is_here( $paired );
	}

	/**
	 * An address is the one of this site.
	 *
	 * @param string $address Home address.
	 */
	public static function is_here( string $address ): bool {
		return self::place( $address ) === self::place( self::home() );
	}

	/**
	 * "This is the same shop": connects the site at its present address.
	 */
	public function pair(): void {
		$this->settings->pair( self::home() );
	}

	/**
	 * An address without what does not make another shop: the scheme, `www.`, a final slash.
	 *
	 * @param string $address Home address.
	 */
	private static function place( string $address ): string {
		$parts = wp_parse_url( $address );
		$place = (string) preg_replace( '/^www\./', '', strtolower( (string) ( $parts['host'] ?? '' ) ) );
		$port  = (int) ( $parts['port'] ?? 0 );
		if ( 0 !== $port && 80 !== $port && 443 !== $port ) {
			$place .= ":$port";
		}
		return $place . untrailingslashit( (string) ( $parts['path'] ?? '' ) );
	}
}
