"""One call that writes fields of goods, what the site said to each item, and what we then know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from bridge.catalog.models import Listing
from bridge.connections.faults import said_of_goods
from bridge.domain import fields
from bridge.mapping.goods_from_woocommerce import site_fields
from bridge.mapping.goods_to_woocommerce import update_body
from bridge.portions import portions
from bridge.sync.fields.wanted import differing
from connectors.errors import ConnectorError, PermanentError
from connectors.woocommerce.client import WooCommerce

BATCH = 100
Values = Mapping[str, Any]
Item = tuple[Listing, Values]


class Written(NamedTuple):
    """`sent` and `shown`: what was written, and the item's fields as the site then has them. `refused`: by field, why
    ('' where it cannot be told which). `unsure`: the outcome is open; the item stays different and is written again.
    """

    listing: Listing
    sent: Values
    shown: Values | None = None
    refused: Mapping[str, str] = {}
    unsure: ConnectorError | None = None


def write(client: WooCommerce, parent: str, items: Mapping[int, Item]) -> list[Written]:
    """Write these values. An item refused as a whole is tried again field by field: a barcode that another product has
    must not hold up a price.
    """
    todo = [item for item in items.values() if item[1]]
    found = [Written(listing, {}, {}) for listing, values in items.values() if not values]
    again: list[Item] = []
    for item, answer in zip(todo, _send(client, parent, todo), strict=True):
        listing, values = item
        if isinstance(answer, PermanentError) and len(values) > 1:
            again.append(item)
        else:
            found.append(_result(listing, values, answer))
    for part in portions(again, BATCH):
        found += _one_by_one(client, parent, part)
    return found


def keep(results: Sequence[Written]) -> None:
    """Note what the site has now. What was wanted meanwhile stays different and is written next."""
    said = {result.listing.pk: result for result in results if result.unsure is None}
    with transaction.atomic():
        rows = list(Listing.objects.select_for_update().filter(pk__in=said).order_by("pk"))
        for row in rows:
            _take_over(row, said[row.pk])
        names = ["site_fields", "written_at", "fields_taken", "fields_differ", "fields_error"]
        Listing.objects.bulk_update(rows, names, batch_size=BATCH)


def _one_by_one(client: WooCommerce, parent: str, items: Sequence[Item]) -> list[Written]:
    """Each field of these items in a call of its own, the same field of all of them together."""
    found: dict[int, Written] = {}
    for field in fields.FIELDS:
        part = [(listing, {field: values[field]}) for listing, values in items if field in values]
        if not part:
            continue
        for (listing, values), answer in zip(part, _send(client, parent, part), strict=True):
            before = found.get(listing.pk, Written(listing, {}))
            found[listing.pk] = _joined(before, _result(listing, values, answer))
    return list(found.values())


def _joined(before: Written, now: Written) -> Written:
    return Written(
        now.listing,
        {**before.sent, **now.sent},
        {**(before.shown or {}), **(now.shown or {})},
        {**before.refused, **now.refused},
        before.unsure or now.unsure,
    )


def _send(client: WooCommerce, parent: str, items: Sequence[Item]) -> list[dict[str, Any] | ConnectorError]:
    if not items:
        return []
    updates = [update_body(listing.source_id, values) for listing, values in items]
    return (
        client.products.variations_batch(int(parent), updates) if parent else client.products.batch(updates)
    )


def _result(listing: Listing, values: Values, answer: dict[str, Any] | ConnectorError) -> Written:
    if isinstance(answer, PermanentError):
        of = next(iter(values)) if len(values) == 1 else ""
        return Written(listing, {}, refused={of: said_of_goods(answer)})
    if isinstance(answer, ConnectorError):
        return Written(listing, {}, unsure=answer)
    return Written(listing, values, site_fields(answer, listing.kind))


def _take_over(row: Listing, result: Written) -> None:
    if result.shown is not None:
        row.site_fields = {**row.site_fields, **result.shown}
        row.written_at = timezone.now()
    for field, value in result.sent.items():
        made = row.site_fields.get(field)
        row.fields_taken.pop(field, None)
        if made is not None and not fields.same(field, made, value):
            row.fields_taken[field] = [value, made]
    # A value that was wanted meanwhile gets its own try.
    if result.refused and row.wanted_fields == result.listing.wanted_fields:
        said = [(field, " ".join(why.split())) for field, why in result.refused.items()]
        row.fields_error = "\n".join(f"{field}: {why}" if field else why for field, why in said)[:500]
    row.fields_differ = bool(differing(row))
