"""/reconciliations/ and /differences/: both sides compared, what differs, and its repair."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api import filters
from bridge.api.errors import Conflict
from bridge.api.long_work import ReconciliationSerializer, Stoppable, reconciliation
from bridge.api.paging import Cursor
from bridge.api.resource import Resource
from bridge.api.roles import note, said_by
from bridge.api.shapes import (
    Day,
    DoneSerializer,
    NamedSerializer,
    ProblemSerializer,
    Shape,
    WordSerializer,
    moment,
    number,
    problem,
    shop,
    text,
    word,
)
from bridge.dashboard.comparing.drift_words import CAUSES, REPAIRS
from bridge.dashboard.comparing.reconcile_form import ReconcileForm
from bridge.dashboard.words import word as called
from bridge.history.deeds import in_words, note_many
from bridge.problems import remedy
from bridge.sync.models import Drift, Reconciliation
from bridge.sync.reconcile import reconciliations, repairs

State = Drift.State
STARTED = {201: ReconciliationSerializer}


class ReconciliationFilters(filters.Set):
    shop = filters.Key(field_name="shop")
    state = filters.Choice(field_name="state", choices=Reconciliation.State.choices)


class StartSerializer(Shape):
    """`since`: orders placed from that day on; without it those of the last 30 days."""

    shop = number(min_value=1, max_value=filters.LARGEST_KEY)
    since = Day(required=False, allow_null=True)


@extend_schema_view(
    list=extend_schema(responses=ReconciliationSerializer(many=True)),
    retrieve=extend_schema(responses=ReconciliationSerializer),
)
class Reconciliations(Stoppable):
    """Comparisons of both sides."""

    table = "reconciliation"
    queryset = Reconciliation.objects.all()
    filterset_class = ReconciliationFilters
    model = Reconciliation
    shape = staticmethod(reconciliation)
    end = staticmethod(reconciliations.cancel)

    @extend_schema(request=StartSerializer, responses=STARTED)
    def create(self, request: Request) -> Response:
        """Compare everything of a shop. 409 while it is compared already."""
        given = self.given(StartSerializer)
        since = given.get("since")
        form = self.valid(ReconcileForm({"shop": given["shop"], "since": since and since.isoformat()}))
        run = reconciliations.start(**form.chosen)
        note(request, run, _("The comparison is started."))
        return Response(reconciliation(run), status=201)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A number that was changed on the site",
            {
                "id": 12,
                "reconciliation": 3,
                "shop": {"id": 1, "name": "site"},
                "subject": {"code": "stock", "label": "stock"},
                "cause": {"code": "drift_stock_changed_here", "label": "number changed on the site"},
                "problem": {
                    "code": "drift_stock_changed_here",
                    "message": "Somebody changed the number on the site.",
                    "remedy": "Press “Repair”.",
                },
                "state": {"code": "open", "label": "differs"},
                "title": "Mug (MUG-0001)",
                "here": "7",
                "there": "5",
                "repair": {"code": "stock", "label": "the number is written to the site"},
                "overwrites": False,
                "order": None,
                "listing": 90,
                "found_at": "2026-05-14T09:30:00Z",
            },
        )
    ]
)
class DifferenceSerializer(Shape):
    """`here`, `there`: what the site and MoySklad say. `repair`: what would be done about it, null where nothing can
    be from here; `overwrites`: that puts one side's word over what a person entered on the other.
    """

    id = number()
    reconciliation = number()
    shop = NamedSerializer()
    subject = WordSerializer()
    cause = WordSerializer()
    problem = ProblemSerializer()
    state = WordSerializer()
    title = text()
    here = text()
    there = text()
    repair = WordSerializer(allow_null=True)
    overwrites = serializers.BooleanField()
    order = number(allow_null=True)
    listing = number(allow_null=True)
    found_at = moment()


class DifferenceFilters(filters.Set):
    shop = filters.Key(field_name="shop")
    reconciliation = filters.Key(field_name="reconciliation")
    order = filters.Key(field_name="order")
    listing = filters.Key(field_name="listing")
    state = filters.Choice(field_name="state", choices=State.choices)
    subject = filters.Choice(field_name="subject", choices=Drift.Subject.choices)
    cause = filters.Choice(field_name="code", choices=[(code, code) for code in CAUSES])


class ManySerializer(Shape):
    """Differences of one shop, by their ids. `overwriting` false leaves out what would put one side's word over what a
    person entered on the other.
    """

    ids = serializers.ListField(
        child=number(min_value=1, max_value=filters.LARGEST_KEY), min_length=1, max_length=500
    )
    overwriting = serializers.BooleanField(default=False)


class RepairEstimateSerializer(Shape):
    """About how many calls the repair of these takes; `left`: of how many nothing can be repaired from here."""

    differences = number()
    left = number()
    overwriting = number()
    calls_site = number()
    calls_moysklad = number()


class Differences(Resource):
    """What comparisons found."""

    table = "drift"
    queryset = Drift.objects.all()
    filterset_class = DifferenceFilters
    pagination_class = Cursor

    def get_queryset(self) -> QuerySet[Drift]:
        return Drift.objects.select_related("shop", "order__shop", "listing__shop")

    def row(self, one: Drift) -> dict[str, Any]:
        return {
            "id": one.pk,
            "reconciliation": one.reconciliation_id,
            "shop": shop(one.shop),
            "subject": word(one.subject, one.get_subject_display()),
            "cause": word(one.code, called(CAUSES, one.code)),
            "problem": problem(one.code, one.params),
            "state": word(one.state, one.get_state_display()),
            "title": one.title,
            "here": one.here,
            "there": one.there,
            "repair": word(one.repair, called(REPAIRS, one.repair)) if one.repair else None,
            "overwrites": one.repair in repairs.OVERWRITING,
            "order": one.order_id,
            "listing": one.listing_id,
            "found_at": one.found_at,
        }

    @extend_schema(responses=DifferenceSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Newest first."""
        return self.listed(self.get_queryset())

    @extend_schema(responses=DifferenceSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self.row(get_object_or_404(self.get_queryset(), pk=pk)))

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def repair(self, request: Request, pk: int) -> Response:
        """Ask for its repair; it goes through the queue and is compared once more."""
        drift = get_object_or_404(self.get_queryset(), pk=pk)
        if reconciliations.repair(Drift.objects.filter(pk=pk)) is None:
            text = gettext("This cannot be repaired from here: %(remedy)s") % {"remedy": remedy(drift.code)}
            raise Conflict("not_to_be_repaired", text)
        said = in_words(
            lambda: gettext("Repair is asked for: %(what)s") % {"what": called(REPAIRS, drift.repair)}
        )
        note(request, drift, said)
        return Response({"result": drift.repair, "message": said})

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        """It may stay so: not listed any more until one side says something else."""
        drift = get_object_or_404(self.get_queryset(), pk=pk)
        if not reconciliations.accept(Drift.objects.filter(pk=pk)):
            raise Conflict("not_open", gettext("Nothing to accept: it differs no more."))
        said = _("Accepted as it is.")
        note(request, drift, said)
        return Response({"result": State.ACCEPTED.value, "message": said})

    @extend_schema(request=None, responses=STARTED)
    @action(detail=True, methods=["post"])
    def compare(self, request: Request, pk: int) -> Response:
        """Compare its order or item once more."""
        drift = get_object_or_404(self.get_queryset(), pk=pk)
        if drift.order is not None:
            run = reconciliations.of_order(drift.order)
        elif drift.listing is not None:
            run = reconciliations.of_listing(drift.listing)
        else:
            raise Conflict("nothing_to_compare", gettext("It belongs to no order and no item."))
        note(request, drift, _("It is compared again in a moment."))
        return Response(reconciliation(run), status=201)

    @extend_schema(request=ManySerializer, responses=RepairEstimateSerializer)
    @action(detail=False, methods=["post"])
    def estimate(self, request: Request) -> Response:
        """What the repair of many would take. Nothing is done."""
        rows, fitting = self._chosen()
        calls = repairs.estimate(fitting)
        count = fitting.count()
        overwriting = fitting.filter(repair__in=repairs.OVERWRITING).count()
        return Response(
            {
                "differences": count,
                "left": rows.count() - count,
                "overwriting": overwriting,
                "calls_site": calls.site,
                "calls_moysklad": calls.moysklad,
            }
        )

    @extend_schema(
        operation_id="differences_repair_many",
        request=ManySerializer,
        responses=STARTED,
    )
    @action(detail=False, methods=["post"], url_path="repair")
    def repair_many(self, request: Request) -> Response:
        """Ask for the repair of many of one shop."""
        rows, fitting = self._chosen()
        if rows.order_by().values("shop").distinct().count() > 1:
            text = gettext("Choose differences of one shop.")
            raise serializers.ValidationError({"ids": [text]})
        overwriting = bool(self.given(ManySerializer)["overwriting"])
        pks = list(fitting.values_list("pk", flat=True))
        run = reconciliations.repair(fitting, overwriting=overwriting)
        if run is None:
            raise Conflict("not_to_be_repaired", gettext("None of these can be repaired from here."))
        chosen = Drift.objects.filter(pk__in=pks, reconciliation=run)
        note_many(request.user, chosen, said_by(request, _("Repair")))
        return Response(reconciliation(run), status=201)

    def _chosen(self) -> tuple[QuerySet[Drift], QuerySet[Drift]]:
        rows = Drift.objects.filter(pk__in=self.given(ManySerializer)["ids"])
        return rows, rows.filter(state=State.OPEN).exclude(repair="")
