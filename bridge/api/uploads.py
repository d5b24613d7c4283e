"""/uploads/: older orders taken along: estimated, begun, watched, ended; doubtful ones decided."""

from __future__ import annotations

from typing import Any

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
from bridge.api.failure_shapes import OrderOfSerializer
from bridge.api.long_work import LongWorkSerializer, Stoppable, work
from bridge.api.roles import note
from bridge.api.shapes import (
    Day,
    DoneSerializer,
    MoneySerializer,
    ProblemSerializer,
    Shape,
    moment,
    money,
    number,
    problem,
    text,
)
from bridge.connections.faults import problem_of
from bridge.connections.models import Connection
from bridge.dashboard.uploads import upload_page
from bridge.dashboard.uploads.upload_form import MOST_IDS, UploadForm
from bridge.history.deeds import in_words
from bridge.orders.flags import Flag
from bridge.sync.models import Upload
from bridge.sync.orders import linked_documents
from bridge.sync.uploads import uploads
from connectors.errors import ConnectorError


class UploadSerializer(LongWorkSerializer):
    """Orders: `linked` with documents that were there, `queued` for new ones, `known` before, `doubtful` (a person
    decides), `left_alone`.
    """

    what = text()
    create_missing = serializers.BooleanField()
    linked = number()
    queued = number()
    known = number()
    doubtful = number()
    left_alone = number()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Orders of a month", {"shop": 1, "after": "2026-04-01", "before": "2026-04-30"}, request_only=True
        )
    ]
)
class WhichOrdersSerializer(Shape):
    """Orders placed from `after` to `before`, both days included, in these `statuses` (none: all but the trash); or
    those of `ids`, as the site calls them. Without `create_missing` they are only linked.
    """

    shop = number(min_value=1, max_value=filters.LARGEST_KEY)
    after = Day(required=False, allow_null=True)
    before = Day(required=False, allow_null=True)
    statuses = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=50
    )
    ids = serializers.ListField(
        child=number(min_value=1, max_value=10**17), required=False, max_length=MOST_IDS
    )
    create_missing = serializers.BooleanField(default=True)


class UploadEstimateSerializer(Shape):
    """About how many calls to MoySklad and minutes; `orders` null: the site does not tell."""

    orders = number(allow_null=True)
    calls = number()
    minutes = number()


class CandidateSerializer(Shape):
    id = text()
    name = text()


class DoubtSerializer(Shape):
    """An order of which a person must say which document is its own. `documents`: those that may be."""

    order = OrderOfSerializer()
    placed_at = moment()
    total = MoneySerializer()
    problem = ProblemSerializer()
    documents = CandidateSerializer(many=True)


class DecideSerializer(Shape):
    """`document`: an id of the order's doubt; null: none of them, a new one is made."""

    order = number(min_value=1, max_value=filters.LARGEST_KEY)
    document = serializers.CharField(allow_null=True, max_length=64)


class UploadFilters(filters.Set):
    shop = filters.Key(field_name="shop")
    state = filters.Choice(field_name="state", choices=Upload.State.choices)


def upload(run: Upload) -> dict[str, Any]:
    return {
        **work(run),
        "what": upload_page.described(run),
        "create_missing": run.create_missing,
        "linked": run.linked,
        "queued": run.queued,
        "known": run.known,
        "doubtful": run.doubtful,
        "left_alone": run.left_alone,
    }


@extend_schema_view(
    list=extend_schema(responses=UploadSerializer(many=True)),
    retrieve=extend_schema(responses=UploadSerializer),
)
class Uploads(Stoppable):
    """Orders placed before the shop was connected."""

    table = "upload"
    queryset = Upload.objects.all()
    filterset_class = UploadFilters
    model = Upload
    shape = staticmethod(upload)
    end = staticmethod(uploads.cancel)

    @extend_schema(request=WhichOrdersSerializer, responses={201: UploadSerializer})
    def create(self, request: Request) -> Response:
        """Begin; the site is asked how many these are. 409 while the shop has another, or the site does not answer."""
        form = self._form()
        data = form.cleaned_data
        try:
            run = uploads.start(data["shop"], form.chosen, create_missing=data["create_missing"])
        except ConnectorError as error:
            raise _refused(error, data["shop"].site) from error
        note(request, run, _("The upload is started."))
        return Response(upload(run), status=201)

    @extend_schema(request=WhichOrdersSerializer, responses=UploadEstimateSerializer)
    @action(detail=False, methods=["post"])
    def estimate(self, request: Request) -> Response:
        """What it would take; asks the site how many orders these are. Nothing is done."""
        form = self._form()
        data = form.cleaned_data
        try:
            found = uploads.preview(data["shop"], form.chosen, create_missing=data["create_missing"])
        except ConnectorError as error:
            raise _refused(error, data["shop"].site) from error
        return Response({"orders": found.orders, "calls": found.calls, "minutes": found.minutes})

    @extend_schema(responses=DoubtSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None, filterset_class=None)
    def doubts(self, request: Request, pk: int) -> Response:
        """Orders of its shop to decide on, the oldest first, 100 at most."""
        run = get_object_or_404(self.get_queryset(), pk=pk)
        found = uploads.doubtful(run.shop).order_by("order__placed_at", "pk")
        return Response([_doubt(flag) for flag in found[: upload_page.SHOWN]])

    @extend_schema(request=DecideSerializer, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: int) -> Response:
        """Say which document is a doubtful order's, or that it gets a new one."""
        run = get_object_or_404(self.get_queryset(), pk=pk)
        given = self.given(DecideSerializer)
        flag = uploads.doubtful(run.shop).filter(order_id=given["order"]).first()
        if flag is None:
            raise Conflict("decided_already", gettext("This order was decided on already."))
        order, document = flag.order, given["document"]
        if document is None:
            linked_documents.ask_for_new(order)
            said = in_words(
                lambda: gettext("Order %(number)s: a new document is being made.") % {"number": order}
            )
            note(request, run, said)
            return Response({"result": "create", "message": said})
        self._link(flag, document)
        said = in_words(lambda: gettext("Order %(number)s is linked.") % {"number": order})
        note(request, run, said)
        return Response({"result": "linked", "message": said})

    def _link(self, flag: Flag, document: str) -> None:
        text = gettext("This document is gone or belongs to another order.")
        if document not in [pk for pk, _name in upload_page.candidates(flag)]:
            raise serializers.ValidationError({"document": [text]})
        try:
            if not linked_documents.choose(flag.order, document):
                raise Conflict("document_taken", text)
        except ConnectorError as error:
            raise _refused(error, flag.order.shop.account) from error

    def _form(self) -> UploadForm:
        """The desk's form, with the body's values of the same names."""
        given = self.given(WhichOrdersSerializer)
        days = {name: day.isoformat() for name in ("after", "before") if (day := given.get(name))}
        form: UploadForm = self.valid(
            UploadForm(
                {
                    **days,
                    "shop": given["shop"],
                    "statuses": given.get("statuses", []),
                    "ids": " ".join(map(str, given.get("ids", []))),
                    "create_missing": given["create_missing"],
                }
            )
        )
        return form


def _refused(error: ConnectorError, connection: Connection) -> Conflict:
    return Conflict(problem=problem_of(error, connection))


def _doubt(flag: Flag) -> dict[str, Any]:
    order = flag.order
    return {
        "order": {"id": order.pk, "number": order.number},
        "placed_at": order.placed_at,
        "total": money(order.total_minor, order.currency),
        "problem": problem(flag.code, flag.params),
        "documents": [{"id": pk, "name": name} for pk, name in upload_page.candidates(flag)],
    }
