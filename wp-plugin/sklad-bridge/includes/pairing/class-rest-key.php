<?php
/**
 * A key of WooCommerce's REST API that this plugin has made.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

defined( 'ABSPATH' ) || exit;

/**
 * Number and ending are kept, to revoke this key and no other; key and secret go to the bridge and are kept nowhere.
 */
final class Rest_Key {

	/**
	 * Number of its row.
	 *
	 * @var int
	 */
	public int $id;

	/**
	 * The last characters of the consumer key, as WooCommerce shows them.
	 *
	 * @var string
	 */
	public string $ending;

	/**
	 * Consumer key, '' when it is known no more.
	 *
	 * @var string
	 */
	public string $consumer_key;

	/**
	 * Consumer secret, '' when it is known no more.
	 *
	 * @var string
	 */
	public string $consumer_secret;

	/**
	 * A key.
	 *
	 * @param int    $id              Number of its row.
	 * @param string $ending          The last characters of the consumer key.
	 * @param string $consumer_key    Consumer key.
	 * @param string $consumer_secret Consumer secret.
	 */
	public function __construct( int $id, string $ending, string $consumer_key = '', string $consumer_secret = '' ) {
		$this->id              = $id;
		$this->ending          = $ending;
		$this->consumer_key    = $consumer_key;
		$this->consumer_secret = $consumer_secret;
	}
}
