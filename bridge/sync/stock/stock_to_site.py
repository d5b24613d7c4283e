"""Numbers that differ are written to the site, a hundred to a call; what it refuses is noted, the rest goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from bridge import worktime
from bridge.catalog.models import Listing
from bridge.catalog.selectors import differing
from bridge.connections import clients
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Failed, Outcome
from bridge.sync import kinds
from connectors.errors import ConnectorError, PermanentError, TransientError
from connectors.woocommerce.client import WooCommerce

BATCH = 100
# One message writes so many items and then queues the next, so that no worker is held for long.
PORTION = 1000
# An item the site breaks on is tried so often (three minutes), then noted as refused: the others need the message.
TRIES = 4


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Write the differences of each message's shop."""
    return {message.pk: _write_shop(message) for message in messages}


def _write_shop(message: OutboxMessage) -> Outcome:
    """Every item gets its try; only a call that fails as a whole says something of the site, and is raised."""
    shop = message.shop
    client = clients.woocommerce(shop.site)
    portion = list(differing(shop).order_by("variation_id", "product_id", "pk")[:PORTION])
    written, unsure = 0, []
    for parent, group in _groups(portion):
        if worktime.time_is_up():
            break
        unsure += _write(client, group, parent)
        written += len(group)
    if unsure and message.attempts + 1 >= TRIES:
        for listing, error in unsure:
            _refuse(listing, error)
        unsure = []
    if written < len(portion) or len(portion) == PORTION:
        enqueue(shop, shop.site, kinds.STOCK, f"stock:{shop.pk}")
    if unsure:
        error = unsure[0][1]
        detail = f"{len(unsure)} of {written} items: {error.detail}"
        # Whatever the item's own status says, the site answered: this is no outage.
        return Failed(TransientError(detail, code=error.code, status=500))
    return Done(f"{written} items", answered=written > 0)


def _groups(portion: Sequence[Listing]) -> Iterator[tuple[str, list[Listing]]]:
    """What goes in one call: simple products together ('' as parent), variations by their product."""
    rows = sorted(portion, key=lambda x: x.product_id if x.variation_id else "")
    for parent, family in groupby(rows, key=lambda x: x.product_id if x.variation_id else ""):
        listings = list(family)
        for start in range(0, len(listings), BATCH):
            yield parent, listings[start : start + BATCH]


def _write(
    client: WooCommerce, listings: Sequence[Listing], parent: str
) -> list[tuple[Listing, ConnectorError]]:
    """One call. Returns the items whose outcome is open: they stay different, so they are written again."""
    updates = [
        {"id": int(x.variation_id or x.product_id), "stock_quantity": x.wanted_quantity} for x in listings
    ]
    answers = (
        client.products.variations_batch(int(parent), updates) if parent else client.products.batch(updates)
    )
    unsure = []
    for listing, answer in zip(listings, answers, strict=True):
        if isinstance(answer, PermanentError):
            _refuse(listing, answer)
        elif isinstance(answer, ConnectorError):
            unsure.append((listing, answer))
        else:
            listing.site_quantity = listing.wanted_quantity
    # Only our column: a new number may have been wished for while the site was writing this one.
    Listing.objects.bulk_update(listings, ["site_quantity"])
    return unsure


def _refuse(listing: Listing, error: ConnectorError) -> None:
    """Left out until a new number is wished for; one that came meanwhile gets its own try."""
    Listing.objects.filter(pk=listing.pk, wanted_quantity=listing.wanted_quantity).update(
        write_error=error.detail[:500] or error.code or str(error.status)
    )
