"""/failures/: what waits for a person, by its cause; one or all of a cause tried again, discarded, given, put off."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api import filters
from bridge.api.cases import Cases, nothing
from bridge.api.errors import Conflict
from bridge.api.failure_shapes import (
    AssignCauseSerializer,
    CauseSerializer,
    DiscardCauseSerializer,
    EstimateSerializer,
    FailureSerializer,
    SelectionSerializer,
    SnoozeCauseSerializer,
    WholeFailureSerializer,
    cause,
    failure,
    narrowed,
    orders_of,
    selection,
    whole_failure,
)
from bridge.api.long_work import RetryRunSerializer, Stoppable, retry_run
from bridge.api.paging import Cursor, Numbered
from bridge.api.resource import Resource
from bridge.api.roles import note, person
from bridge.api.shapes import CountSerializer, DoneSerializer, NamedSerializer
from bridge.connections.models import Connection, Shop
from bridge.dashboard.attention import attention
from bridge.dashboard.attention.attention_deeds import DEEDS
from bridge.dashboard.attention.attention_forms import people
from bridge.dashboard.words import KINDS
from bridge.orders.models import Order
from bridge.outbox.enqueue import NEEDS_PERSON, retry
from bridge.outbox.models import OutboxMessage
from bridge.sync.attention import retries
from bridge.sync.attention.selection import MESSAGES
from bridge.sync.models import RetryRun

State = OutboxMessage.State
WAITING = [(state.value, state.label) for state in NEEDS_PERSON]


class NarrowFilters(filters.Set):
    """What the page “Needs attention” can be narrowed to."""

    shop = filters.Key()
    assigned = filters.Assigned()
    since = filters.Day()
    until = filters.Day()
    put_off = filters.Yes(help_text="Those that are put off, instead of all others.")

    def filter_queryset(self, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        keys = narrowed(self.form.cleaned_data).messages().order_by().values("pk")
        return queryset.filter(pk__in=keys)


class FailureFilters(NarrowFilters):
    cause = filters.Text()
    kind = filters.Choice(choices=list(KINDS.items()))
    state = filters.Choice(choices=WAITING)

    def filter_queryset(self, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        given = self.form.cleaned_data
        asked = {"problem": given["cause"], "kind": given["kind"], "state": given["state"]}
        rows = super().filter_queryset(queryset)
        return rows.filter(**{name: value for name, value in asked.items() if value})


class Failures(Cases):
    model = OutboxMessage
    table = "outboxmessage"
    queryset = OutboxMessage.objects.all()
    filterset_class = FailureFilters
    pagination_class = Cursor
    orders: dict[int, Order]

    def get_queryset(self) -> QuerySet[OutboxMessage]:
        return OutboxMessage.objects.select_related("shop", "assigned_to")

    def fitting(self, deed: str) -> tuple[str, ...]:
        return (*NEEDS_PERSON, State.WAITING) if deed == "discard" else NEEDS_PERSON

    def prepare(self, page: list[OutboxMessage]) -> None:
        self.orders = orders_of(page)

    def row(self, one: OutboxMessage) -> dict[str, Any]:
        return failure(one, self.orders)

    @extend_schema(responses=FailureSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Messages nobody sends any more by themselves, newest first; without those that are put off."""
        return self.listed(self.get_queryset())

    @extend_schema(responses=WholeFailureSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """Any outgoing message with its tries, also one that has left since."""
        row = self._message(pk)
        return Response(whole_failure(row, orders_of([row])))

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: int) -> Response:
        """Send it once more, as soon as it is its turn; also one that a person discarded."""
        row = self._message(pk)
        if not retry(row):
            raise Conflict("nothing_to_do", nothing())
        said = _("Queued for sending.")
        note(request, row, said)
        return Response({"result": State.WAITING.value, "message": said})

    @extend_schema(responses=NamedSerializer(many=True), filters=False)
    @action(detail=False, pagination_class=None, filterset_class=None)
    def assignees(self, request: Request) -> Response:
        """Whom something can be assigned to."""
        return Response([{"id": int(pk), "name": name} for pk, name in people()])

    @extend_schema(request=SelectionSerializer, responses=EstimateSerializer)
    @action(detail=False, methods=["post"])
    def estimate(self, request: Request) -> Response:
        """What trying all of a cause again would take. Nothing is done."""
        found = retries.estimate(selection(self.given(SelectionSerializer)))
        return Response({"count": found.rows, "calls": found.calls, "seconds": found.seconds})

    @extend_schema(
        operation_id="failures_discard_cause", request=DiscardCauseSerializer, responses=CountSerializer
    )
    @action(detail=False, methods=["post"], url_path="discard")
    def discard_cause(self, request: Request) -> Response:
        """Discard all of a cause."""
        return self._all("discard", self.given(DiscardCauseSerializer))

    @extend_schema(
        operation_id="failures_assign_cause", request=AssignCauseSerializer, responses=CountSerializer
    )
    @action(detail=False, methods=["post"], url_path="assign")
    def assign_cause(self, request: Request) -> Response:
        """Assign all of a cause."""
        return self._all("assign", self.given(AssignCauseSerializer))

    @extend_schema(
        operation_id="failures_snooze_cause", request=SnoozeCauseSerializer, responses=CountSerializer
    )
    @action(detail=False, methods=["post"], url_path="snooze")
    def snooze_cause(self, request: Request) -> Response:
        """Put off all of a cause."""
        return self._all("snooze", self.given(SnoozeCauseSerializer))

    def _message(self, pk: int) -> OutboxMessage:
        return get_object_or_404(self.get_queryset(), pk=pk)

    def _all(self, name: str, given: dict[str, Any]) -> Response:
        deed, rows = DEEDS[name], selection(given).rows()
        return Response(self.done(deed, rows, self.deed_form(name, given))._asdict())


class Causes(Resource):
    table = "outboxmessage"
    queryset = OutboxMessage.objects.all()
    filterset_class = NarrowFilters
    pagination_class = Numbered
    names: dict[str, dict[int, str]]

    def prepare(self, page: list[Any]) -> None:
        """Names of shops and connections, at once."""
        self.names = {
            source: dict(model._default_manager.values_list("pk", "name"))
            for source, model in ((MESSAGES, Shop), ("events", Connection))
        }

    def row(self, one: attention.Group) -> dict[str, Any]:
        return cause(one, self.names[one.selection.source].get(one.selection.of, ""))

    @extend_schema(responses=CauseSerializer(many=True))
    def list(self, request: Request) -> Response:
        """All that waits for a person, grouped by its cause, the largest first; events that came in are groups too."""
        form = NarrowFilters(request.query_params, OutboxMessage.objects.none(), request=request).form
        self.valid(form)
        return self.listed(attention.groups(narrowed(form.cleaned_data)))


class RetryFilters(filters.Set):
    shop = filters.Key(field_name="shop")
    state = filters.Choice(field_name="state", choices=RetryRun.State.choices)


@extend_schema_view(
    list=extend_schema(responses=RetryRunSerializer(many=True)),
    retrieve=extend_schema(responses=RetryRunSerializer),
)
class Retries(Stoppable):
    """All of one cause tried again, in portions."""

    table = "retryrun"
    queryset = RetryRun.objects.all()
    filterset_class = RetryFilters
    model = RetryRun
    shape = staticmethod(retry_run)

    @extend_schema(request=SelectionSerializer, responses={201: RetryRunSerializer})
    def create(self, request: Request) -> Response:
        """Begin. 409 where nothing waits for that cause any more, or it is being tried again already."""
        run = retries.start(selection(self.given(SelectionSerializer)), str(person(request)))
        note(request, run, _("Begun: everything of this reason is tried again."))
        return Response(retry_run(run), status=201)
