"""/orders/: where each stands, one with its journey, and what a person may ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api import filters, sending
from bridge.api.errors import Conflict
from bridge.api.failure_shapes import EstimateSerializer
from bridge.api.long_work import ReconciliationSerializer, reconciliation
from bridge.api.order_shapes import (
    JourneySerializer,
    OrderRowSerializer,
    OrderSerializer,
    journey,
    order_row,
    whole_order,
)
from bridge.api.paging import Cursor
from bridge.api.resource import Resource
from bridge.api.roles import note, person, remember, role_here
from bridge.api.shapes import CountSerializer, DoneSerializer, RowsSerializer, Shape
from bridge.dashboard.orders.order_buttons import NOT_ASKED, taken
from bridge.dashboard.orders.order_states import ALL, FLAGGED, narrow, with_standing
from bridge.dashboard.recorded import name_of
from bridge.history.deeds import in_words
from bridge.orders import search
from bridge.orders.models import Order
from bridge.outbox import holds
from bridge.people.roles import Role
from bridge.sync import kinds
from bridge.sync.attention import retries
from bridge.sync.orders import goods_choice
from bridge.sync.reconcile import reconciliations
from bridge.sync.states import removed_documents

DECISIONS = {
    "create_again": removed_documents.create_again,
    "leave": removed_documents.leave,
    "cancel_on_site": removed_documents.cancel_on_site,
}


class OrderFilters(filters.Set):
    shop = filters.Key(field_name="shop")
    number = filters.Text(field_name="number")
    site_id = filters.Text(field_name="source_id")
    status = filters.Text(field_name="status", help_text="On the site, as `processing`.")
    standing = filters.Choice(
        choices=[(one.code, one.label) for one in (*ALL, FLAGGED)], method="of_standing"
    )
    document = filters.Text(field_name="binding__document_name", help_text="Number in MoySklad.")
    placed_from = filters.Moment(field_name="placed_at", lookup_expr="gte")
    placed_until = filters.Moment(field_name="placed_at", lookup_expr="lte")
    search = filters.Text(
        method="found",
        help_text="Number, number in MoySklad, e-mail or phone, as on the desk; not the last two for viewers.",
    )

    def of_standing(self, orders: QuerySet[Order], _name: str, value: str) -> QuerySet[Order]:
        narrowed: QuerySet[Order] = narrow(orders, value)
        return narrowed

    def found(self, orders: QuerySet[Order], _name: str, value: str) -> QuerySet[Order]:
        if role_here(self.request) == Role.VIEWER:
            return orders.filter(Q(number__iexact=value) | Q(binding__document_name__iexact=value))
        return orders.filter(pk__in=search.found(Order.objects.all(), value))


class DecisionSerializer(Shape):
    """`create_again`: a new document; `leave`: none, and the order is no longer sent; `cancel_on_site`."""

    decision = serializers.ChoiceField(choices=sorted(DECISIONS))


class GoodsSerializer(Shape):
    """`site`: the document gets the goods of the order on the site. `document`: it stays as it is, and where the shop
    takes changes from MoySklad the order on the site gets its goods.
    """

    whose = serializers.ChoiceField(choices=[goods_choice.SITE, goods_choice.DOCUMENT])


class HoldSerializer(Shape):
    """`why` is kept with the order."""

    why = serializers.CharField(required=False, allow_blank=True, max_length=300)


class Orders(Resource):
    table = "order"
    queryset = Order.objects.all()
    filterset_class = OrderFilters
    pagination_class = Cursor
    own_parameters = {"journey": ("before",)}
    orderings = {"-placed_at": ("-placed_at", "-pk"), "placed_at": ("placed_at", "pk")}

    def get_queryset(self) -> QuerySet[Order]:
        return with_standing(Order.objects.all()).select_related("shop__site", "shop__account")

    def row(self, one: Any) -> dict[str, Any]:
        return order_row(one, self.request)

    @extend_schema(responses=OrderRowSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Orders of all shops, newest first."""
        return self.listed(self.get_queryset().defer("content"))

    @extend_schema(responses=OrderSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One order with its lines, what stands in its way, and its journey."""
        return Response(whole_order(get_object_or_404(self.get_queryset(), pk=pk), request))

    @extend_schema(
        responses=JourneySerializer,
        parameters=[OpenApiParameter("before", str, description="`earlier` of the page before.")],
    )
    @action(detail=True)
    def journey(self, request: Request, pk: int) -> Response:
        """What happened with an order and what each call answered, page by page."""
        order = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(journey(order, request.query_params.get("before", "")))

    @extend_schema(request=HoldSerializer, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: int) -> Response:
        """Let nothing about it go out until it is released. News of it is still taken in."""
        order = get_object_or_404(self.get_queryset(), pk=pk)
        why = str(self.given(HoldSerializer).get("why", ""))
        if not holds.begin(order.object_key, by=name_of(request.user), why=why):
            raise Conflict("held_already", gettext("The order is on hold already."))
        said = _("The order is on hold.")
        note(request, order, in_words(lambda: f"{said} {why}".strip()))
        return Response({"result": "held", "message": said})

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: int) -> Response:
        """What waited for it is sent now."""
        order = get_object_or_404(self.get_queryset(), pk=pk)
        if not holds.end(order.object_key):
            raise Conflict("not_held", gettext("The order is not on hold."))
        said = _("The order is released: what waited is being sent.")
        note(request, order, said)
        return Response({"result": "released", "message": said})

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: int) -> Response:
        """Queue it for MoySklad once more. Edits made in the document stay."""
        order = get_object_or_404(self.get_queryset(), pk=pk)
        match sending.sent_again(order):
            case sending.NOT_SENT:
                raise Conflict("not_sent", gettext("Orders of this status are not sent to MoySklad."))
            case sending.REMOVED:
                removed = gettext("The document was removed in MoySklad: decide what to do then.")
                raise Conflict("document_gone", removed)
        text = _("The order is queued for sending.")
        note(request, order, text)
        return Response({"result": sending.QUEUED, "message": text})

    @extend_schema(operation_id="orders_estimate", request=RowsSerializer, responses=EstimateSerializer)
    @action(detail=False, methods=["post"])
    def estimate(self, request: Request) -> Response:
        """What sending these once more would take. Nothing is done; those that are not sent are not counted."""
        found = retries.cost({kinds.ORDER: sum(map(sending.goes, self._chosen()))})
        return Response({"count": found.rows, "calls": found.calls, "seconds": found.seconds})

    @extend_schema(operation_id="orders_send_many", request=RowsSerializer, responses=CountSerializer)
    @action(detail=False, methods=["post"], url_path="send")
    def send_many(self, request: Request) -> Response:
        """Queue these for MoySklad once more. `left`: not sent in their status, or somebody removed their document."""
        orders = self._chosen()
        remember(request, Order, [order.pk for order in orders])
        sent = [order for order in orders if sending.sent_again(order) == sending.QUEUED]
        for order in sent:
            note(request, order, _("The order is queued for sending."))
        return Response({"done": len(sent), "left": len(orders) - len(sent)})

    def _chosen(self) -> Sequence[Any]:
        """Orders by their ids. Raises Http404 when there is not one of them."""
        keys = set(self.given(RowsSerializer)["ids"])
        found = [*self.get_queryset().filter(pk__in=keys)]
        if len(found) != len(keys):
            raise Http404
        return found

    @extend_schema(request=DecisionSerializer, responses=DoneSerializer)
    @action(detail=True, methods=["post"], url_path="removed-document")
    def removed_document(self, request: Request, pk: int) -> Response:
        """What to do about an order whose document somebody removed in MoySklad."""
        order = get_object_or_404(self.get_queryset(), pk=pk)
        decision = self.given(DecisionSerializer)["decision"]
        if not DECISIONS[decision](order):
            raise Conflict("document_there", gettext("The document is in its place."))
        texts = {
            "create_again": _("A new document is being made."),
            "leave": _("The document stays removed."),
            "cancel_on_site": _("The order is being cancelled on the site."),
        }
        note(request, order, texts[decision])
        return Response({"result": decision, "message": texts[decision]})

    @extend_schema(request=GoodsSerializer, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def goods(self, request: Request, pk: int) -> Response:
        """Whose goods count, where both sides changed them; where more was shipped than the site has, only the
        document's can. 409 when nobody asks for this choice."""
        order = get_object_or_404(self.get_queryset(), pk=pk)
        whose = self.given(GoodsSerializer)["whose"]
        said = taken(order, whose)
        if not goods_choice.choose(order, whose, by=name_of(person(request)), why=said):
            raise Conflict("not_asked", str(NOT_ASKED))
        note(request, order, said)
        return Response({"result": whose, "message": said})

    @extend_schema(request=None, responses={201: ReconciliationSerializer})
    @action(detail=True, methods=["post"])
    def compare(self, request: Request, pk: int) -> Response:
        """Read both sides anew and find what differs; nothing is changed by that."""
        order = get_object_or_404(self.get_queryset(), pk=pk)
        run = reconciliations.of_order(order)
        note(request, order, _("Compared both sides."))
        return Response(reconciliation(run), status=201)
