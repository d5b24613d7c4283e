"""Who has a SKU, on either side: looked up a few hundred SKUs at a time.

The questions name the SKUs only, and shop and account are compared here: asked for both, SQLite takes the index of
the account and reads the whole catalogue for each portion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from bridge.catalog.models import Listing, Product, ProductBarcode
from bridge.connections.models import Shop
from bridge.domain.matching import Shape, normal_sku
from bridge.portions import portions

Barcode = Shop.SkuField.BARCODE


def linkable(shop: Shop) -> QuerySet[Product]:
    """Goods a listing of this shop may be: of its account, present and in use, no services."""
    rows = Product.objects.filter(connection=shop.account_id, present=True, archived=False)
    return rows.exclude(kind=Product.Kind.SERVICE)


def key_of(shop: Shop, listing: Listing) -> str:
    """By what a listing is looked for: its SKU, or its barcode where the shop's SKU is one and the item has its own."""
    return key_as_read(shop, listing.sku, listing.barcode)


def shape_of(listing: Listing) -> Shape:
    return _shape(listing.variation_id, listing.kind)


def key_as_read(shop: Shop, sku: str, barcode: str) -> str:
    """The same of an item whose SKU and barcode the site has just told."""
    return normal_sku((barcode or sku) if shop.sku_field == Barcode else sku)


def _shape(variation_id: str, kind: str) -> Shape:
    if variation_id:
        return Shape.VARIATION
    return Shape.PARENT if kind.startswith("variable") else Shape.SIMPLE


def in_warehouse(shop: Shop, keys: set[str]) -> dict[str, list[tuple[int, Shape]]]:
    """Items of the account by key: (primary key, shape)."""
    found: dict[str, list[tuple[int, Shape]]] = defaultdict(list)
    for part in portions(sorted(keys)):
        holders = list(_holders(shop, part))
        shapes = shapes_of(shop, {pk for pk, _key in holders})
        for pk, key in holders:
            found[key].append((pk, shapes[pk]))
    return found


def has_key(shop: Shop, product: Product, key: str) -> bool:
    """Whether this product has the key, whatever has become of it."""
    if shop.sku_field == Barcode:
        return product.barcodes.filter(value=key).exists()
    return normal_sku(getattr(product, shop.sku_field)) == key


def keys_of(shop: Shop, products: Iterable[Product]) -> dict[int, set[str]]:
    """By what these products are found, by primary key."""
    if shop.sku_field != Barcode:
        return {product.pk: {normal_sku(getattr(product, shop.sku_field))} for product in products}
    found: dict[int, set[str]] = {product.pk: set() for product in products}
    for part in portions(sorted(found)):
        held = ProductBarcode.objects.filter(product_id__in=part).values_list("product_id", "value")
        for pk, value in held:
            found[pk].add(value)
    return found


def owners(shop: Shop, keys: set[str]) -> dict[str, list[Shape]]:
    """Shapes of the shop's listings that have the key."""
    columns = ("shop_id", "present", "sku", "barcode", "variation_id", "kind")
    found: dict[str, list[Shape]] = defaultdict(list)
    for part in portions(sorted(keys)):
        having = Q(sku__in=part)
        if shop.sku_field == Barcode:
            having = Q(barcode__in=part) | (having & Q(barcode=""))
        for of, present, sku, barcode, *what in Listing.objects.filter(having).values_list(*columns):
            if of == shop.pk and present:
                found[key_as_read(shop, sku, barcode)].append(_shape(*what))
    return found


def rivals(shape: Shape, shapes: Sequence[Shape]) -> int:
    """How many of the owners of a SKU claim the same item. A variation without a SKU of its own shows its parent's."""
    family = {Shape.PARENT, Shape.VARIATION}
    return sum(1 for other in shapes if other == shape or {other, shape} != family)


def shapes_of(shop: Shop, products: Iterable[int]) -> dict[int, Shape]:
    """The shapes of these products, by primary key: one that has variants is their parent."""
    found: dict[int, Shape] = {}
    for part in portions(sorted(products)):
        rows = list(Product.objects.filter(pk__in=part).values_list("pk", "external_id", "kind"))
        ids = [external_id for _pk, external_id, kind in rows if kind == Product.Kind.PRODUCT]
        variants = Product.objects.filter(parent_external_id__in=ids, kind=Product.Kind.VARIANT)
        usable = variants.values_list("parent_external_id", "connection_id", "present", "archived")
        parents = {parent for parent, *of in usable if of == [shop.account_id, True, False]}
        for pk, external_id, kind in rows:
            simple = Shape.PARENT if external_id in parents else Shape.SIMPLE
            found[pk] = Shape.VARIATION if kind == Product.Kind.VARIANT else simple
    return found


def _holders(shop: Shop, part: list[Any]) -> Iterator[tuple[int, str]]:
    """Usable goods that have one of the SKUs; imports keep SKUs without the spaces around them."""
    if shop.sku_field == Barcode:
        held = ProductBarcode.objects.filter(value__in=part).values_list("product_id", "value")
        usable = set(linkable(shop).filter(pk__in={pk for pk, _value in held}).values_list("pk", flat=True))
        yield from ((pk, value) for pk, value in held if pk in usable)
        return
    rows = Product.objects.filter(**{f"{shop.sku_field}__in": part}).exclude(kind=Product.Kind.SERVICE)
    columns = ("pk", shop.sku_field, "connection_id", "present", "archived")
    for pk, sku, *of in rows.values_list(*columns):
        if of == [shop.account_id, True, False]:
            yield pk, sku
