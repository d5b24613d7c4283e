<?php
/**
 * A body of the bridge that cannot be taken; its code is the HTTP status.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use InvalidArgumentException;

defined( 'ABSPATH' ) || exit;

/**
 * The message says where it is wrong.
 */
final class Bad_Request extends InvalidArgumentException {
}
