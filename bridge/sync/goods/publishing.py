"""Goods that are not on the site yet become drafts there, archived ones are hidden: only what a person agreed to.

Both may be repeated: a product is looked for by its SKU before it is made, so a lost answer makes none twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from bridge.catalog import bindings
from bridge.catalog.models import Listing, Product, ProductBinding
from bridge.connections import clients
from bridge.connections.faults import said_of_goods
from bridge.connections.models import Shop
from bridge.domain.matching import normal_sku
from bridge.mapping.goods_from_woocommerce import listing as listing_of
from bridge.mapping.goods_to_woocommerce import new_product
from bridge.portions import OF_QUERY, portions
from bridge.sync.fields.goods import goods_of
from bridge.sync.fields.wanted import Wishes
from bridge.sync.goods import follow_up
from bridge.sync.goods.store_listings import store
from bridge.sync.site_reading import by_call
from connectors.errors import ConnectorError, PermanentError
from connectors.woocommerce.client import WooCommerce
from connectors.woocommerce.products import PRODUCT_FIELDS

PUBLISHED = "publish"
# A draft is seen by staff only; a variation has no drafts, a private one is not for sale.
HIDDEN = {"variation": "private"}
BARCODE_TAKEN = "product_invalid_global_unique_id"
LONGEST_SKU = 100


class Published(NamedTuple):
    """`listing`: the product on the site, made now or there before (`made` False). Else `refused` says why, or `unsure`
    that nobody knows yet: ask again, it is looked for first.
    """

    product: Product
    listing: Listing | None = None
    made: bool = False
    refused: str = ""
    unsure: ConnectorError | None = None


class Hidden(NamedTuple):
    listing: Listing
    refused: str = ""
    unsure: ConnectorError | None = None


def planned_publish(shop: Shop) -> Iterator[Product]:
    """Goods of the account that could become drafts of the site; none unless the owner switched that on.

    Left out: products with variants (their attributes are made on the site), and what has no SKU that names it alone:
    it could not be told again.
    """
    if not shop.publish_new:
        return
    for part in portions(_unlisted(shop).order_by("pk").iterator(chunk_size=OF_QUERY)):
        skus = {product.pk: sku_of(shop, product) for product in part}
        taken = set(
            Listing.objects.filter(shop=shop, sku__in=set(skus.values()) - {""}).values_list("sku", flat=True)
        )
        shared = _shared(shop, set(skus.values()) - {""})
        for product in part:
            if _is_good(skus[product.pk]) and skus[product.pk] not in taken | shared:
                yield product


def publish(shop: Shop, products: Sequence[Product]) -> list[Published]:
    """Make these as drafts, a few hundred at most; one that is there already is linked instead. Raises ConnectorError
    when the site cannot even be asked which are there.
    """
    client = clients.woocommerce(shop.site)
    there = {
        normal_sku(str(row.get("sku") or "")): row
        for row in client.products.by_skus(sku_of(shop, one) for one in products)
    }
    goods = goods_of(shop, products)
    wishes = Wishes(shop)
    found: list[Published] = []
    for product in products:
        sku = sku_of(shop, product)
        if sku in there:
            found.append(Published(product, _kept(shop, client, there[sku])))
            continue
        body = new_product(product.name, sku, product.external_id, wishes.initial(goods[product.pk]))
        found.append(_made(shop, client, product, body))
    _link(shop, [one.listing for one in found if one.listing is not None])
    return found


def planned_hide(shop: Shop) -> QuerySet[Listing]:
    """What is for sale on the site and archived or deleted in MoySklad; none unless the owner switched that on."""
    rows = Listing.objects.filter(shop=shop, present=True, status=PUBLISHED).order_by("pk")
    gone = Q(binding__product__archived=True) | Q(binding__product__present=False)
    return rows.filter(gone).select_related("binding__product") if shop.hide_archived else rows.none()


def hide(shop: Shop, listings: Iterable[Listing]) -> list[Hidden]:
    """Take these out of sight. Raises ConnectorError for a call that failed as a whole."""
    client = clients.woocommerce(shop.site)
    found: list[Hidden] = []
    for parent, group in by_call(listings):
        updates = [{"id": int(one.source_id), "status": _hidden(one)} for one in group]
        answers = (
            client.products.variations_batch(int(parent), updates)
            if parent
            else client.products.batch(updates)
        )
        for one, answer in zip(group, answers, strict=True):
            if isinstance(answer, PermanentError):
                found.append(Hidden(one, refused=said_of_goods(answer)))
            elif isinstance(answer, ConnectorError):
                found.append(Hidden(one, unsure=answer))
            else:
                Listing.objects.filter(pk=one.pk).update(status=_hidden(one))
                found.append(Hidden(one))
    return found


def sku_of(shop: Shop, product: Product) -> str:
    """What the site's SKU of an item is, by the field the owner chose."""
    if shop.sku_field == Shop.SkuField.BARCODE:
        return normal_sku((product.facts.get("barcodes") or [""])[0])
    return normal_sku(str(getattr(product, shop.sku_field)))


def _made(shop: Shop, client: WooCommerce, product: Product, body: Mapping[str, Any]) -> Published:
    try:
        return Published(product, _kept(shop, client, client.products.create(body)), made=True)
    except PermanentError as error:
        if error.code == BARCODE_TAKEN and "global_unique_id" in body:
            rest = {name: value for name, value in body.items() if name != "global_unique_id"}
            return _made(shop, client, product, rest)
        return Published(product, refused=said_of_goods(error))
    except ConnectorError as error:
        return Published(product, unsure=error)


def _kept(shop: Shop, client: WooCommerce, row: Any) -> Listing:
    """The site's product, or the variation that has the SKU, as a listing."""
    parent = int(row.get("parent_id") or 0) if row.get("type") == "variation" else 0
    above = client.products.by_ids([parent], PRODUCT_FIELDS) if parent else []
    found = listing_of(row, variation_of=above[0] if above else None)
    store(shop, [found], timezone.now())
    return Listing.objects.get(shop=shop, product_id=found["product_id"], variation_id=found["variation_id"])


def _link(shop: Shop, listings: Sequence[Listing]) -> None:
    rows = Listing.objects.filter(pk__in=[one.pk for one in listings]).select_related("binding__product")
    follow_up.linked(shop, bindings.match(shop, list(rows)))


def _unlisted(shop: Shop) -> QuerySet[Product]:
    bound = ProductBinding.objects.filter(product=OuterRef("pk"), listing__shop=shop)
    variants = Product.objects.filter(
        connection=shop.account, parent_external_id=OuterRef("external_id"), present=True
    )
    return Product.objects.filter(
        ~Exists(bound),
        ~Exists(variants),
        connection=shop.account,
        kind__in=(Product.Kind.PRODUCT, Product.Kind.BUNDLE),
        present=True,
        archived=False,
    )


def _shared(shop: Shop, skus: set[str]) -> set[str]:
    """Those that name more than one item of the account."""
    field = "barcodes__value" if shop.sku_field == Shop.SkuField.BARCODE else shop.sku_field
    rows = Product.objects.filter(connection=shop.account, present=True, archived=False)
    seen: set[str] = set()
    twice: set[str] = set()
    for sku in rows.filter(**{f"{field}__in": skus}).values_list(field, flat=True):
        (twice if sku in seen else seen).add(sku)
    return twice


def _is_good(sku: str) -> bool:
    """The site can be asked for it: its list of SKUs is separated by commas."""
    return bool(sku) and "," not in sku and len(sku) <= LONGEST_SKU


def _hidden(listing: Listing) -> str:
    return HIDDEN.get(listing.kind, "draft")
