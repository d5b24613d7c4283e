"""Something the fields of a listing depend on has changed: they are worked out anew, and differences are queued."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.outbox.enqueue import enqueue
from bridge.portions import portions
from bridge.sync import kinds
from bridge.sync.fields.goods import goods_of
from bridge.sync.fields.wanted import Wanted, Wishes, differing

NOTHING = Wanted({}, {})


def items_changed(shop: Shop, items: Collection[str]) -> None:
    """Of these items of MoySklad and of the variants of these products."""
    wishes = Wishes(shop) if items else None
    if wishes is None or not wishes.owned:
        return
    linked = Listing.objects.filter(shop=shop, present=True, binding__isnull=False)
    found: set[int] = set()
    for part in portions(sorted(items)):
        of_items = Q(binding__product__external_id__in=part)
        of_items |= Q(binding__product__parent_external_id__in=part)
        found |= set(linked.filter(of_items).values_list("pk", flat=True))
    _work_out(shop, wishes, sorted(found))


def listings_changed(shop: Shop, listing_ids: Iterable[int]) -> None:
    """Of these listings: linked or unlinked, or the site showed other values."""
    wishes = Wishes(shop)
    if wishes.owned:
        _work_out(shop, wishes, sorted(set(listing_ids)))


def waiting(shop: Shop) -> QuerySet[Listing]:
    """Listings with something to write; what the site refused waits for another value."""
    return Listing.objects.filter(
        shop=shop, present=True, fields_differ=True, fields_error="", binding__isnull=False
    )


def queue(shop: Shop) -> None:
    """One message per shop stands for all its differences; the values themselves lie with the listings."""
    if shop.write_goods:
        with transaction.atomic():
            if waiting(shop).exists():
                enqueue(shop, shop.site, kinds.FIELDS, f"fields:{shop.pk}")


def try_again(shop: Shop) -> None:
    """What the site refused may be in order by now."""
    Listing.objects.filter(shop=shop).exclude(fields_error="").update(fields_error="")
    queue(shop)


def _work_out(shop: Shop, wishes: Wishes, listing_ids: Iterable[int]) -> None:
    news = False
    for part in portions(listing_ids):
        news |= _part(shop, wishes, part)
    if news:
        queue(shop)


def _part(shop: Shop, wishes: Wishes, pks: Sequence[int]) -> bool:
    """Whether one of these listings has something to write now. Rows are locked in one order, whoever writes."""
    with transaction.atomic():
        rows = list(
            Listing.objects.select_for_update(of=("self",))
            .filter(pk__in=pks)
            .select_related("binding__product")
            .order_by("pk")
        )
        goods = goods_of(shop, [row.binding.product for row in rows if _is_linked(row)])
        changed = []
        for row in rows:
            wanted = NOTHING
            if _is_linked(row):
                wanted = wishes.wanted(row.kind, row.site_fields, goods[row.binding.product_id])
            if _take(row, wanted):
                changed.append(row)
        names = ["wanted_fields", "fields_withheld", "fields_error", "fields_differ"]
        Listing.objects.bulk_update(changed, names)
    return any(row.fields_differ for row in changed)


def _take(row: Listing, wanted: Wanted) -> bool:
    """Give a row its wishes; False where they were these already. A new value gets its own try."""
    before = (row.wanted_fields, row.fields_withheld, row.fields_error, row.fields_differ)
    if row.wanted_fields != wanted.values:
        row.fields_error = ""
    row.wanted_fields, row.fields_withheld = wanted
    row.fields_differ = bool(differing(row))
    return before != (row.wanted_fields, row.fields_withheld, row.fields_error, row.fields_differ)


def _is_linked(row: Listing) -> bool:
    """With an item that is still there; of one that is gone nothing is known any more."""
    binding = getattr(row, "binding", None)
    return binding is not None and bool(binding.product.present)


def follow_moysklad(shop: Shop) -> bool:
    """Whether any field of any item does."""
    return bool(Wishes(shop).owned)


def want_nothing(shop: Shop) -> None:
    """No field follows MoySklad any more."""
    rows = Listing.objects.filter(shop=shop)
    left = rows.filter(fields_differ=True) | rows.exclude(wanted_fields={}) | rows.exclude(fields_withheld={})
    left.update(wanted_fields={}, fields_withheld={}, fields_differ=False, fields_error="")
