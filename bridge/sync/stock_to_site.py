"""Numbers that differ are written to the site, a hundred to a call; what it refuses is noted, the rest goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from bridge.catalog.models import Listing
from bridge.catalog.selectors import differing
from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Outcome
from bridge.sync import kinds
from connectors.errors import ConnectorError, PermanentError
from connectors.woocommerce.client import WooCommerce

BATCH = 100
# One message writes so many items and then queues the next, so that no worker is held for long.
PORTION = 1000


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Write the differences of each message's shop."""
    return {message.pk: _write_shop(message.shop) for message in messages}


def _write_shop(shop: Shop) -> Outcome:
    client = clients.woocommerce(shop.site)
    portion = list(differing(shop).order_by("variation_id", "product_id", "pk")[:PORTION])
    simple = [listing for listing in portion if not listing.variation_id]
    variations = sorted((x for x in portion if x.variation_id), key=lambda x: x.product_id)
    for start in range(0, len(simple), BATCH):
        _write(client, simple[start : start + BATCH], parent="")
    for parent, group in groupby(variations, key=lambda listing: listing.product_id):
        family = list(group)
        for start in range(0, len(family), BATCH):
            _write(client, family[start : start + BATCH], parent=parent)
    if len(portion) == PORTION:
        enqueue(shop, shop.site, kinds.STOCK, f"stock:{shop.pk}")
    return Done(f"{len(portion)} items")


def _write(client: WooCommerce, listings: Sequence[Listing], *, parent: str) -> None:
    updates = [
        {"id": int(x.variation_id or x.product_id), "stock_quantity": x.wanted_quantity} for x in listings
    ]
    answers = (
        client.products.variations_batch(int(parent), updates) if parent else client.products.batch(updates)
    )
    unsure: ConnectorError | None = None
    for listing, answer in zip(listings, answers, strict=True):
        if isinstance(answer, PermanentError):
            listing.write_error = answer.detail[:500]
        elif isinstance(answer, ConnectorError):
            unsure = answer  # stays different, so it is written again
        else:
            listing.site_quantity = listing.wanted_quantity
    # Only our two columns: a new number may have been wished for while the site was writing this one.
    Listing.objects.bulk_update(listings, ["site_quantity", "write_error"])
    if unsure is not None:
        raise unsure
