<?php
/**
 * Says whether this site has what the plugin needs.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * WordPress before 6.5 does not read "Requires Plugins", and no version compares WooCommerce's.
 */
final class Requirements {

	public const WOOCOMMERCE = '8.2';

	/**
	 * WooCommerce is active and new enough.
	 */
	public static function met(): bool {
		return defined( 'WC_VERSION' ) && version_compare( WC_VERSION, self::WOOCOMMERCE, '>=' );
	}

	/**
	 * What is missing, for a person.
	 */
	public static function sentence(): string {
		return sprintf(
			/* translators: %s: version number */
			__( 'Sklad Bridge needs WooCommerce %s or newer. Activate or update WooCommerce; until then no order is sent.', 'sklad-bridge' ),
			self::WOOCOMMERCE
		);
	}
}
