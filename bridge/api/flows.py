"""/flows/: what runs by itself, how far each has read, what keeps it; run at once."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api import filters
from bridge.api.paging import Numbered
from bridge.api.resource import Resource
from bridge.api.roles import note
from bridge.api.shapes import (
    DoneSerializer,
    NamedSerializer,
    ProblemSerializer,
    Shape,
    WordSerializer,
    moment,
    number,
    problem,
    word,
)
from bridge.connections.models import Shop
from bridge.dashboard.words import FLOWS
from bridge.dashboard.words import word as called
from bridge.sync import flows
from bridge.sync.models import Watermark


class ScheduledSerializer(Shape):
    id = number()
    flow = WordSerializer()
    connection = NamedSerializer()
    last_success_at = moment(allow_null=True)
    next_due_at = moment()
    running = serializers.BooleanField()
    problem = ProblemSerializer(allow_null=True)


# What is brought → the flows that do: of the shop's site, of its account.
READ = {
    "stock": (("account", "stock"),),
    "goods": (("account", "catalogue"), ("site", "site_catalogue")),
}
READING = {
    "stock": _("The stock is read in a moment."),
    "goods": _("The goods of both sides are read in a moment."),
}


class ReadSerializer(Shape):
    """`goods`: of MoySklad and of the site, with the links their SKUs make."""

    shop = number(min_value=1, max_value=filters.LARGEST_KEY)
    what = serializers.ChoiceField(choices=list(READ))


class FlowFilters(filters.Set):
    connection = filters.Key(field_name="connection")
    flow = filters.Choice(field_name="flow", choices=list(FLOWS.items()))


class Flows(Resource):
    table = "watermark"
    queryset = Watermark.objects.all()
    filterset_class = FlowFilters
    pagination_class = Numbered

    def get_queryset(self) -> QuerySet[Watermark]:
        rows = Watermark.objects.select_related("connection")
        return rows.order_by("connection__vendor", "connection__name", "flow")

    def row(self, one: Watermark) -> dict[str, Any]:
        return {
            "id": one.pk,
            "flow": word(one.flow, called(FLOWS, one.flow)),
            "connection": {"id": one.connection_id, "name": one.connection.name},
            "last_success_at": one.last_success_at,
            "next_due_at": one.next_due_at,
            "running": one.running_since is not None,
            "problem": problem(one.problem, one.problem_params),
        }

    @extend_schema(responses=ScheduledSerializer(many=True))
    def list(self, request: Request) -> Response:
        """By connection."""
        return self.listed(self.get_queryset())

    @extend_schema(responses=ScheduledSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self.row(get_object_or_404(self.get_queryset(), pk=pk)))

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: int) -> Response:
        """As soon as a worker is free, not only at its time."""
        flow = get_object_or_404(self.get_queryset(), pk=pk)
        flows.run_soon(flow.connection, flow.flow)
        said = _("The flow will run in a moment.")
        note(request, flow, said)
        return Response({"result": "due", "message": said})

    @extend_schema(request=ReadSerializer, responses=DoneSerializer)
    @action(detail=False, methods=["post"])
    def read(self, request: Request) -> Response:
        """Bring a shop's stock or goods now: the flows that read them run as soon as a worker is free."""
        given = self.given(ReadSerializer)
        shop = get_object_or_404(Shop.objects.select_related("site", "account"), pk=given["shop"])
        sides = {"site": shop.site, "account": shop.account}
        for side, flow in READ[given["what"]]:
            flows.run_soon(sides[side], flow)
        said = READING[given["what"]]
        note(request, shop, said)
        return Response({"result": "due", "message": said})
