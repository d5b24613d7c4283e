<?php
/**
 * Plugin Name:          Sklad Bridge
 * Description:          Tells the Sklad Bridge server about every order that changed, so that it reaches MoySklad within seconds, and takes stock from it without undoing a sale.
 * Version:              1.3.0
 * Requires at least:    6.4
 * Requires PHP:         7.4
 * Requires Plugins:     woocommerce
 * WC requires at least: 8.2
 * WC tested up to:      11.0
 * Author:               Sklad Bridge
 * License:              GPL-2.0-or-later
 * License URI:          https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:          sklad-bridge
 * Domain Path:          /languages
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

define( 'SKLAD_BRIDGE_VERSION', '1.3.0' );
define( 'SKLAD_BRIDGE_FILE', __FILE__ );

require_once __DIR__ . '/includes/autoload.php';

Sklad_Bridge\Plugin::boot();
