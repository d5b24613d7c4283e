"""/refunds/ and /returns/: what followed orders on both sides, and a person's word that it is settled."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api import filters
from bridge.api.errors import Conflict
from bridge.api.failure_shapes import OrderOfSerializer
from bridge.api.paging import Cursor
from bridge.api.resource import Resource
from bridge.api.roles import note
from bridge.api.shapes import (
    DoneSerializer,
    MoneySerializer,
    NamedSerializer,
    RelatedDocumentSerializer,
    Shape,
    WordSerializer,
    moment,
    money,
    number,
    opened,
    text,
    word,
)
from bridge.dashboard.orders import decisions
from bridge.dashboard.orders.after_sale import currency_of, documents_of, fate_of, with_currency
from bridge.dashboard.words import DOCUMENTS
from bridge.dashboard.words import word as called
from bridge.orders.after_sale import Refund, RelatedDocument, Return
from bridge.orders.models import Order
from bridge.sync.refunds import refund_plans
from bridge.sync.returns import returns_to_site
from bridge.sync.returns.returns_from_moysklad import pending


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A refund that became a return",
            {
                "id": 8,
                "number": "5019",
                "order": {"id": 640, "number": "5001"},
                "made_at": "2026-05-20T12:00:00Z",
                "sum": {"minor": 159170, "currency": "RUB"},
                "became": {"code": "in_moysklad", "label": "in MoySklad"},
                "documents": [
                    {
                        "kind": {"code": "salesreturn", "label": "Return of goods"},
                        "number": "00012",
                        "url": "https://online.moysklad.ru/app/#salesreturn/edit?id=1",
                        "gone": False,
                    }
                ],
            },
        )
    ]
)
class RefundSerializer(Shape):
    """A refund of the site. `became`: not_worked_on, on_its_way, in_moysklad, no_return, by_hand, made_from_return or
    deleted.
    """

    id = number()
    number = text()
    order = OrderOfSerializer()
    made_at = moment()
    sum = MoneySerializer()
    became = WordSerializer()
    documents = RelatedDocumentSerializer(many=True)


class WholeRefundSerializer(RefundSerializer):
    """`open`: something of it is still to be decided or made."""

    open = serializers.BooleanField()


class RefundFilters(filters.Set):
    shop = filters.Key(field_name="order__shop")
    order = filters.Key(field_name="order")
    number = filters.Text(field_name="source_id")
    made_from = filters.Moment(field_name="placed_at", lookup_expr="gte")
    made_until = filters.Moment(field_name="placed_at", lookup_expr="lte")


class Refunds(Resource):
    table = "refund"
    queryset = Refund.objects.all()
    filterset_class = RefundFilters
    pagination_class = Cursor
    orderings = {"-made_at": ("-placed_at", "-pk"), "made_at": ("placed_at", "pk")}

    def get_queryset(self) -> QuerySet[Refund]:
        rows = Refund.objects.select_related("order__shop")
        return rows.prefetch_related("made_from", "order__documents")

    def row(self, one: Refund) -> dict[str, Any]:
        documents = documents_of(one)
        fate = fate_of(one, documents)
        return {
            "id": one.pk,
            "number": one.source_id,
            "order": _order(one.order),
            "made_at": one.placed_at,
            "sum": money(one.amount_minor, one.order.currency),
            "became": word(fate.code, fate.label),
            "documents": [_document(row) for row in documents if row.external_id],
        }

    @extend_schema(responses=RefundSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Newest first."""
        return self.listed(self.get_queryset())

    @extend_schema(responses=WholeRefundSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        refund = get_object_or_404(self.get_queryset(), pk=pk)
        return Response({**self.row(refund), "open": refund in decisions.open_refunds(refund.order)})

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: int) -> Response:
        """A person entered in MoySklad what it needs: nothing more is made of it or asked about it."""
        refund = get_object_or_404(self.get_queryset(), pk=pk)
        if refund not in decisions.open_refunds(refund.order):
            raise Conflict("nothing_to_do", gettext("Nothing to do: the refund is through."))
        refund_plans.settle_by_hand(refund)
        said = _("The refund is settled.")
        note(request, refund, said)
        return Response({"result": "settled", "message": said})


class ReturnSerializer(Shape):
    """A return that people made in MoySklad. `order` null: nobody knows what it is about. `refund`: the one on the site
    that was made of it. `asks`: its refund is not as the return is now, and waits for a person.
    """

    id = number()
    number = text()
    url = text()
    gone = serializers.BooleanField()
    account = NamedSerializer()
    order = OrderOfSerializer(allow_null=True)
    refund = serializers.IntegerField(allow_null=True)
    made_at = moment()
    sum = MoneySerializer()
    settled = serializers.BooleanField()
    asks = serializers.BooleanField()


class ReturnFilters(filters.Set):
    account = filters.Key(field_name="connection")
    order = filters.Key(field_name="order")
    number = filters.Text(field_name="name")
    known = filters.Yes(method="of_order", help_text="Its order is known.")
    settled = filters.Yes(field_name="settled")
    gone = filters.Yes(field_name="gone")
    made_from = filters.Moment(field_name="moment", lookup_expr="gte")
    made_until = filters.Moment(field_name="moment", lookup_expr="lte")

    def of_order(self, rows: QuerySet[Return], _name: str, value: bool) -> QuerySet[Return]:
        return rows.filter(order__isnull=not value)


class Returns(Resource):
    table = "return"
    queryset = Return.objects.all()
    filterset_class = ReturnFilters
    pagination_class = Cursor
    orderings = {"-made_at": ("-moment", "-pk"), "made_at": ("moment", "pk")}

    def get_queryset(self) -> QuerySet[Return]:
        return with_currency(Return.objects.select_related("connection", "order__shop", "refund"))

    def row(self, one: Return) -> dict[str, Any]:
        return {
            "id": one.pk,
            "number": one.name,
            "url": opened(one.page_url, gone=one.gone),
            "gone": one.gone,
            "account": {"id": one.connection_id, "name": one.connection.name},
            "order": _order(one.order) if one.order is not None else None,
            "refund": one.refund_id,
            "made_at": one.moment,
            "sum": money(one.sum_minor, currency_of(one)),
            "settled": one.settled,
            "asks": _asks(one),
        }

    @extend_schema(responses=ReturnSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Newest first. Those nobody has seen to: `known=false&settled=false&gone=false`."""
        return self.listed(self.get_queryset())

    @extend_schema(responses=ReturnSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self.row(get_object_or_404(self.get_queryset(), pk=pk)))

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: int) -> Response:
        """Nothing more is asked about it as it is now. Nothing changes in MoySklad or on the site."""
        row = get_object_or_404(self.get_queryset(), pk=pk)
        if row.settled:
            raise Conflict("settled_already", gettext("The return is settled already."))
        returns_to_site.settle(row)
        said = _("The return is settled.")
        note(request, row, said)
        return Response({"result": "settled", "message": said})

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def follow(self, request: Request, pk: int) -> Response:
        """Its refund on the site is deleted, and made anew if the return is still there."""
        row = get_object_or_404(self.get_queryset(), pk=pk)
        if not _asks(row):
            raise Conflict("nothing_to_do", gettext("Nothing to do: its refund is as the return is."))
        returns_to_site.follow(row)
        said = _("The refund will be changed in a moment.")
        note(request, row, said)
        return Response({"result": "followed", "message": said})


def _asks(row: Return) -> bool:
    return bool(pending(row) and row.done is not None and not row.is_of_people)


def _order(row: Order) -> dict[str, Any]:
    return {"id": row.pk, "number": row.number}


def _document(row: RelatedDocument) -> dict[str, Any]:
    return {
        "kind": word(row.kind, called(DOCUMENTS, row.kind)),
        "number": row.name,
        "url": opened(row.page_url, gone=row.gone),
        "gone": row.gone,
    }
