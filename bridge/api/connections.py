"""/connections/: the accounts and sites the bridge is connected with, asked now whether they answer. The owner's."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api.paging import Numbered
from bridge.api.resource import Resource
from bridge.api.roles import note
from bridge.api.shapes import ProblemSerializer, Shape, WordSerializer, number, problem, text, word
from bridge.connections.models import Connection
from bridge.history.deeds import in_words
from bridge.sync.account.check import check


class ConnectionSerializer(Shape):
    """`problem`: why it did not answer, while it is left alone."""

    id = number()
    name = text()
    system = WordSerializer()
    base_url = text()
    answers = serializers.BooleanField()
    problem = ProblemSerializer(allow_null=True)


class CheckedSerializer(Shape):
    """`answers`: it did just now; else `remedy` says what to do about what `message` says."""

    answers = serializers.BooleanField()
    message = text()
    remedy = text()


class Connections(Resource):
    table = "connection"
    queryset = Connection.objects.all()
    pagination_class = Numbered

    def row(self, one: Connection) -> dict[str, Any]:
        away = one.is_paused(timezone.now())
        return {
            "id": one.pk,
            "name": one.name,
            "system": word(one.vendor, one.get_vendor_display()),
            "base_url": one.base_url,
            "answers": not away,
            "problem": problem(one.pause_problem, one.pause_params) if away else None,
        }

    def get_queryset(self) -> QuerySet[Connection]:
        return Connection.objects.order_by("vendor", "name")

    @extend_schema(responses=ConnectionSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Without what they are logged in to with, which is in no answer."""
        return self.listed(self.get_queryset())

    @extend_schema(request=None, responses=CheckedSerializer)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: int) -> Response:
        """Calls the other side with the stored login. It may take twenty seconds."""
        connection = get_object_or_404(self.get_queryset(), pk=pk)
        found = check(connection)
        said = in_words(lambda: gettext("Checked: %(text)s") % {"text": found.sentence})
        note(request, connection, said)
        return Response({"answers": found.ok, "message": found.sentence, "remedy": found.remedy})
