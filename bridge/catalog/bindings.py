"""Which listing is which product: matched by SKU where exactly one fits, chosen by a person otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from bridge.catalog.models import Listing, Product, ProductBinding
from bridge.connections.models import Shop
from bridge.domain.matching import by_sku, normal_sku
from bridge.domain.order import Line

Match = Listing.Match


def ensure_listings(shop: Shop, lines: Iterable[Line]) -> list[Listing]:
    """The listings of an order's lines; items the catalogue import has not seen yet are made and matched."""
    wanted = {(line.product_id, line.variation_id): line for line in lines if line.product_id}
    known = find_listings(shop, wanted)
    fresh = [
        Listing(
            shop=shop,
            product_id=product_id,
            variation_id=variation_id,
            sku=line.sku[:255],
            name=line.name[:500],
        )
        for (product_id, variation_id), line in wanted.items()
        if (product_id, variation_id) not in known
    ]
    if fresh:
        Listing.objects.bulk_create(fresh, ignore_conflicts=True)
        known = find_listings(shop, wanted)
        match(shop, list(known.values()))
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


def match(shop: Shop, listings: Sequence[Listing] | None = None) -> int:
    """Bind every unbound listing whose SKU names exactly one product and one listing; returns how many were bound.

    `listings` limits the work; None means the whole shop. Links made by a person stay.
    """
    unbound = [
        listing
        for listing in (listings if listings is not None else Listing.objects.filter(shop=shop, present=True))
        if listing.match != Match.LINKED
    ]
    skus = {normal_sku(listing.sku) for listing in unbound} - {""}
    products = _products_by_sku(shop, skus)
    owners = by_sku((pk, sku) for pk, sku in _listings_with(shop, skus))
    bindings, changed = [], []
    for listing in unbound:
        sku = normal_sku(listing.sku)
        found = products.get(sku, [])
        if not sku:
            verdict = Match.NO_SKU
        elif not found:
            verdict = Match.MISSING
        elif len(found) > 1 or len(owners.get(sku, [])) > 1:
            verdict = Match.AMBIGUOUS
        else:
            verdict = Match.LINKED
            bindings.append(ProductBinding(listing=listing, product_id=found[0]))
        if listing.match != verdict:
            listing.match = verdict
            changed.append(listing)
    with transaction.atomic():
        ProductBinding.objects.bulk_create(bindings, batch_size=500, ignore_conflicts=True)
        Listing.objects.bulk_update(changed, ["match"], batch_size=500)
    return len(bindings)


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
    parents = set(rows.filter(kind=Product.Kind.VARIANT).values_list("parent_external_id", flat=True))
    field = shop.sku_field
    candidates = [
        (pk, sku)
        for pk, external_id, sku in rows.exclude(**{field: ""})
        .values_list("pk", "external_id", field)
        .iterator()
        if normal_sku(sku) in skus and external_id not in parents
    ]
    return by_sku(candidates)


def _listings_with(shop: Shop, skus: set[str]) -> Iterable[tuple[int, str]]:
    rows = Listing.objects.filter(shop=shop, present=True).exclude(sku="").values_list("pk", "sku")
    return ((pk, sku) for pk, sku in rows.iterator() if normal_sku(sku) in skus)
