"""How goods, links and stock look in answers. Numbers of pieces are decimal numbers, as text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from bridge.api.filters import LARGEST_KEY
from bridge.api.shapes import NamedSerializer, Shape, WordSerializer, moment, number, shop, text, word
from bridge.catalog.models import Listing, Product, StockLevel
from bridge.connections.models import DirectoryEntry, Shop
from bridge.dashboard.changes import change_words
from bridge.problems.goods_refusals import refusal
from bridge.sync.models import GoodsChange
from bridge.sync.previews.planned import why
from bridge.sync.stock.offers import offers

# Of one item: warehouses times kinds of stock, and sites that sell it.
MOST_LEVELS, MOST_SITES = 600, 50


class ProductSerializer(Shape):
    """An item of MoySklad. `present`: it is still there."""

    id = number()
    account = NamedSerializer()
    moysklad_id = text()
    kind = WordSerializer()
    name = text()
    article = text()
    code = text()
    external_code = text()
    archived = serializers.BooleanField()
    present = serializers.BooleanField()


class LinkOfSerializer(Shape):
    product = NamedSerializer()
    origin = WordSerializer(help_text="Found by SKU, chosen by a person, …")
    since = moment()


class SuggestedSerializer(Shape):
    """`likeness`: in per cent."""

    product = NamedSerializer()
    likeness = number()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An item that is not linked, with a suggestion",
            {
                "id": 90,
                "shop": {"id": 1, "name": "site"},
                "site_id": "1001",
                "variation_id": "",
                "name": "Mug",
                "sku": "MUG-0001",
                "kind": "simple",
                "status": "publish",
                "present": True,
                "match": {"code": "missing", "label": "nothing with this SKU in MoySklad"},
                "link": None,
                "suggestion": {"product": {"id": 7, "name": "Mug, white (MUG-1)"}, "likeness": 92},
                "lost_link": None,
                "on_site": "7",
                "wanted": None,
                "refused": "",
            },
        )
    ]
)
class ListingSerializer(Shape):
    """An item of a site. `on_site` and `wanted`: pieces there, and pieces there should be; null: not known.

    `refused`: why the site did not take the last number.
    """

    id = number()
    shop = NamedSerializer()
    site_id = text()
    variation_id = text()
    name = text()
    sku = text()
    kind = text()
    status = text()
    present = serializers.BooleanField()
    match = WordSerializer()
    link = LinkOfSerializer(allow_null=True)
    suggestion = SuggestedSerializer(allow_null=True)
    lost_link = NamedSerializer(allow_null=True)
    on_site = text(allow_null=True)
    wanted = text(allow_null=True)
    refused = text()


class LinkSerializer(Shape):
    """An item of MoySklad, by its id under /products/."""

    product = number(min_value=1, max_value=LARGEST_KEY)


class SuggestionSerializer(Shape):
    """The id of the product that was suggested when the person decided."""

    suggestion = number(min_value=1, max_value=LARGEST_KEY)


class LinkedSerializer(Shape):
    """`released`: orders that waited for the link and now go on."""

    listing = ListingSerializer()
    released = number()


class StockSerializer(Shape):
    """`offered`: what may be sold by the rules at this moment, null where the number is left to the site; below zero
    it is owed to buyers. Of that `in_stock` is in the warehouses and `in_flight` sold and not in their report yet.
    """

    listing = number()
    shop = NamedSerializer()
    on_site = text(allow_null=True)
    wanted = text(allow_null=True)
    offered = text(allow_null=True)
    in_stock = text()
    in_flight = text()
    backorders = text()
    reason = text()


class LevelSerializer(Shape):
    """`store`: null for what is reserved without a warehouse."""

    kind = WordSerializer()
    store = WordSerializer(allow_null=True)
    quantity = text()


class ShownSerializer(Shape):
    listing = number()
    shop = NamedSerializer()
    on_site = text(allow_null=True)
    wanted = text(allow_null=True)


class ProductStockSerializer(Shape):
    product = number()
    levels = LevelSerializer(many=True)
    sites = ShownSerializer(many=True)


def pieces(value: Decimal | None) -> str | None:
    """Without zeros after the point."""
    return None if value is None else f"{value.normalize():f}"


def _named(row: Product) -> dict[str, Any]:
    return {"id": row.pk, "name": str(row)}


def product(row: Product) -> dict[str, Any]:
    return {
        "id": row.pk,
        "account": {"id": row.connection_id, "name": row.connection.name},
        "moysklad_id": row.external_id,
        "kind": word(row.kind, row.get_kind_display()),
        "name": row.name,
        "article": row.article,
        "code": row.code,
        "external_code": row.external_code,
        "archived": row.archived,
        "present": row.present,
    }


def listing(row: Listing) -> dict[str, Any]:
    binding = getattr(row, "binding", None)
    return {
        "id": row.pk,
        "shop": shop(row.shop),
        "site_id": row.product_id,
        "variation_id": row.variation_id,
        "name": row.name,
        "sku": row.sku,
        "kind": row.kind,
        "status": row.status,
        "present": row.present,
        "match": word(row.match, row.get_match_display()),
        "link": {
            "product": _named(binding.product),
            "origin": word(binding.origin, binding.get_origin_display()),
            "since": binding.created_at,
        }
        if binding is not None
        else None,
        "suggestion": {"product": _named(row.suggestion), "likeness": row.suggestion_score or 0}
        if row.suggestion is not None
        else None,
        "lost_link": _named(row.lost_link) if row.lost_link is not None else None,
        "on_site": pieces(row.site_quantity),
        "wanted": pieces(row.wanted_quantity),
        "refused": refusal(row.write_error),
    }


def stock(row: Listing) -> dict[str, Any]:
    """Of a listing with its link."""
    offer = offers(row.shop, [row])[row.pk]
    reason = ""
    if offer.quantity is not None:
        code, params = why(row, offer)
        reason = change_words.reason(GoodsChange(field="stock", reason=code, reason_params=params))
    return {
        "listing": row.pk,
        "shop": shop(row.shop),
        "on_site": pieces(row.site_quantity),
        "wanted": pieces(row.wanted_quantity),
        "offered": pieces(offer.quantity),
        "in_stock": pieces(offer.in_stock),
        "in_flight": pieces(offer.in_flight),
        "backorders": offer.backorders,
        "reason": reason,
    }


def product_stock(row: Product) -> dict[str, Any]:
    levels = StockLevel.objects.filter(connection=row.connection_id, product_external_id=row.external_id)
    stores = DirectoryEntry.objects.filter(connection=row.connection_id, kind=DirectoryEntry.Kind.STORE)
    names, kinds = dict(stores.values_list("external_id", "name")), dict(Shop.StockType.choices)
    sold = Listing.objects.filter(binding__product=row).select_related("shop").order_by("pk")
    return {
        "product": row.pk,
        "levels": [
            {
                "kind": word(one.stock_type, kinds.get(one.stock_type, one.stock_type)),
                "store": word(one.store_id, names.get(one.store_id, "")) if one.store_id else None,
                "quantity": pieces(one.quantity),
            }
            for one in levels.order_by("stock_type", "store_id")[:MOST_LEVELS]
        ],
        "sites": [
            {
                "listing": one.pk,
                "shop": shop(one.shop),
                "on_site": pieces(one.site_quantity),
                "wanted": pieces(one.wanted_quantity),
            }
            for one in sold[:MOST_SITES]
        ],
    }
