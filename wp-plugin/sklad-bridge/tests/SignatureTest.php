<?php
/**
 * The signature, by the vectors that the bridge tests too.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;
use Sklad_Bridge\Signature;

final class SignatureTest extends TestCase {

	/**
	 * @return array<string, array<int, mixed>>
	 */
	public function vectors(): array {
		$file  = dirname( __DIR__, 3 ) . '/tests/contracts/signature_vectors.json';
		$cases = json_decode( (string) file_get_contents( $file ), true, 512, JSON_THROW_ON_ERROR )['cases'];
		return array_column( array_map( fn( $case ) => array( $case['name'], array( $case ) ), $cases ), 1, 0 );
	}

	/**
	 * @dataProvider vectors
	 */
	public function test_signature_is_the_one_of_the_shared_vector( array $case ): void {
		$this->assertSame( $case['header'], Signature::header( $case['id'], $case['timestamp'], $case['body'], $case['secrets'] ) );
	}

	public function test_there_are_at_least_six_vectors(): void {
		$this->assertGreaterThanOrEqual( 6, count( $this->vectors() ) );
	}
}
