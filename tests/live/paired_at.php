<?php
/**
 * Lets the plugin believe that the shop was connected at another address: `paired_at.php ADDRESS`.
 *
 * @package Sklad_Bridge
 */

( new Sklad_Bridge\Settings() )->pair( $argv[1] );
