<?php
/**
 * What the owner has set: where the bridge is, the shared secret, and which site this is.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * The secret lies in an option of its own that is not loaded with every page.
 */
final class Settings {

	public const OPTION        = 'sklad_bridge_settings';
	public const SECRET_OPTION = 'sklad_bridge_secret';

	/** For so long the previous secret signs too, so that both sides can be changed one after the other. */
	public const ROTATION = 604800; // 7 days.

	/**
	 * Address, paired site and mode as stored.
	 *
	 * @return array{address: string, home: string, copy: bool, user_id: int, has_secret: bool, key_id: int, key_ending: string}
	 */
	private function stored(): array {
		$stored = get_option( self::OPTION, array() );
		$stored = is_array( $stored ) ? $stored : array();
		return array(
			'address'    => (string) ( $stored['address'] ?? '' ),
			'home'       => (string) ( $stored['home'] ?? '' ),
			'copy'       => (bool) ( $stored['copy'] ?? false ),
			'user_id'    => (int) ( $stored['user_id'] ?? 0 ),
			'has_secret' => (bool) ( $stored['has_secret'] ?? false ),
			'key_id'     => (int) ( $stored['key_id'] ?? 0 ),
			'key_ending' => (string) ( $stored['key_ending'] ?? '' ),
		);
	}

	/**
	 * Changes some of the stored values.
	 *
	 * @param array<string, mixed> $changes Values by name.
	 */
	private function store( array $changes ): void {
		update_option( self::OPTION, array_merge( $this->stored(), $changes ), true );
	}

	/**
	 * There is somewhere to send to, and this site is not marked as a copy.
	 */
	public function ready(): bool {
		$stored = $this->stored();
		return '' !== $stored['address'] && $stored['has_secret'] && ! $stored['copy'];
	}

	/**
	 * Full address that events are sent to, '' when not set.
	 */
	public function address(): string {
		return $this->stored()['address'];
	}

	/**
	 * Where the bridge is asked about orders of this shop; '' when the event address does not say.
	 *
	 * @param string $what '' for where they stand, 'send/' to send them again.
	 */
	public function orders_address( string $what = '' ): string {
		$found = preg_match( '~^(.+)/api/v1/events/woocommerce/(\d+)/?$~', $this->address(), $parts );
		return $found ? "$parts[1]/api/v1/site/$parts[2]/orders/$what" : '';
	}

	/**
	 * Sets the address that was checked before.
	 *
	 * @param string $address Full address.
	 */
	public function set_address( string $address ): void {
		$this->store( array( 'address' => $address ) );
	}

	/**
	 * Why an address cannot be taken, as a code of Words; '' when it can.
	 *
	 * @param string $address Full address.
	 */
	public static function address_fault( string $address ): string {
		$parts  = wp_parse_url( $address );
		$scheme = strtolower( (string) ( $parts['scheme'] ?? '' ) );
		if ( ! in_array( $scheme, array( 'http', 'https' ), true ) || empty( $parts['host'] ) || isset( $parts['user'] ) ) {
			return 'address_invalid';
		}
		return '';
	}

	/**
	 * Secrets to sign with, the new one first; none when not set.
	 *
	 * @param int $now Unix seconds.
	 * @return string[]
	 */
	public function secrets( int $now ): array {
		$stored = get_option( self::SECRET_OPTION, array() );
		if ( ! is_array( $stored ) || '' === (string) ( $stored['secret'] ?? '' ) ) {
			return array();
		}
		$secrets = array( (string) $stored['secret'] );
		if ( '' !== (string) ( $stored['previous'] ?? '' ) && (int) ( $stored['changed'] ?? 0 ) + self::ROTATION > $now ) {
			$secrets[] = (string) $stored['previous'];
		}
		return $secrets;
	}

	/**
	 * Sets a new secret; the one before it stays valid for a week.
	 *
	 * @param string $secret Secret as the bridge gave it.
	 * @param int    $now    Unix seconds.
	 */
	public function set_secret( string $secret, int $now ): void {
		$current = $this->secrets( $now )[0] ?? '';
		if ( $secret === $current ) {
			return;
		}
		update_option(
			self::SECRET_OPTION,
			array(
				'secret'   => $secret,
				'previous' => $current,
				'changed'  => $now,
			),
			false
		);
		$this->store( array( 'has_secret' => '' !== $secret ) );
	}

	/**
	 * A secret is set.
	 */
	public function has_secret(): bool {
		return $this->stored()['has_secret'];
	}

	/**
	 * The bridge has accepted a code.
	 *
	 * @param string   $address Where events go.
	 * @param string   $secret  What they are signed with.
	 * @param int      $user_id In whose name the bridge acts here.
	 * @param Rest_Key $key     The key it was given.
	 * @param int      $now     Unix seconds.
	 */
	public function connect( string $address, string $secret, int $user_id, Rest_Key $key, int $now ): void {
		$this->set_secret( $secret, $now );
		$this->store(
			array(
				'address'    => $address,
				'user_id'    => $user_id,
				'key_id'     => $key->id,
				'key_ending' => $key->ending,
			)
		);
	}

	/**
	 * Forgets the bridge.
	 */
	public function disconnect(): void {
		update_option( self::SECRET_OPTION, array(), false ); // A change of the secret begins the numbers of stock writes anew, for whichever bridge comes next.
		delete_option( self::OPTION );
	}

	/**
	 * The key that was made for the bridge; null when the bridge got its keys in another way.
	 */
	public function key(): ?Rest_Key {
		$stored = $this->stored();
		return $stored['key_id'] > 0 ? new Rest_Key( $stored['key_id'], $stored['key_ending'] ) : null;
	}

	/**
	 * Home address of the site that was connected, '' before that.
	 */
	public function paired_home(): string {
		return $this->stored()['home'];
	}

	/**
	 * Connects this site.
	 *
	 * @param string $home Home address of this site.
	 */
	public function pair( string $home ): void {
		$this->store(
			array(
				'home' => $home,
				'copy' => false,
			)
		);
	}

	/**
	 * This site is a copy of the shop: nothing is collected and nothing sent.
	 */
	public function is_copy(): bool {
		return $this->stored()['copy'];
	}

	/**
	 * Marks this site as a copy.
	 */
	public function mark_as_copy(): void {
		$this->store( array( 'copy' => true ) );
	}

	/**
	 * The user who connected the bridge, in whose name orders are shown.
	 */
	public function user_id(): int {
		return $this->stored()['user_id'];
	}

	/**
	 * Remembers the user who connected the bridge.
	 *
	 * @param int $user_id User id.
	 */
	public function set_user_id( int $user_id ): void {
		$this->store( array( 'user_id' => $user_id ) );
	}
}
