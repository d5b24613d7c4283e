"""/home/: the figures of the desk's first page, and the last thirty days."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api.resource import Resource
from bridge.api.shapes import Shape, number, text
from bridge.connections.models import Shop
from bridge.dashboard.home import exchange, today
from bridge.dashboard.home.figure import Figure
from bridge.dashboard.pauses import pause_words
from bridge.sync import tally


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Orders that wait for a person",
            {
                "code": "today-needs_you",
                "name": "Need you",
                "value": "2",
                "note": "cannot go on by themselves",
                "level": "danger",
            },
        )
    ]
)
class FigureSerializer(Shape):
    """`value` as people read it. `level`: success, info, warning, danger, or empty for what is only so."""

    code = text()
    name = text()
    value = text()
    note = text()
    level = text()


class OfDaySerializer(Shape):
    """`failures`: messages that did not go through at once. `seconds`: until half of the orders were in MoySklad."""

    day = serializers.DateField()
    orders = number()
    failures = number()
    seconds = serializers.FloatField(allow_null=True)


class HomeSerializer(Shape):
    """`today`: orders placed today by where they stand. `pauses`: how many are on."""

    today = FigureSerializer(many=True)
    figures = FigureSerializer(many=True)
    days = OfDaySerializer(many=True)
    pauses = number()


class Home(Resource):
    """Every role sees it. Figures for programs that watch the bridge: /status/ and /health/."""

    table = "order"

    @extend_schema(responses=HomeSerializer)
    def retrieve(self, request: Request) -> Response:
        """Today's orders, how the exchange goes, and a month day by day."""
        now, shops = timezone.now(), list(Shop.objects.order_by("pk"))
        paused = pause_words.notices()
        keeps_orders = any(one["keeps_orders"] for one in paused)
        return Response(
            {
                "today": [_figure(one) for one in today.figures(now, paused=keeps_orders)],
                "figures": [_figure(one) for one in exchange.figures(now, shops)] if shops else [],
                "days": [
                    {
                        "day": row.day,
                        "orders": row.orders,
                        "failures": row.failures,
                        "seconds": row.seconds,
                    }
                    for row in tally.last_days(now)
                ],
                "pauses": len(paused),
            }
        )


def _figure(one: Figure) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "value": str(one.value),
        "note": one.note,
        "level": one.colour,
    }
