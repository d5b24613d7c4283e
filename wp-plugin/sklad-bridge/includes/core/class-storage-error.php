<?php
/**
 * The outbox could not be read or written.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use RuntimeException;

defined( 'ABSPATH' ) || exit;

/**
 * Says nothing but that; the message is the database's.
 */
final class Storage_Error extends RuntimeException {}
