"""/events/: what came in from sites and MoySklad, and what became of it; one handled once more, discarded, given."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api import filters
from bridge.api.calls import BodySerializer
from bridge.api.cases import Cases
from bridge.api.errors import Conflict
from bridge.api.failure_shapes import OrderOfSerializer
from bridge.api.paging import Cursor
from bridge.api.roles import note, role_here
from bridge.api.shapes import (
    DoneSerializer,
    NamedSerializer,
    ProblemSerializer,
    Shape,
    WordSerializer,
    moment,
    number,
    problem,
    text,
    word,
)
from bridge.dashboard.inbox import event_content, event_search
from bridge.dashboard.recorded import name_of
from bridge.dashboard.words import TOPICS
from bridge.dashboard.words import word as called
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import FINISHED, replay_all
from bridge.orders.models import Order
from bridge.people.roles import Role

State = InboxEvent.State


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An event that could not be read",
            {
                "id": 310,
                "connection": {"id": 1, "name": "site"},
                "topic": {"code": "woocommerce.order.changed", "label": "Order changed on the site"},
                "order": {"id": 640, "number": "5001"},
                "site_id": "5001",
                "delivery": "b7f0c1d2",
                "state": {"code": "failed", "label": "failed"},
                "problem": {
                    "code": "payload_not_an_order",
                    "message": "The event holds no order that can be read: 1:1.",
                    "remedy": "Process it again once the site sends orders as they should be.",
                },
                "tries": 1,
                "received_at": "2026-05-14T09:30:00Z",
                "handled_at": None,
                "assigned_to": None,
                "put_off_until": None,
                "discarded_by": "",
                "discard_reason": "",
            },
        )
    ]
)
class EventSerializer(Shape):
    """`site_id`: of the order it is about, as the site calls it; `order`: that order, once it is known here."""

    id = number()
    connection = NamedSerializer()
    topic = WordSerializer()
    order = OrderOfSerializer(allow_null=True)
    site_id = text()
    delivery = text()
    state = WordSerializer()
    problem = ProblemSerializer(allow_null=True)
    tries = number()
    received_at = moment()
    handled_at = moment(allow_null=True)
    assigned_to = NamedSerializer(allow_null=True)
    put_off_until = moment(allow_null=True)
    discarded_by = text()
    discard_reason = text()


class WholeEventSerializer(EventSerializer):
    """`body` without secrets and with names, addresses and phones of buyers masked."""

    body = BodySerializer()


class EventFilters(filters.Set):
    connection = filters.Key(field_name="connection")
    state = filters.Choice(field_name="state", choices=State.choices)
    topic = filters.Choice(field_name="topic", choices=list(TOPICS.items()))
    cause = filters.Text(field_name="problem", help_text="A code of /problems/.")
    site_id = filters.Text(field_name="source_id", help_text="The order's id on the site.")
    delivery = filters.Text(field_name="delivery_id")
    assigned = filters.Key(field_name="assigned_to")
    received_from = filters.Moment(field_name="received_at", lookup_expr="gte")
    received_until = filters.Moment(field_name="received_at", lookup_expr="lte")
    search = filters.Text(
        method="found", help_text="Number of an order, its id on the site, or a delivery's."
    )

    def found(self, events: QuerySet[InboxEvent], _name: str, value: str) -> QuerySet[InboxEvent]:
        for one in value.split():
            events = event_search.found(events, one)
        return events


class Events(Cases):
    model = InboxEvent
    table = "inboxevent"
    queryset = InboxEvent.objects.all()
    filterset_class = EventFilters
    pagination_class = Cursor
    own_parameters = {"retrieve": ("whole",)}
    orders: dict[tuple[int, str], Order]

    def get_queryset(self) -> QuerySet[InboxEvent]:
        return InboxEvent.objects.select_related("connection", "assigned_to")

    def fitting(self, deed: str) -> tuple[str, ...]:
        return (State.FAILED,)

    def prepare(self, page: Any) -> None:
        """The orders these are about, in one query; of a restored site's two orders with one id, the later."""
        named = [event for event in page if event.source_id]
        found = Order.objects.filter(
            shop__site__in={event.connection_id for event in named},
            source_id__in={event.source_id for event in named},
        )
        rows = found.select_related("shop").only("number", "source_id", "shop__site").order_by("pk")
        self.orders = {(order.shop.site_id, order.source_id): order for order in rows}

    def row(self, one: InboxEvent) -> dict[str, Any]:
        order, person = self.orders.get((one.connection_id, one.source_id)), one.assigned_to
        return {
            "id": one.pk,
            "connection": {"id": one.connection_id, "name": one.connection.name},
            "topic": word(one.topic, called(TOPICS, one.topic)),
            "order": {"id": order.pk, "number": order.number} if order is not None else None,
            "site_id": one.source_id,
            "delivery": one.delivery_id,
            "state": word(one.state, one.get_state_display()),
            "problem": problem(one.problem, one.problem_params),
            "tries": one.attempts,
            "received_at": one.received_at,
            "handled_at": one.processed_at,
            "assigned_to": {"id": person.pk, "name": name_of(person)} if person is not None else None,
            "put_off_until": one.snoozed_until,
            "discarded_by": one.discarded_by,
            "discard_reason": one.why_discarded,
        }

    @extend_schema(responses=EventSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Newest first."""
        return self.listed(self.get_queryset().defer("body"))

    @extend_schema(
        responses=WholeEventSerializer,
        parameters=[
            OpenApiParameter(
                "whole", str, enum=["true"], description="Names of buyers are not masked; owners only."
            )
        ],
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        """With its body."""
        event = get_object_or_404(self.get_queryset(), pk=pk)
        if (whole := "whole" in request.query_params) and role_here(request) != Role.OWNER:
            raise PermissionDenied
        self.prepare([event])
        said = event_content.content(event, whole=whole)
        body = {"text": said.text, "bytes": said.size, "cut": said.cut}
        return Response({**self.row(event), "body": body})

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: int) -> Response:
        """Handle it as if it had just arrived. An older version never replaces a newer one."""
        event = get_object_or_404(self.get_queryset(), pk=pk)
        if event.state not in FINISHED or not replay_all([event.pk]):
            raise Conflict("in_work", gettext("The event is being processed just now."))
        said = _("The event will be processed again.")
        note(request, event, said)
        return Response({"result": State.WAITING.value, "message": said})
