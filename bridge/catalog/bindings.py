"""Which listing is which product: matched by SKU where exactly one fits, chosen by a person otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from bridge.catalog.models import Listing, Product, ProductBinding
from bridge.connections.models import Shop
from bridge.domain.matching import by_sku, normal_sku
from bridge.domain.order import Line

Match = Listing.Match
PORTION = 500


def ensure_listings(shop: Shop, lines: Iterable[Line]) -> list[Listing]:
    """The listings of an order's lines; items the catalogue import has not seen yet are made and matched."""
    wanted = {(line.product_id, line.variation_id): line for line in lines if line.product_id}
    known = find_listings(shop, wanted)
    fresh = [
        Listing(
            shop=shop,
            product_id=product_id,
            variation_id=variation_id,
            sku=normal_sku(line.sku)[:255],
            name=line.name[:500],
            seen_at=timezone.now(),
        )
        for (product_id, variation_id), line in wanted.items()
        if (product_id, variation_id) not in known
    ]
    if fresh:
        Listing.objects.bulk_create(fresh, ignore_conflicts=True)
        match(shop, find_listings(shop, wanted).values())
        known = find_listings(shop, wanted)
    return list(known.values())


def find_listings(shop: Shop, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Listing]:
    """Listings by (product id, variation id)."""
    keys = set(keys)
    rows = Listing.objects.filter(shop=shop, product_id__in={product for product, _ in keys}).select_related(
        "binding__product"
    )
    return {
        (row.product_id, row.variation_id): row for row in rows if (row.product_id, row.variation_id) in keys
    }


def match(shop: Shop, listings: Iterable[Listing]) -> set[int]:
    """Make the links by SKU what the SKUs say today; returns the listings linked anew, by primary key.

    A listing is linked whose SKU names exactly one product and is on the site once; a link whose SKU no longer does
    (renamed, doubled, the other field of MoySklad chosen) goes. Links made by a person stay. Give the listings with
    their `binding__product`, a few hundred at a time.
    """
    free = [listing for listing in listings if not _chosen_by_person(listing)]
    skus = {normal_sku(listing.sku) for listing in free} - {""}
    products = _products_by_sku(shop, skus)
    owners = by_sku(_holders(Listing.objects.filter(shop=shop, present=True), "sku", skus))
    with transaction.atomic():
        people = ProductBinding.objects.filter(listing__in=free, origin=ProductBinding.Origin.PERSON)
        since = set(people.values_list("listing_id", flat=True))
        fresh: list[ProductBinding] = []
        stale: list[Listing] = []
        moved: list[Listing] = []
        for listing in (one for one in free if one.pk not in since):
            sku = normal_sku(listing.sku)
            before = _product_of(listing)
            verdict, product = _verdict(shop, sku, products.get(sku, []), len(owners.get(sku, [])), before)
            old = before.pk if before else None
            if old is not None and old != product:
                stale.append(listing)
            if product is not None and old != product:
                fresh.append(ProductBinding(listing=listing, product_id=product))
            if listing.match != verdict or old != product:
                listing.match = verdict
                listing.wanted_quantity = listing.wanted_quantity if old == product else None
                moved.append(listing)
        ProductBinding.objects.filter(listing__in=stale, origin=ProductBinding.Origin.SKU).delete()
        ProductBinding.objects.bulk_create(fresh, ignore_conflicts=True)
        Listing.objects.bulk_update(moved, ["match", "wanted_quantity"], batch_size=PORTION)
    return {binding.listing_id for binding in fresh}


def _verdict(
    shop: Shop, sku: str, found: list[int], owners: int, before: Product | None
) -> tuple[Listing.Match, int | None]:
    if not sku:
        return Match.NO_SKU, None
    if owners > 1 or len(found) > 1:
        return Match.AMBIGUOUS, None
    if found:
        return Match.LINKED, found[0]
    if before is not None and before.present and normal_sku(getattr(before, shop.sku_field)) == sku:
        return Match.LINKED, before.pk  # put into the archive: it is still what it was
    return Match.MISSING, None


def _chosen_by_person(listing: Listing) -> bool:
    binding: ProductBinding | None = getattr(listing, "binding", None)
    return binding is not None and binding.origin == ProductBinding.Origin.PERSON


def _product_of(listing: Listing) -> Product | None:
    binding: ProductBinding | None = getattr(listing, "binding", None)
    return binding.product if binding is not None else None


def bind(listing: Listing, product: Product) -> ProductBinding:
    """A person says which product a listing is; what waited for it is released by the caller."""
    with transaction.atomic():
        binding, _ = ProductBinding.objects.update_or_create(
            listing=listing, defaults={"product": product, "origin": ProductBinding.Origin.PERSON}
        )
        listing.match = Match.LINKED
        listing.save(update_fields=["match"])
    return binding


def unbind(listing: Listing) -> None:
    """Take a link away; the listing is then matched anew only by the next import."""
    with transaction.atomic():
        ProductBinding.objects.filter(listing=listing).delete()
        listing.match = Match.MISSING if listing.sku.strip() else Match.NO_SKU
        listing.wanted_quantity = None
        listing.save(update_fields=["match", "wanted_quantity"])


def _products_by_sku(shop: Shop, skus: set[str]) -> dict[str, list[int]]:
    """Primary keys of the goods in documents' reach by SKU; a product that only groups variants is no candidate."""
    rows = Product.objects.filter(connection=shop.account, present=True, archived=False).exclude(
        kind=Product.Kind.SERVICE
    )
    found = list(_holders(rows, shop.sku_field, skus))
    ids = dict(Product.objects.filter(pk__in=[pk for pk, _sku in found]).values_list("pk", "external_id"))
    variants = rows.filter(kind=Product.Kind.VARIANT, parent_external_id__in=ids.values())
    parents = set(variants.values_list("parent_external_id", flat=True))
    return by_sku((pk, sku) for pk, sku in found if ids[pk] not in parents)


def _holders(rows: QuerySet[Any], field: str, skus: set[str]) -> Iterator[tuple[int, str]]:
    """Rows whose `field` is one of the SKUs, by its index; imports keep SKUs without the spaces around them."""
    wanted = sorted(skus)
    for start in range(0, len(wanted), PORTION):
        part = wanted[start : start + PORTION]
        yield from rows.filter(**{f"{field}__in": part}).values_list("pk", field)
