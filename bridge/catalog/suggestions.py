"""What each unlinked listing probably is: worked out in portions, kept with the listing until a person has decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from bridge.catalog.bindings import Match
from bridge.catalog.candidates import linkable, shape_of
from bridge.catalog.models import Listing, Product, ProductBinding
from bridge.connections.models import Shop
from bridge.domain.matching import Shape
from bridge.domain.suggestions import Item, Warehouse
from bridge.portions import OF_QUERY

READ_AT_ONCE = 2000


def unlinked(shop: Shop) -> QuerySet[Listing]:
    return Listing.objects.filter(shop=shop, present=True).exclude(match=Match.LINKED)


def waiting(shop: Shop) -> QuerySet[Listing]:
    """Those that nothing was looked for yet."""
    return unlinked(shop).filter(suggestion_score=None)


def forget(shop: Shop) -> None:
    """Let all that is unlinked be looked at anew: there may be new goods in MoySklad."""
    unlinked(shop).update(suggestion_score=None)


def look(shop: Shop) -> Iterator[int]:
    """Look for a suggestion for each unlinked listing that has not been looked at; yields how many after a portion.

    Memory: the names of the free goods of the account, about 1 kB for each.
    """
    rows = waiting(shop).order_by("pk")
    columns = ("name", "sku", "variation_id", "kind", "refused_products", "suggestion_id", "suggestion_score")
    if not rows.exists():
        return
    warehouse, after = Warehouse(_free(shop)), 0
    while portion := list(rows.filter(pk__gt=after).only(*columns)[:OF_QUERY]):
        found = []
        for listing in portion:
            refused = frozenset(listing.refused_products)
            best = warehouse.suggest(listing.name, listing.sku, shape_of(listing), refused)
            found.append((best.id if best else None, best.score if best else 0, listing.pk))
        _note(found)
        after = portion[-1].pk
        yield len(portion)


def refuse(listings: Iterable[Listing]) -> int:
    """A person says that these suggestions are wrong; others are looked for. Returns how many there were."""
    refused = [listing for listing in listings if listing.suggestion_id is not None]
    for listing in refused:
        listing.refused_products = [*listing.refused_products, listing.suggestion_id]
        listing.suggestion_id = listing.suggestion_score = None
    Listing.objects.bulk_update(
        refused, ["refused_products", "suggestion", "suggestion_score"], batch_size=OF_QUERY
    )
    return len(refused)


def sure(shop: Shop, least: int) -> QuerySet[Listing]:
    """Listings whose suggestion has at least this likeness and which nobody else claims: no other listing of the shop
    is linked with that item, nor likely to be it.
    """
    rows = unlinked(shop).filter(suggestion__isnull=False, suggestion_score__gte=least)
    claims = rows.order_by().values("suggestion").annotate(claims=Count("pk")).filter(claims=1)
    taken = ProductBinding.objects.filter(listing__shop=shop, product=OuterRef("suggestion"))
    usable = Q(suggestion__present=True, suggestion__archived=False)
    return rows.filter(~Exists(taken), usable, suggestion__in=claims.values("suggestion"))


def _note(found: Sequence[tuple[int | None, int, int]]) -> None:
    """(suggested product, score, listing); bulk_update would take longer to write its statement than all the looking.

    What a person has linked meanwhile stays without.
    """
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE bridge_listing SET suggestion_id = %s, suggestion_score = %s WHERE id = %s AND match <> 'linked'",
            found,
        )


def _free(shop: Shop) -> Iterator[Item]:
    """The goods of the account that no listing of the shop is linked with."""
    taken = ProductBinding.objects.filter(listing__shop=shop, product=OuterRef("pk"))
    rows = linkable(shop).filter(~Exists(taken))
    variants = linkable(shop).filter(kind=Product.Kind.VARIANT)
    parents = set(variants.order_by().values_list("parent_external_id", flat=True).distinct())
    barcode = shop.sku_field == Shop.SkuField.BARCODE
    columns = ("pk", "name", "kind", "external_id", "code" if barcode else shop.sku_field)
    for row in rows.order_by("pk").values_list(*columns).iterator(chunk_size=READ_AT_ONCE):
        pk, name, kind, external_id, sku = row
        yield Item(pk, name, sku, _shape(kind, external_id in parents))


def _shape(kind: str, is_parent: bool) -> Shape:
    if kind == Product.Kind.VARIANT:
        return Shape.VARIATION
    return Shape.PARENT if is_parent else Shape.SIMPLE
