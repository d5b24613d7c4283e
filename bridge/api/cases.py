"""Deeds for a row that waits for a person, a message or an event: discard it, give it to somebody, put it off."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api.errors import Conflict
from bridge.api.filters import LARGEST_KEY
from bridge.api.resource import Resource
from bridge.api.roles import person, said_by
from bridge.api.shapes import Day, DoneSerializer, Shape, number
from bridge.dashboard.attention.attention_deeds import DEEDS, Deed, Done, do


class DiscardSerializer(Shape):
    reason = serializers.CharField(max_length=300)


class AssignSerializer(Shape):
    """`person`: an id of /failures/assignees/, null for nobody."""

    person = number(allow_null=True, min_value=1, max_value=LARGEST_KEY)


class SnoozeSerializer(Shape):
    """Listed again on the morning of this day; null: now."""

    day = Day(allow_null=True)


class Cases(Resource):
    """A kind names its `model` and the states in which a deed makes sense."""

    model: Any

    def fitting(self, deed: str) -> Collection[str]:
        raise NotImplementedError

    @extend_schema(request=DiscardSerializer, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: int) -> Response:
        """It needs nobody. A later change of the same order or item goes as usual."""
        return self.one("discard", pk, self.given(DiscardSerializer))

    @extend_schema(request=AssignSerializer, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: int) -> Response:
        """Give it to a person, or back to nobody."""
        return self.one("assign", pk, self.given(AssignSerializer))

    @extend_schema(request=SnoozeSerializer, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: int) -> Response:
        """Put it off: until that day it is neither listed among what needs attention nor counted."""
        return self.one("snooze", pk, self.given(SnoozeSerializer))

    def one(self, name: str, pk: int, given: dict[str, Any]) -> Response:
        get_object_or_404(self.get_queryset(), pk=pk)
        deed, form = DEEDS[name], self.deed_form(name, given)
        rows = self.model._default_manager.filter(pk=pk, state__in=self.fitting(name))
        if not self.done(deed, rows, form).done:
            raise Conflict("nothing_to_do", nothing())
        return Response({"result": name, "message": deed.noted(form)})

    def done(self, deed: Deed, rows: QuerySet[Any], form: Any) -> Done:
        said = said_by(self.request, deed.noted(form))
        return do(deed, rows, form, person(self.request), self.request.user, said)

    def deed_form(self, name: str, given: dict[str, Any]) -> Any:
        """The desk's form of a deed, with the body's values of the same names."""
        data = {key: given[key] for key in ("reason", "person", "day") if given.get(key) is not None}
        data["_form_submitted"] = "1"  # as the dialog of the desk says it
        return self.valid(DEEDS[name].form(self.request, None, data))


def nothing() -> str:
    return gettext("Nothing to do: the message is on its way or finished, or a newer one stands for it.")
