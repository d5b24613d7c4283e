"""Liveness, readiness and the figures of the bridge."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api.resource import Resource
from bridge.api.shapes import Shape, number, text
from bridge.people import knocks
from bridge.status import heartbeat_age, lag, status
from bridge.sync.attention.selection import Narrowed

MOST_A_MINUTE = 300


def healthz(request: HttpRequest) -> JsonResponse:
    """The web process answers."""
    return JsonResponse({"ok": True})


def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers, a worker takes tasks and nothing that is due waits for long; else 503 with the reason.
    429 for an address that asks more often than any monitor does: each answer costs queries.
    """
    if knocks.count("readyz", request) > MOST_A_MINUTE:
        said = {"ok": False, "reason": "too_often"}
        return JsonResponse(said, status=429, headers={"Retry-After": str(knocks.seconds_left())})
    try:
        found = _readiness()
    except DatabaseError:
        return JsonResponse({"ok": False, "reason": "database"}, status=503)
    if found["ok"]:
        return JsonResponse({"ok": True, **_figures(found, "heartbeat_seconds", "lag_seconds")})
    of_reason = {"worker": "heartbeat_seconds", "lag": "lag_seconds"}[found["reason"]]
    return JsonResponse({"ok": False, "reason": found["reason"], **_figures(found, of_reason)}, status=503)


def _figures(found: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: found[name] for name in names}


def _readiness() -> dict[str, Any]:
    now = timezone.now()
    age, late = heartbeat_age(now), lag(now)
    reason = ""
    if age is None or age > settings.HEARTBEAT_TIMEOUT:
        reason = "worker"
    elif late > settings.READY_MAX_LAG:
        reason = "lag"
    return {"ok": not reason, "reason": reason, "heartbeat_seconds": age, "lag_seconds": late}


class HealthSerializer(Shape):
    """`reason`: worker (none takes tasks) or lag (what is due waits for long); empty where all is well."""

    ok = serializers.BooleanField()
    reason = text()
    heartbeat_seconds = serializers.FloatField(allow_null=True)
    lag_seconds = serializers.FloatField()
    needs_attention = number()


class Health(Resource):
    """Whether the bridge works, and how much waits for a person."""

    @extend_schema(responses=HealthSerializer)
    def retrieve(self, request: Request) -> Response:
        return Response({**_readiness(), "needs_attention": Narrowed().count()})


class StatusSerializer(Shape):
    """The figures of docs/operations.md."""

    inbox = serializers.DictField()
    outbox = serializers.DictField()
    flows = serializers.DictField()
    budget = serializers.DictField()
    worker = serializers.DictField()


class Status(Resource):
    """What waits, what failed, how far each flow has read."""

    @extend_schema(responses=StatusSerializer)
    def retrieve(self, request: Request) -> Response:
        figures: dict[str, Any] = status()
        return Response(figures)
