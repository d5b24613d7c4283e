"""Fields that differ are written to the site, a hundred items to a call; what it refuses is noted, the rest goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bridge import worktime
from bridge.catalog.models import Listing
from bridge.connections import clients
from bridge.connections.faults import of_items, said_of_goods
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Failed, Outcome
from bridge.sync import kinds, last_writes
from bridge.sync.fields import wishes
from bridge.sync.fields.wanted import differing
from bridge.sync.fields.writing import Written, keep, write
from bridge.sync.last_writes import Write
from bridge.sync.site_reading import by_call
from connectors.errors import ConnectorError

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
    if not shop.write_goods:
        return Done("nothing is written before the owner has agreed", answered=False)
    client = clients.woocommerce(shop.site)
    portion = list(wishes.waiting(shop).order_by("variation_id", "product_id", "pk")[:PORTION])
    last_try = message.attempts + 1 >= TRIES
    unsure: list[ConnectorError] = []
    looked_at = 0
    for parent, group in by_call(portion):
        if worktime.time_is_up():
            break
        results = write(client, parent, {one.pk: (one, _values(one)) for one in group})
        keep(_refused(results) if last_try else results)
        last_writes.keep(shop, _writes(results))
        unsure += [] if last_try else [result.unsure for result in results if result.unsure]
        looked_at += len(group)
    if looked_at < len(portion) or len(portion) == PORTION:
        enqueue(shop, shop.site, kinds.FIELDS, f"fields:{shop.pk}")
    if unsure:
        return Failed(of_items(unsure[0]))
    return Done(f"{looked_at} items", answered=looked_at > 0)


def _writes(results: Sequence[Written]) -> list[Write]:
    """What the site has now in the place of what it had, for people to see."""
    return [
        Write(one.listing.pk, field, one.listing.site_fields.get(field), (one.shown or {}).get(field, value))
        for one in results
        for field, value in one.sent.items()
    ]


def _values(listing: Listing) -> dict[str, object]:
    return {field: listing.wanted_fields[field] for field in differing(listing)}


def _refused(results: Sequence[Written]) -> list[Written]:
    """After the last try what is open counts as refused."""
    return [
        result._replace(refused={**result.refused, "": said_of_goods(result.unsure)}, unsure=None)
        if result.unsure
        else result
        for result in results
    ]
