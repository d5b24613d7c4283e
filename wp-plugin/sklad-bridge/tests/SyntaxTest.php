<?php
/**
 * The plugin runs on the oldest PHP it names, and one file alone has the hooks.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge\Tests;

use PHPUnit\Framework\TestCase;

final class SyntaxTest extends TestCase {

	/**
	 * @return array<string, array<int, string>>
	 */
	public function files(): array {
		$root  = dirname( __DIR__ );
		$files = array_merge( (array) glob( "$root/*.php" ), (array) glob( "$root/includes/*.php" ), (array) glob( "$root/includes/*/*.php" ) );
		return array_combine( array_map( 'basename', $files ), array_map( fn( $file ) => array( (string) $file ), $files ) );
	}

	/**
	 * @dataProvider files
	 */
	public function test_file_has_nothing_newer_than_php_7_4( string $file ): void {
		$newer = array_filter( array_map( 'constant', array_filter( array( 'T_MATCH', 'T_NULLSAFE_OBJECT_OPERATOR', 'T_ENUM', 'T_READONLY', 'T_ATTRIBUTE' ), 'defined' ) ) );
		$code  = '';
		foreach ( token_get_all( (string) file_get_contents( $file ) ) as $token ) {
			$this->assertNotContains( is_array( $token ) ? $token[0] : $token, $newer, is_array( $token ) ? $token[1] : $token );
			if ( ! is_array( $token ) || ! in_array( $token[0], array( T_COMMENT, T_DOC_COMMENT, T_CONSTANT_ENCAPSED_STRING ), true ) ) {
				$code .= is_array( $token ) ? $token[1] : $token;
			}
		}
		$this->assertDoesNotMatchRegularExpression( '/function \w+\([^)]*\b(private|public|protected) /', $code, 'constructor promotion' );
		$this->assertDoesNotMatchRegularExpression( '/\)\s*:\s*(mixed|static|never|\??\w+\|)/', $code, 'return type' );
		$this->assertDoesNotMatchRegularExpression( '/\b(str_contains|str_starts_with|str_ends_with|array_is_list)\(/', $code, 'function' );
		$this->assertDoesNotMatchRegularExpression( '/\(\s*\w+: /', $code, 'named argument' );
	}

	/**
	 * @dataProvider files
	 */
	public function test_file_is_strict_and_closed_to_direct_calls( string $file ): void {
		$text = (string) file_get_contents( $file );
		$this->assertStringContainsString( 'declare( strict_types=1 );', $text );
		$this->assertMatchesRegularExpression( "/defined\( '(ABSPATH|WP_UNINSTALL_PLUGIN)' \) \|\| exit;/", $text );
	}

	/**
	 * @dataProvider files
	 */
	public function test_hooks_are_in_one_file( string $file ): void {
		$found = preg_match( '/\badd_(action|filter)\(/', (string) preg_replace( '~/\*.*?\*/~s', '', (string) file_get_contents( $file ) ) );
		$this->assertSame( 'class-plugin.php' === basename( $file ) ? 1 : 0, $found );
	}

	/**
	 * The folders do not stand in the names of classes: two files of one name would hide one another.
	 */
	public function test_every_class_is_found_wherever_its_file_lies(): void {
		$files = (array) glob( dirname( __DIR__ ) . '/includes/*/*.php' );
		$this->assertGreaterThan( 50, count( $files ) );
		$this->assertSame( array(), array_diff_key( $files, array_unique( array_map( 'basename', $files ) ) ), 'two files of one name' );
		foreach ( $files as $file ) {
			$word = (string) preg_replace( '/^(class|interface)-|\.php$/', '', basename( (string) $file ) );
			$name = 'Sklad_Bridge\\' . str_replace( '-', '_', ucwords( $word, '-' ) );
			$this->assertTrue( class_exists( $name ) || interface_exists( $name ), "$name in $file" );
			// Below this folder, or where the shop has the plugin installed (run-on-wordpress.php).
			$this->assertStringEndsWith( substr( (string) $file, strlen( dirname( __DIR__ ) ) ), (string) ( new \ReflectionClass( $name ) )->getFileName() );
		}
	}
}
