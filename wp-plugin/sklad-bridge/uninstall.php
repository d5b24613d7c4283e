<?php
/**
 * Removes everything when the plugin is deleted.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

require_once __DIR__ . '/includes/autoload.php';

Sklad_Bridge\Installer::uninstall();
