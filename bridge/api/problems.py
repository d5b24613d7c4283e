"""/problems/: the error catalogue, every cause the bridge knows with its remedy, and the vendors' codes of it."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bridge import problems
from bridge.api.paging import Numbered
from bridge.api.resource import Resource
from bridge.api.shapes import Shape, WordSerializer, text, word
from bridge.dashboard.attention.catalogue_desk import entries
from bridge.outbox.models import OutboxMessage


class CatalogueEntrySerializer(Shape):
    """`repaired_by`: what kind of step repairs it. `retried`: itself, look_first, connection, person or remark.
    `vendors`: codes of MoySklad and WooCommerce that mean it.
    """

    code = text()
    cause = text()
    remedy = text()
    repaired_by = text()
    retried = WordSerializer()
    vendors = serializers.ListField(child=text())


class Problems(Resource):
    """Codes of all `problem` and `cause` in other answers."""

    table = "outboxmessage"
    queryset = OutboxMessage.objects.none()
    pagination_class = Numbered
    lookup_value_converter = "slug"

    def row(self, one: dict[str, Any]) -> dict[str, Any]:
        entry = problems.entry(one["code"])
        return {
            "code": one["code"],
            "cause": one["cause"],
            "remedy": one["remedy"],
            "repaired_by": entry.kind.value,
            "retried": word(entry.retry.value, one["retry"]),
            "vendors": one["vendors"],
        }

    @extend_schema(responses=CatalogueEntrySerializer(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(entries())

    @extend_schema(
        responses=CatalogueEntrySerializer,
        parameters=[OpenApiParameter("id", str, "path", description="Its code.")],
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        found = next((one for one in entries() if one["code"] == pk), None)
        if found is None:
            raise Http404
        return Response(self.row(found))
