"""/products/ and /listings/: the goods of both sides, their links, and the figures their stock is made of."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api import filters
from bridge.api.errors import Conflict
from bridge.api.goods_shapes import (
    LinkedSerializer,
    LinkSerializer,
    ListingSerializer,
    ProductSerializer,
    ProductStockSerializer,
    StockSerializer,
    SuggestionSerializer,
    listing,
    product,
    product_stock,
    stock,
)
from bridge.api.long_work import ReconciliationSerializer, reconciliation
from bridge.api.paging import Cursor
from bridge.api.resource import Resource
from bridge.api.roles import note
from bridge.api.shapes import DoneSerializer
from bridge.catalog import suggestions
from bridge.catalog.candidates import linkable
from bridge.catalog.models import Listing, Product
from bridge.dashboard.links import goods_search
from bridge.dashboard.links.links_filters import STATES, WRITING
from bridge.history.deeds import in_words
from bridge.sync.goods import catalog_from_moysklad
from bridge.sync.reconcile import reconciliations

Match = Listing.Match


class ProductFilters(filters.Set):
    account = filters.Key(field_name="connection", help_text="As /shops/ names it.")
    moysklad_id = filters.Text(field_name="external_id")
    kind = filters.Choice(field_name="kind", choices=Product.Kind.choices)
    article = filters.Text(field_name="article")
    code = filters.Text(field_name="code")
    archived = filters.Yes(field_name="archived")
    present = filters.Yes(field_name="present")
    search = filters.Text(method="found", help_text="Words of name, article or code.")

    def found(self, rows: QuerySet[Product], _name: str, value: str) -> QuerySet[Product]:
        return goods_search.narrowed(rows, value, goods_search.OF_PRODUCTS)


class Products(Resource):
    """Items of MoySklad."""

    table = "product"
    queryset = Product.objects.all()
    filterset_class = ProductFilters
    pagination_class = Cursor

    def get_queryset(self) -> QuerySet[Product]:
        return Product.objects.select_related("connection").defer("facts")

    def row(self, one: Product) -> dict[str, Any]:
        return product(one)

    @extend_schema(responses=ProductSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Newest first."""
        return self.listed(self.get_queryset())

    @extend_schema(responses=ProductSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(product(get_object_or_404(self.get_queryset(), pk=pk)))

    @extend_schema(responses=ProductStockSerializer)
    @action(detail=True)
    def stock(self, request: Request, pk: int) -> Response:
        """What the stock reports last said of it, by kind of stock and warehouse, and what its sites show."""
        return Response(product_stock(get_object_or_404(self.get_queryset(), pk=pk)))


class ListingFilters(filters.Set):
    shop = filters.Key(field_name="shop")
    product = filters.Key(field_name="binding__product", help_text="Linked with this one.")
    site_id = filters.Text(field_name="product_id")
    variation_id = filters.Text(field_name="variation_id")
    sku = filters.Text(field_name="sku")
    match = filters.Choice(field_name="match", choices=Match.choices)
    link = filters.Choice(choices=[(code, label) for code, (label, _q) in STATES.items()], method="linked")
    written = filters.Choice(choices=[(code, label) for code, (label, _q) in WRITING.items()], method="taken")
    present = filters.Yes(field_name="present")
    search = filters.Text(method="found", help_text="Words of name or SKU.")

    def linked(self, rows: QuerySet[Listing], _name: str, value: str) -> QuerySet[Listing]:
        return rows.filter(STATES[value][1])

    def taken(self, rows: QuerySet[Listing], _name: str, value: str) -> QuerySet[Listing]:
        return rows.filter(WRITING[value][1])

    def found(self, rows: QuerySet[Listing], _name: str, value: str) -> QuerySet[Listing]:
        return goods_search.narrowed(rows, value, goods_search.OF_LISTINGS)


class Listings(Resource):
    """Goods of the sites."""

    table = "listing"
    queryset = Listing.objects.all()
    filterset_class = ListingFilters
    pagination_class = Cursor

    def get_queryset(self) -> QuerySet[Listing]:
        return Listing.objects.select_related(
            "shop__site", "shop__account", "binding__product", "suggestion", "lost_link"
        )

    def row(self, one: Listing) -> dict[str, Any]:
        return listing(one)

    @extend_schema(responses=ListingSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Newest first."""
        return self.listed(self.get_queryset())

    @extend_schema(responses=ListingSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(listing(self._listing(pk)))

    @extend_schema(responses=StockSerializer)
    @action(detail=True)
    def stock(self, request: Request, pk: int) -> Response:
        """Its number on the site, the one that should be there, and of what that is made."""
        return Response(stock(self._listing(pk)))

    @extend_schema(request=LinkSerializer, responses=LinkedSerializer)
    @action(detail=True, methods=["put"])
    def link(self, request: Request, pk: int) -> Response:
        """It is this item of MoySklad. Orders that waited for the link go on."""
        row = self._listing(pk)
        chosen = linkable(row.shop).filter(pk=self.given(LinkSerializer)["product"]).first()
        if chosen is None:
            text = gettext(
                "No item of the shop's account that can be linked: there is none, or it is archived."
            )
            raise serializers.ValidationError({"product": [text]})
        return self._linked(row, chosen)

    @extend_schema(request=None, responses={204: None})
    @link.mapping.delete
    def unlink(self, request: Request, pk: int) -> Response:
        """Take the link away for good: the SKU does not make it again."""
        row = self._listing(pk)
        if not catalog_from_moysklad.unlink(row):
            raise Conflict("not_linked", gettext("It is not linked."))
        note(request, row, _("The link is taken away; the SKU does not make it again."))
        return Response(status=204)

    @extend_schema(request=SuggestionSerializer, responses=LinkedSerializer)
    @action(detail=True, methods=["post"], url_path="suggestion/confirm")
    def confirm(self, request: Request, pk: int) -> Response:
        """The suggestion is right. 409 when it is another one by now."""
        row = self._suggested(pk)
        return self._linked(row, row.suggestion)

    @extend_schema(request=SuggestionSerializer, responses=DoneSerializer)
    @action(detail=True, methods=["post"], url_path="suggestion/refuse")
    def refuse(self, request: Request, pk: int) -> Response:
        """It is not that one: never suggested again. 409 when it is another one by now."""
        row = self._suggested(pk)
        suggestions.refuse([row])
        said = in_words(lambda: gettext("The suggestion for %(listing)s is refused.") % {"listing": row})
        note(request, row, said)
        return Response({"result": "refused", "message": said})

    @extend_schema(request=None, responses={201: ReconciliationSerializer})
    @action(detail=True, methods=["post"])
    def compare(self, request: Request, pk: int) -> Response:
        """Read both sides anew and find what differs; nothing is changed by that."""
        row = self._listing(pk)
        run = reconciliations.of_listing(row)
        note(request, row, _("Compared both sides."))
        return Response(reconciliation(run), status=201)

    def _listing(self, pk: int) -> Listing:
        return get_object_or_404(self.get_queryset(), pk=pk)

    def _suggested(self, pk: int) -> Any:
        row = self._listing(pk)
        if row.suggestion_id is None or row.suggestion_id != self.given(SuggestionSerializer)["suggestion"]:
            raise Conflict("decided_already", gettext("This suggestion was decided on already."))
        return row

    def _linked(self, row: Listing, chosen: Product) -> Response:
        released = catalog_from_moysklad.link(row, chosen)
        text = in_words(
            lambda: gettext("%(listing)s is linked with %(product)s.") % {"listing": row, "product": chosen}
        )
        note(self.request, row, text)
        return Response({"listing": listing(self._listing(row.pk)), "released": released})
