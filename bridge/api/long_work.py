"""How work in portions looks in answers: comparisons, many tried again, previews; and its pause, resume, cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api.errors import Conflict
from bridge.api.paging import Cursor
from bridge.api.resource import Resource
from bridge.api.roles import note
from bridge.api.shapes import (
    DoneSerializer,
    NamedSerializer,
    ProblemSerializer,
    ProgressSerializer,
    Shape,
    WordSerializer,
    moment,
    number,
    problem,
    progress,
    shop,
    text,
    word,
)
from bridge.history.deeds import Sentence
from bridge.sync import leased
from bridge.sync.models import GoodsRun, Reconciliation, RetryRun, Upload
from bridge.sync.reconcile import reconciliations


class LongWorkSerializer(Shape):
    """`state`: running, paused, done or cancelled. `problem`: what keeps it just now."""

    id = number()
    shop = NamedSerializer()
    state = WordSerializer()
    progress = ProgressSerializer()
    problem = ProblemSerializer(allow_null=True)
    began_at = moment()
    ended_at = moment(allow_null=True)


class ReconciliationSerializer(LongWorkSerializer):
    """`order` or `listing`: it is about that one only. `found`: compared and differing, by subject."""

    order = number(allow_null=True)
    listing = number(allow_null=True)
    repair = serializers.BooleanField(help_text="It repairs differences and looks at them once more.")
    differing = number()
    found = serializers.DictField(child=serializers.DictField(child=number()))


class RetryRunSerializer(LongWorkSerializer):
    """`arrived`, `failed`: of those tried again; the rest goes by itself later."""

    cause = text()
    by = text()
    arrived = number()
    failed = number()


class PreviewSerializer(LongWorkSerializer):
    """`step`: comparing, ready, writing, written or dropped. `counts`: changes by field and by what became of them."""

    kind = WordSerializer()
    step = WordSerializer()
    then_on = serializers.BooleanField(help_text="Once it is written, changes are written by themselves.")
    undoes = number(allow_null=True)
    counts = serializers.DictField(child=serializers.DictField(child=number()))


def work(run: Any) -> dict[str, Any]:
    return {
        "id": run.pk,
        "shop": shop(run.shop),
        "state": word(run.state, run.get_state_display()),
        "progress": {"done": run.read, "total": run.total} if isinstance(run, Upload) else progress(run),
        "problem": problem(run.problem, run.problem_params),
        "began_at": run.created_at,
        "ended_at": run.finished_at,
    }


def reconciliation(run: Reconciliation) -> dict[str, Any]:
    return {
        **work(run),
        "order": run.chosen.get("order"),
        "listing": run.chosen.get("listing"),
        "repair": bool(run.chosen.get("repair")),
        "differing": reconciliations.differing(run),
        "found": reconciliations.figures(run),
    }


def retry_run(run: RetryRun) -> dict[str, Any]:
    return {
        **work(run),
        "cause": run.chosen.get("cause", ""),
        "by": run.by,
        "arrived": run.went,
        "failed": run.failed,
    }


def preview(run: GoodsRun) -> dict[str, Any]:
    return {
        **work(run),
        "kind": word(run.kind, run.get_kind_display()),
        "step": word(run.step, run.get_step_display()),
        "then_on": run.then_on,
        "undoes": run.undoes_id,
        "counts": run.counts,
    }


class LongWorkResource(Resource):
    """Listed and shown by `shape`; `end` is what ends it."""

    pagination_class = Cursor
    model: Any
    shape: Callable[[Any], dict[str, Any]]
    end: Callable[[Any], bool] = staticmethod(leased.cancel)

    def row(self, one: Any) -> dict[str, Any]:
        return type(self).shape(one)

    def get_queryset(self) -> Any:
        return self.model._default_manager.select_related("shop").order_by("-pk")

    def list(self, request: Request) -> Response:
        """Newest first."""
        return self.listed(self.get_queryset())

    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self.row(get_object_or_404(self.get_queryset(), pk=pk)))


class Stoppable(LongWorkResource):
    """Work that staff may pause and end."""

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: int) -> Response:
        """Go no further than the present portion."""
        return self._turned(request, pk, leased.pause, _("It is paused."))

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: int) -> Response:
        """Go on where it was paused."""
        return self._turned(request, pk, self._resume, _("It goes on."))

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """End it where it is. What was done stays."""
        return self._turned(request, pk, type(self).end, _("It is ended."))

    def may_go_on(self, run: Any) -> bool:
        """Whether a paused run is one that was paused."""
        return True

    def _resume(self, run: Any) -> bool:
        return self.may_go_on(run) and leased.resume(run)

    def _turned(self, request: Request, pk: int, turn: Callable[[Any], bool], said: Sentence) -> Response:
        run = get_object_or_404(self.get_queryset(), pk=pk)
        if not turn(run):
            raise Conflict("not_so", gettext("It does not stand so that this could be done."))
        note(request, run, said)
        run.refresh_from_db()
        return Response({"result": run.state, "message": said})
