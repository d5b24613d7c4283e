"""New goods as drafts, archived goods hidden: where the owner switched that on, a preview offers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bridge.catalog.models import Listing, Product
from bridge.connections.faults import said_of_goods
from bridge.connections.models import Shop
from bridge.domain.changed_values import HIDE, PUBLISH
from bridge.sync.goods import publishing
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews import outcomes
from bridge.sync.previews.planned import Planner
from bridge.sync.previews.present import Present
from connectors.errors import ConnectorError

DRAFT = "draft"


def offered(shop: Shop, planner: Planner) -> Iterator[GoodsChange]:
    """Nothing unless the owner asked to be offered it."""
    for product in publishing.planned_publish(shop):
        yield planner.change(None, PUBLISH, "", DRAFT, product=product, reason="new_in_moysklad")
    for listing in publishing.planned_hide(shop).iterator(chunk_size=500):
        gone = "archived_in_moysklad" if listing.binding.product.present else "deleted_in_moysklad"
        hidden = publishing.HIDDEN.get(listing.kind, DRAFT)
        yield planner.change(listing, HIDE, listing.status, hidden, reason=gone)


def publish(run: GoodsRun, rows: Sequence[GoodsChange]) -> None:
    """Make the drafts; one that is there already is linked, and said to be. Raises ConnectorError."""
    going = [row for row in rows if row.product is not None and _is_wanted(row, row.product)]
    tried = {row.pk for row in going if row.values.get("sent")}
    _sent(going)
    products = [row.product for row in going if row.product is not None]
    for row, result in zip(going, publishing.publish(run.shop, products), strict=True):
        if result.listing is not None and (result.made or row.pk in tried):
            row.listing = result.listing
            outcomes.written(row, "", DRAFT)
        elif result.listing is not None:
            outcomes.overtaken(row, "linked_instead")
        else:
            _open(row, result.refused, result.unsure)


def hide(run: GoodsRun, rows: Sequence[GoodsChange], present: Mapping[int, Present]) -> None:
    """Take these out of sight, where they still are in sight and still gone in MoySklad. Raises ConnectorError."""
    going: dict[int, GoodsChange] = {}
    found = Listing.objects.filter(pk__in={row.listing_id for row in rows}).select_related("binding__product")
    listings = {listing.pk: listing for listing in found}
    for row in rows:
        here, listing = present.get(row.listing_id or 0), listings.get(row.listing_id or 0)
        if here is None or listing is None:
            outcomes.refused(row, "gone_from_site")
        elif here.status == row.values["new"] and row.values.get("sent"):
            outcomes.written(row, row.values["old"], here.status)
        elif here.status != row.values["old"] or not _is_gone(listing):
            outcomes.overtaken(row, "changed_since_shown", here.status, row.values["old"])
        else:
            going[listing.pk] = row
    _sent(list(going.values()))
    for result in publishing.hide(run.shop, [listings[pk] for pk in sorted(going)]):
        row = going[result.listing.pk]
        if result.refused or result.unsure is not None:
            _open(row, result.refused, result.unsure)
        else:
            outcomes.written(row, row.values["old"], row.values["new"])


def _is_wanted(row: GoodsChange, product: Product) -> bool:
    if product.present and not product.archived:
        return True
    outcomes.overtaken(row, "archived_in_moysklad" if product.present else "deleted_in_moysklad")
    return False


def _is_gone(listing: Listing) -> bool:
    binding = getattr(listing, "binding", None)
    return binding is not None and (binding.product.archived or not binding.product.present)


def _sent(rows: list[GoodsChange]) -> None:
    for row in rows:
        row.values |= {"sent": True}
    GoodsChange.objects.bulk_update(rows, ["values"], batch_size=500)


def _open(row: GoodsChange, refused: str, unsure: ConnectorError | None) -> None:
    if refused:
        outcomes.refused(row, refused)
    elif unsure is not None:
        row.detail = said_of_goods(unsure)[:500]
