<?php
/**
 * Writes the items of one request one after another, as many as there is time for.
 *
 * @package Sklad_Bridge
 */

declare( strict_types=1 );

namespace Sklad_Bridge;

use Throwable;

defined( 'ABSPATH' ) || exit;

/**
 * One item that fails does not keep the others back.
 */
final class Stock_Batch {

	public const NOT_DONE = 'not_done'; // There was no time left.
	public const ERROR    = 'error';    // Something failed; the others go on.

	/** So many products are read from the database at once. */
	private const CHUNK = 100;

	/**
	 * Writer.
	 *
	 * @var Stock_Writer
	 */
	private Stock_Writer $writer;

	/**
	 * A batch.
	 *
	 * @param Stock_Writer $writer Writer.
	 */
	public function __construct( Stock_Writer $writer ) {
		$this->writer = $writer;
	}

	/**
	 * Writes a request.
	 *
	 * @param Stock_Request $request Request.
	 * @param float         $seconds Time for it.
	 * @return array<int, array<string, mixed>> Answers, in the order of the request.
	 */
	public function write( Stock_Request $request, float $seconds ): array {
		$deadline = hrtime( true ) + (int) ( $seconds * 1e9 );
		$answers  = array();
		foreach ( array_chunk( $request->items, self::CHUNK ) as $items ) {
			if ( hrtime( true ) < $deadline ) {
				_prime_post_caches( array_column( $items, 'id' ) );
			}
			foreach ( $items as $item ) {
				$answers[] = hrtime( true ) < $deadline ? $this->one( $item, $request ) : array(
					'id'     => $item->id,
					'result' => self::NOT_DONE,
				);
			}
		}
		return $answers;
	}

	/**
	 * Writes one item, whatever extensions do.
	 *
	 * @param Stock_Item    $item    Item.
	 * @param Stock_Request $request Request.
	 * @return array<string, mixed> Its answer.
	 */
	private function one( Stock_Item $item, Stock_Request $request ): array {
		try {
			return $this->writer->write( $item, $request->revision, $request->counted_through, $request->counted_since );
		} catch ( Throwable $error ) {
			Journal::caught( $error );
			return array(
				'id'      => $item->id,
				'result'  => self::ERROR,
				// People read it on the bridge; the journal has the error itself.
				'message' => $error instanceof Storage_Error
					? __( 'The site’s database did not take it; the site’s log names the cause.', 'sklad-bridge' )
					: __( 'An extension of the shop broke while it was saved; the site’s log names the cause.', 'sklad-bridge' ),
			);
		}
	}
}
