"""/calls/: the API log, every call in both directions with its answer. Bodies are masked as they are stored."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api import filters
from bridge.api.paging import Cursor
from bridge.api.resource import Resource
from bridge.api.shapes import NamedSerializer, Shape, WordSerializer, moment, number, text, word
from bridge.apilog.models import ApiCall
from bridge.connections.models import Vendor
from bridge.dashboard.calls import call_words, calls_list
from bridge.dashboard.calls.call_desk import BODIES


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A call that MoySklad refused",
            {
                "id": 5120,
                "at": "2026-05-14T09:30:01.250000Z",
                "direction": {"code": "out", "label": "from the bridge"},
                "system": "MoySklad",
                "connection": {"id": 2, "name": "main"},
                "shop": {"id": 1, "name": "site"},
                "method": "POST",
                "path": "/api/remap/1.2/entity/customerorder",
                "query": "",
                "status": 412,
                "milliseconds": 310,
                "meaning": "refused: something in it is missing or wrong",
                "made_for": {"code": "order", "label": "Order → MoySklad"},
                "failure": 77,
                "event": None,
                "try_number": 1,
                "delivery": "",
            },
        )
    ]
)
class LoggedCallSerializer(Shape):
    """`status`: 0 when no answer came. `meaning`: why it failed, empty for a success. `failure` and `event`: the
    outgoing message and the incoming event it was made for.
    """

    id = number()
    at = moment()
    direction = WordSerializer()
    system = text()
    connection = NamedSerializer(allow_null=True)
    shop = NamedSerializer(allow_null=True)
    method = text()
    path = text()
    query = text()
    status = number()
    milliseconds = number()
    meaning = text()
    made_for = WordSerializer(allow_null=True)
    failure = number(allow_null=True)
    event = number(allow_null=True)
    try_number = number()
    delivery = text()


class BodySerializer(Shape):
    """`bytes`: of the whole body; `cut`: only the beginning is kept."""

    text = text()
    bytes = number()
    cut = serializers.BooleanField()


class WholeCallSerializer(LoggedCallSerializer):
    request = BodySerializer()
    response = BodySerializer()


class CallFilters(filters.Set):
    direction = filters.Choice(field_name="direction", choices=ApiCall.Direction.choices)
    system = filters.Choice(field_name="vendor", choices=Vendor.choices)
    result = filters.Choice(
        choices=[(code, name) for code, (name, _q) in calls_list.RESULTS.items()], method="of_result"
    )
    shop = filters.Key(field_name="shop")
    connection = filters.Key(field_name="connection")
    at_from = filters.Moment(field_name="at", lookup_expr="gte")
    at_until = filters.Moment(field_name="at", lookup_expr="lte")
    order = filters.Key(method="of_one", help_text="Calls that brought this order over.")
    message = filters.Key(method="of_one", help_text="Calls of this outgoing message (/failures/).")
    event = filters.Key(method="of_one", help_text="Calls of this incoming event.")
    search = filters.Text(
        method="found", help_text="Status, number of an order, part of the address; of the newest calls."
    )

    def of_result(self, calls: QuerySet[ApiCall], _name: str, value: str) -> QuerySet[ApiCall]:
        return calls.filter(calls_list.RESULTS[value][1])

    def of_one(self, calls: QuerySet[ApiCall], name: str, value: int) -> QuerySet[ApiCall]:
        return calls.filter(calls_list.BELONGS[name](value))

    def found(self, calls: QuerySet[ApiCall], _name: str, value: str) -> QuerySet[ApiCall]:
        for one in value.split():
            calls = calls_list.found(calls, one)
        return calls


class Calls(Resource):
    table = "apicall"
    queryset = ApiCall.objects.all()
    filterset_class = CallFilters
    pagination_class = Cursor
    orderings = {"-at": ("-at", "-pk"), "at": ("at", "pk")}

    def get_queryset(self) -> QuerySet[ApiCall]:
        return ApiCall.objects.select_related("shop", "connection")

    def row(self, one: ApiCall) -> dict[str, Any]:
        return _call(one)

    @extend_schema(responses=LoggedCallSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Newest first, without bodies."""
        return self.listed(self.get_queryset().defer(*BODIES))

    @extend_schema(responses=WholeCallSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """With what was sent and what was answered."""
        call = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(
            {
                **_call(call),
                "request": _body(call.request_body, call.request_bytes, call.request_cut),
                "response": _body(call.response_body, call.response_bytes, call.response_cut),
            }
        )


def _call(call: ApiCall) -> dict[str, Any]:
    return {
        "id": call.pk,
        "at": call.at,
        "direction": word(call.direction, call.get_direction_display()),
        "system": call_words.system(call),
        "connection": _named(call.connection),
        "shop": _named(call.shop),
        "method": call.method,
        "path": call.path,
        "query": call.query,
        "status": call.status,
        "milliseconds": call.duration_ms,
        "meaning": call_words.meaning(call),
        "made_for": word(call.purpose, call_words.purpose(call)) if call.purpose else None,
        "failure": call.message_id,
        "event": call.event_id,
        "try_number": call.try_number,
        "delivery": call.request_id,
    }


def _named(row: Any) -> dict[str, Any] | None:
    return None if row is None else {"id": row.pk, "name": row.name}


def _body(kept: str, size: int, cut: bool) -> dict[str, Any]:
    return {"text": kept, "bytes": size, "cut": cut}
