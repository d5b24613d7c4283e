<?php
/**
 * Which addresses are the same shop.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Settings;
use Sklad_Bridge\Site_Guard;

final class SiteGuardTest extends TestCase {

	/**
	 * Paired address as a change of the present one, and whether this is another site then.
	 *
	 * @return array<string, array<int, mixed>>
	 */
	public function addresses(): array {
		return array(
			'the same'          => array( fn( $home ) => $home, false ),
			'never connected'   => array( fn( $home ) => '', false ),
			'now with TLS'      => array( fn( $home ) => (string) preg_replace( '/^https?/', 'ftp', $home ), false ),
			'final slash'       => array( fn( $home ) => "$home/", false ),
			'capital letters'   => array( fn( $home ) => strtoupper( $home ), false ),
			'with www'          => array( fn( $home ) => str_replace( '://', '://www.', $home ), false ),
			'another host'      => array( fn( $home ) => 'https://old.example.test', true ),
			'staging subdomain' => array( fn( $home ) => str_replace( '://', '://staging.', $home ), true ),
			'a folder'          => array( fn( $home ) => "$home/copy", true ),
			'another port'      => array( fn( $home ) => 'https://shop.example.test:9999', true ),
		);
	}

	/**
	 * @dataProvider addresses
	 */
	public function test_other_place_is_told_from_the_same_shop( callable $paired, bool $elsewhere ): void {
		$shop = new Shop();
		$shop->settings->pair( $paired( Site_Guard::home() ) );
		$this->assertSame( $elsewhere, $shop->guard->is_elsewhere() );
	}

	public function test_pairing_ends_being_a_copy(): void {
		$shop = new Shop();
		$shop->settings->mark_as_copy();
		$shop->guard->pair();
		$this->assertFalse( $shop->settings->is_copy() );
		$this->assertTrue( $shop->settings->ready() );
	}

	/**
	 * @return array<int, array<int, string>>
	 */
	public function addresses_of_bridges(): array {
		return array(
			array( 'https://bridge.example.test/api/v1/events/woocommerce/1/', '' ),
			array( 'http://10.0.0.5:8000/api/v1/events/woocommerce/1/', '' ),
			array( 'ftp://bridge.example.test/', 'address_invalid' ),
			array( 'bridge.example.test', 'address_invalid' ),
			array( 'https://', 'address_invalid' ),
			array( 'https://user:password@bridge.example.test/', 'address_invalid' ),
			array( '', 'address_invalid' ),
		);
	}

	/**
	 * @dataProvider addresses_of_bridges
	 */
	public function test_address_of_the_bridge_is_checked( string $address, string $fault ): void {
		$this->assertSame( $fault, Settings::address_fault( $address ) );
	}
}
