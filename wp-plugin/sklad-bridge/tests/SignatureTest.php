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

	/**
	 * @dataProvider vectors
	 */
	public function test_signature_of_the_shared_vector_is_recognised( array $case ): void {
		$this->assertTrue( Signature::matches( $case['header'], $case['id'], (string) $case['timestamp'], $case['body'], $case['secrets'] ) );
		$this->assertFalse( Signature::matches( $case['header'], $case['id'], (string) $case['timestamp'], $case['body'] . ' ', $case['secrets'] ) );
		$this->assertFalse( Signature::matches( $case['header'], $case['id'], '1', $case['body'], $case['secrets'] ) );
		$this->assertFalse( Signature::matches( $case['header'], 'another', (string) $case['timestamp'], $case['body'], $case['secrets'] ) );
	}

	public function test_one_of_several_signatures_is_enough_and_one_of_several_secrets(): void {
		$old  = Signature::header( 'id', 7, 'body', array( 'old' ) );
		$both = Signature::header( 'id', 7, 'body', array( 'newest', 'new' ) );
		$this->assertTrue( Signature::matches( $old, 'id', '7', 'body', array( 'new', 'old' ) ) );
		$this->assertTrue( Signature::matches( $both, 'id', '7', 'body', array( 'new', 'old' ) ) );
		$this->assertFalse( Signature::matches( $both, 'id', '7', 'body', array( 'old' ) ) );
		$this->assertFalse( Signature::matches( str_repeat( 'v1=x ', 4 ) . $old, 'id', '7', 'body', array( 'old' ) ), 'too many' );
		$this->assertFalse( Signature::matches( '', 'id', '7', 'body', array( 'old' ) ) );
		$this->assertFalse( Signature::matches( $old, 'id', '7', 'body', array() ) );
	}

	public function test_there_are_at_least_six_vectors(): void {
		$this->assertGreaterThanOrEqual( 6, count( $this->vectors() ) );
	}
}
