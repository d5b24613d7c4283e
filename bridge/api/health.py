"""Liveness, readiness and the figures of the bridge."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bridge.status import heartbeat_age, lag, status


def healthz(request: HttpRequest) -> JsonResponse:
    """The web process answers."""
    return JsonResponse({"ok": True})


def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers, a worker takes tasks and nothing that is due waits for long; else 503 with the reason."""
    now = timezone.now()
    try:
        age, late = heartbeat_age(now), lag(now)
    except DatabaseError:
        return JsonResponse({"ok": False, "reason": "database"}, status=503)
    if age is None or age > settings.HEARTBEAT_TIMEOUT:
        return JsonResponse({"ok": False, "reason": "worker", "heartbeat_seconds": age}, status=503)
    if late > settings.READY_MAX_LAG:
        return JsonResponse({"ok": False, "reason": "lag", "lag_seconds": late}, status=503)
    return JsonResponse({"ok": True, "heartbeat_seconds": age, "lag_seconds": late})


class StatusView(APIView):
    """What waits, what failed, how far each flow has read."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        figures: dict[str, Any] = status()
        return Response(figures)
