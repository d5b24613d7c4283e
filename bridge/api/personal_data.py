"""/personal-data/: what is kept of a customer, given out as a file's content, taken out. The owner's.

Who is meant stands in the body: addresses are written down in many places. The API log keeps neither side's body.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api.resource import Resource
from bridge.api.roles import person, said_by
from bridge.api.shapes import Shape, number, text
from bridge.history import deeds
from bridge.personal import whose
from bridge.personal.anonymise import TAKEN_OUT, anonymise, counts
from bridge.personal.export import GIVEN_OUT, export
from bridge.personal.whose import Found


class WhoSerializer(Shape):
    """An e-mail address or a whole phone number, in any spelling."""

    who = text(max_length=255)


class KeptSerializer(Shape):
    """`rows`: how many of each table. `busy`: orders of which something is still to be sent; they are left alone."""

    rows = serializers.DictField(child=number())
    busy = serializers.ListField(child=text())


class GivenOutSerializer(Shape):
    """`kept`: everything, by table (docs/personal-data.md)."""

    kept = serializers.DictField()


class TakenOutSerializer(Shape):
    """`orders`: how many have no personal data now. `busy`: those that were left alone."""

    orders = number()
    busy = serializers.ListField(child=text())


class PersonalData(Resource):
    table = "personaldata"  # in nobody's rights

    @extend_schema(request=WhoSerializer, responses={200: KeptSerializer})
    @action(detail=False, methods=["post"])
    def look(self, request: Request) -> Response:
        """How much is kept of them."""
        found = self._found()
        return Response({"rows": counts(found), "busy": _numbers(found)})

    @extend_schema(request=WhoSerializer, responses={200: GivenOutSerializer})
    @action(detail=False, methods=["post"])
    def export(self, request: Request) -> Response:
        """All that is kept of them, to be given to them."""
        found = self._found()
        data = export(found)
        deeds.note_many(person(request), [*found.orders, *found.busy], said_by(request, GIVEN_OUT))
        return Response({"kept": data}, headers={"Cache-Control": "no-store"})

    @extend_schema(request=WhoSerializer, responses={200: TakenOutSerializer})
    @action(detail=False, methods=["post"])
    def anonymise(self, request: Request) -> Response:
        """Take it out of every table; it cannot be brought back."""
        found = self._found()
        done = anonymise(found, person(request), said_by(request, TAKEN_OUT))
        return Response({"orders": done, "busy": _numbers(found)})

    def _found(self) -> Found:
        return whose.of(str(self.given(WhoSerializer)["who"]))


def _numbers(found: Found) -> list[Any]:
    return [order.number for order in found.busy]
