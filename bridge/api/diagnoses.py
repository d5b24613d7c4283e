"""/diagnoses/: a look at everything, check by check; begun by a person, made by a worker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api import filters
from bridge.api.long_work import LongWorkResource
from bridge.api.roles import note, person, role_here
from bridge.api.shapes import (
    NamedSerializer,
    ProgressSerializer,
    Shape,
    WordSerializer,
    moment,
    number,
    text,
    word,
)
from bridge.api.shapes import shop as named
from bridge.connections.models import Shop
from bridge.dashboard.diagnosis.diagnosis_page import SAID
from bridge.diagnosis import report, runs, words
from bridge.diagnosis.findings import OK
from bridge.diagnosis.models import Diagnosis
from bridge.diagnosis.table import GROUPS, checks_of
from bridge.people.roles import Role


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "The site's clock",
            {
                "code": "site_clock",
                "group": {"code": "site", "label": "The site"},
                "title": "Clock",
                "level": {"code": "ok", "label": "good"},
                "message": "Its clock and the bridge's agree.",
                "remedy": "",
            },
        )
    ]
)
class CheckSerializer(Shape):
    """`level` null: not looked at yet."""

    code = text()
    group = WordSerializer()
    title = text()
    level = WordSerializer(allow_null=True)
    message = text()
    remedy = text()


class DiagnosisSerializer(Shape):
    """`trial`: it also makes an item in MoySklad and takes it away again. `stuck`: begun, and no worker takes it."""

    id = number()
    shop = NamedSerializer(allow_null=True)
    state = WordSerializer()
    progress = ProgressSerializer()
    stuck = serializers.BooleanField()
    trial = serializers.BooleanField()
    by = text()
    began_at = moment()
    ended_at = moment(allow_null=True)


class WholeDiagnosisSerializer(DiagnosisSerializer):
    """`report`: as text to send to somebody, secrets masked; empty while it runs."""

    checks = CheckSerializer(many=True)
    report = text()


class BeginDiagnosisSerializer(Shape):
    """Without a shop the bridge alone is looked at. `trial` is the owner's to ask for."""

    shop = number(required=False, allow_null=True, min_value=1, max_value=filters.LARGEST_KEY)
    trial = serializers.BooleanField(default=False)


class DiagnosisFilters(filters.Set):
    shop = filters.Key(field_name="shop")
    state = filters.Choice(field_name="state", choices=Diagnosis.State.choices)


def diagnosis(run: Diagnosis) -> dict[str, Any]:
    return {
        "id": run.pk,
        "shop": named(run.shop) if run.shop is not None else None,
        "state": word(run.state, run.get_state_display()),
        "progress": {"done": len(run.found), "total": len(checks_of(shop=run.shop_id is not None))},
        "stuck": runs.stuck(run),
        "trial": run.trial,
        "by": run.by,
        "began_at": run.created_at,
        "ended_at": run.finished_at,
    }


@extend_schema_view(list=extend_schema(responses=DiagnosisSerializer(many=True)))
class Diagnoses(LongWorkResource):
    table = "diagnosis"
    queryset = Diagnosis.objects.all()
    filterset_class = DiagnosisFilters
    model = Diagnosis
    shape = staticmethod(diagnosis)

    @extend_schema(responses=WholeDiagnosisSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """With each check, and the whole of it as text."""
        run = get_object_or_404(self.get_queryset().select_related("shop__site"), pk=pk)
        ended = run.state != Diagnosis.State.RUNNING
        told = report.text(run) if ended else ""
        return Response({**diagnosis(run), "checks": list(_checks(run)), "report": told})

    @extend_schema(request=BeginDiagnosisSerializer, responses={201: DiagnosisSerializer})
    def create(self, request: Request) -> Response:
        """Begin another look; one of this shop that is under way is ended for it."""
        given = self.given(BeginDiagnosisSerializer)
        if given["trial"] and role_here(request) != Role.OWNER:
            raise PermissionDenied
        pk = given.get("shop")
        shop = get_object_or_404(Shop.objects.all(), pk=pk) if pk else None
        run = runs.start(shop, str(person(request)), trial=given["trial"])
        note(request, run, _("Diagnosis begun."))
        return Response(diagnosis(run), status=201)


def _checks(run: Diagnosis) -> Iterator[dict[str, Any]]:
    for check in checks_of(shop=run.shop_id is not None):
        found = run.found.get(check.code)
        level = found["level"] if found else ""
        message = words.sentence(found["code"], found["params"]) if found else ""
        remedy = words.remedy(found["code"]) if found and level != OK else ""
        yield {
            "code": check.code,
            "group": word(check.group, GROUPS[check.group]),
            "title": str(check.title),
            "level": word(level, SAID[level]) if level else None,
            "message": report.without_secrets(message) if message else "",
            "remedy": remedy,
        }
