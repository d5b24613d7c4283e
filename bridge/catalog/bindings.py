"""Which listing is which product: matched by SKU where exactly one fits, chosen by a person otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from bridge.catalog.candidates import has_key, in_warehouse, key_of, owners, rivals, shape_of
from bridge.catalog.models import Listing, Product, ProductBinding
from bridge.connections.models import Shop
from bridge.domain.matching import decide, normal_sku
from bridge.domain.order import Line

Match: TypeAlias = Listing.Match
Origin: TypeAlias = ProductBinding.Origin

# A link whose product was deleted in MoySklad, or whose listing on the site. It says so until a person takes it away
# or another item has the SKU; documents and lists count it as no link, and the site shows 0 of what is gone.
LOST = Q(binding__isnull=False) & (Q(present=False) | Q(binding__product__present=False))
# Whose link went because the SKU was renamed or doubled, on either side.
UNDONE_BY_SKU = Q(present=True, lost_link__isnull=False)


def ensure_listings(shop: Shop, lines: Iterable[Line]) -> dict[tuple[str, str], Listing]:
    """The listings of an order's lines, by (product id, variation id); items the catalogue import has not seen yet are
    made and matched.
    """
    wanted = {(line.product_id, line.variation_id): line for line in lines if line.product_id}
    make_listings(shop, wanted)
    return find_listings(shop, wanted)


def make_listings(shop: Shop, wanted: Mapping[tuple[str, str], Line]) -> None:
    """Those of these lines, by (product id, variation id), that the catalogue import has not seen yet."""
    known = set(among(shop, wanted.keys()).values_list("product_id", "variation_id"))
    fresh = [
        Listing(
            shop=shop,
            product_id=product_id,
            variation_id=variation_id,
            sku=normal_sku(line.sku)[:255],
            name=line.name[:500],
            seen_at=timezone.now(),
        )
        for (product_id, variation_id), line in sorted(wanted.items(), key=itemgetter(0))
        if (product_id, variation_id) not in known
    ]
    if fresh:
        Listing.objects.bulk_create(fresh, ignore_conflicts=True)
        match(shop, find_listings(shop, wanted).values())


def find_listings(shop: Shop, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Listing]:
    """Listings by (product id, variation id)."""
    keys = set(keys)
    rows = among(shop, keys).select_related("binding__product")
    return {
        (row.product_id, row.variation_id): row for row in rows if (row.product_id, row.variation_id) in keys
    }


def among(shop: Shop, keys: Collection[tuple[str, str]]) -> QuerySet[Listing]:
    """These and a few others, by (product id, variation id): not all the thousands of variations of a product."""
    products, variations = zip(*keys, strict=True) if keys else ((), ())
    return Listing.objects.filter(shop=shop, product_id__in=set(products), variation_id__in=set(variations))


def match(shop: Shop, listings: Iterable[Listing]) -> set[int]:
    """Make the links by SKU what the SKUs say today; returns the listings linked anew, by primary key.

    A listing is linked whose SKU names exactly one product of its shape and is on the site once; a link whose SKU no
    longer does (renamed, doubled, the other field of MoySklad chosen) goes, and is noted as lost. Links that people
    made stay as they are, and what they took away is not made again.
    Give the listings with their `binding__product`, a few hundred at a time.
    """
    rows = list(listings)
    verdicts = _verdicts(shop, [listing for listing in rows if not _by_person(listing)])
    with transaction.atomic():
        people = ProductBinding.objects.filter(listing__in=rows).exclude(origin=Origin.SKU)
        kept = dict(people.values_list("listing_id", "product__present"))
        found: dict[Match, list[Listing]] = defaultdict(list)
        fresh: dict[int, int] = {}
        stale: list[int] = []
        for listing in rows:
            if listing.pk in kept:
                found[Match.LINKED if kept[listing.pk] else Match.MISSING].append(listing)
            elif listing.pk in verdicts:
                verdict, item = verdicts[listing.pk]
                before = _product_of(listing)
                if item is not None and (before is None or before.pk != item):
                    fresh[listing.pk] = item
                if before is not None and before.pk != item and (before.present or item is not None):
                    stale.append(listing.pk)
                found[verdict].append(listing)
        ProductBinding.objects.filter(listing__in=stale, origin=Origin.SKU).delete()
        ProductBinding.objects.bulk_create(
            [ProductBinding(listing_id=listing, product_id=item) for listing, item in fresh.items()],
            ignore_conflicts=True,
        )
        Listing.objects.filter(pk__in={*stale, *fresh}).update(wanted_quantity=None)
        _note_lost(rows, set(stale) - set(fresh))
        for verdict, some in found.items():
            _settle(verdict, some)
    return set(fresh)


def _verdicts(shop: Shop, free: Sequence[Listing]) -> dict[int, tuple[Match, int | None]]:
    keys = {listing.pk: key_of(shop, listing) for listing in free}
    wanted = set(keys.values()) - {""}
    there, here = in_warehouse(shop, wanted), owners(shop, wanted)
    found = {}
    for listing in free:
        refused = set(listing.refused_products)
        candidates = [one for one in there.get(keys[listing.pk], ()) if one[0] not in refused]
        key, shape, before = keys[listing.pk], shape_of(listing), _product_of(listing)
        # Put into the archive, it is still what it was.
        archived = before is not None and before.present and before.archived and has_key(shop, before, key)
        verdict = decide(
            key,
            shape,
            rivals(shape, here.get(key, ())),
            candidates,
            before.pk if before is not None and archived else None,
        )
        found[listing.pk] = (Match(verdict.match), verdict.item)
    return found


def _note_lost(listings: Iterable[Listing], lost: set[int]) -> None:
    """What these were, for people: the link goes without their doing."""
    for listing in listings:
        if listing.pk in lost:
            Listing.objects.filter(pk=listing.pk).update(lost_link=_product_of(listing))


def _settle(verdict: Match, listings: Iterable[Listing]) -> None:
    """Write the verdict where it is news; one without a link is looked at for a suggestion then."""
    changed = []
    for listing in listings:
        settled = verdict != Match.LINKED or (
            listing.suggestion_score is None and listing.lost_link_id is None
        )
        if listing.match != verdict or not settled:
            listing.match = verdict
            changed.append(listing.pk)
    if changed:
        news: dict[str, Any] = {"match": verdict, "suggestion": None, "suggestion_score": None}
        if verdict == Match.LINKED:
            news["lost_link"] = None
        Listing.objects.filter(pk__in=changed).update(**news)


def _by_person(listing: Listing) -> bool:
    """Chosen by a person, from a file of theirs, or taken over because they said so."""
    binding: ProductBinding | None = getattr(listing, "binding", None)
    return binding is not None and binding.origin != Origin.SKU


def _product_of(listing: Listing) -> Product | None:
    binding: ProductBinding | None = getattr(listing, "binding", None)
    return binding.product if binding is not None else None


def bind(listing: Listing, product: Product) -> ProductBinding:
    """A person says which product a listing is; what waited for it is released by the caller."""
    with transaction.atomic():
        binding, _ = ProductBinding.objects.update_or_create(
            listing=listing,
            defaults={
                "product": product,
                "origin": Origin.PERSON,
                "run": None,
                "before": None,
                "before_origin": "",
            },
        )
        if product.pk in listing.refused_products:
            listing.refused_products = [one for one in listing.refused_products if one != product.pk]
            listing.save(update_fields=["refused_products"])
        linked(listing)
    return binding


def linked(listing: Listing) -> None:
    """Write down that a listing has its link now; nothing is to be suggested for it any more."""
    listing.match, listing.suggestion, listing.suggestion_score = Match.LINKED, None, None
    listing.lost_link = None
    listing.save(update_fields=["match", "suggestion", "suggestion_score", "lost_link"])


def unbind(listing: Listing) -> Product | None:
    """A person takes a link away, for good: its SKU does not make it again. Returns what it was linked with; the
    notice of a link that was lost goes too.
    """
    with transaction.atomic():
        binding = ProductBinding.objects.select_related("product").filter(listing=listing).first()
        if binding is not None:
            listing.refused_products = sorted({*listing.refused_products, binding.product_id})
            listing.match = Match.MISSING if listing.sku.strip() else Match.NO_SKU
            listing.wanted_quantity = listing.suggestion_score = listing.suggestion = None
            binding.delete()
        listing.lost_link = None
        listing.save(
            update_fields=[
                "match",
                "wanted_quantity",
                "suggestion",
                "suggestion_score",
                "refused_products",
                "lost_link",
            ]
        )
    return binding.product if binding is not None else None
