<?php
/**
 * The name of the transport of WordPress that writes and does not wait.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace WpOrg\Requests\Transport;

/**
 * Works everywhere here.
 */
final class Fsockopen {
	public static function test(): bool {
		return true;
	}
}
