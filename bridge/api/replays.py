"""/replays/: events of a period, or chosen ones, handled once more: estimated, begun, watched, paused, ended."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api import filters
from bridge.api.long_work import LongWorkSerializer, Stoppable, work
from bridge.api.roles import note, person
from bridge.api.shapes import Moment, Shape, moment, number, text
from bridge.connections.models import Shop
from bridge.dashboard.inbox import replay_page
from bridge.dashboard.recorded import name_of
from bridge.sync.models import ReplayRun
from bridge.sync.replays import replays
from bridge.sync.replays.selection import ACCOUNT, SITE, Selection, from_json


class ReplaySerializer(LongWorkSerializer):
    """`handled`, `failed`: of those put back; the rest waits for a side that does not answer and goes by itself."""

    what = text()
    since = moment(allow_null=True)
    until = moment(allow_null=True)
    by = text()
    handled = number()
    failed = number()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Everything the site sent since ten o'clock",
            {"shop": 1, "since": "2026-05-14T10:00:00+03:00", "of": "site"},
            request_only=True,
        )
    ]
)
class WhichEventsSerializer(Shape):
    """Events of a shop: of a period from `since` on, or those of `events`, by their ids. Without `until` it ends now;
    without `of` it is those of both sides.
    """

    shop = number(min_value=1, max_value=filters.LARGEST_KEY)
    since = Moment(required=False)
    until = Moment(required=False, allow_null=True)
    of = serializers.ChoiceField(choices=[SITE, ACCOUNT], required=False)
    only_failed = serializers.BooleanField(default=False)
    events = serializers.ListField(
        child=number(min_value=1, max_value=filters.LARGEST_KEY),
        required=False,
        min_length=1,
        max_length=500,
    )

    def validate(self, given: Any) -> Any:
        since, until = given.get("since"), given.get("until")
        if not since and not given.get("events"):
            raise serializers.ValidationError({"since": [gettext("Say since when, or which events.")]})
        if since and since > timezone.now():
            raise serializers.ValidationError({"since": [gettext("This moment is still to come.")]})
        if since and until and since > until:
            raise serializers.ValidationError({"until": [gettext("The end lies before the beginning.")]})
        return given


class ReplayEstimateSerializer(Shape):
    """How many events, and about how many calls to MoySklad and seconds they take."""

    events = number()
    calls = number()
    seconds = number()


class ReplayFilters(filters.Set):
    shop = filters.Key(field_name="shop")
    state = filters.Choice(field_name="state", choices=ReplayRun.State.choices)


def replay_run(run: ReplayRun) -> dict[str, Any]:
    chosen = from_json(run.chosen)
    return {
        **work(run),
        "what": replay_page.described(run),
        "since": chosen.since,
        "until": chosen.until,
        "by": run.by,
        "handled": run.went,
        "failed": run.failed,
    }


@extend_schema_view(
    list=extend_schema(responses=ReplaySerializer(many=True)),
    retrieve=extend_schema(responses=ReplaySerializer),
)
class Replays(Stoppable):
    """Events handled once more, in portions."""

    table = "replayrun"
    queryset = ReplayRun.objects.all()
    filterset_class = ReplayFilters
    model = ReplayRun
    shape = staticmethod(replay_run)

    @extend_schema(request=WhichEventsSerializer, responses={201: ReplaySerializer})
    def create(self, request: Request) -> Response:
        """Begin. 409 where no event fits, or events of the shop are being handled again already."""
        shop, chosen = self._chosen()
        run = replays.start(shop, chosen, name_of(person(request)))
        note(request, run, _("Events are being processed again."))
        return Response(replay_run(run), status=201)

    @extend_schema(request=WhichEventsSerializer, responses=ReplayEstimateSerializer)
    @action(detail=False, methods=["post"])
    def estimate(self, request: Request) -> Response:
        """What it would take. Nothing is done."""
        found = replays.estimate(*self._chosen())
        return Response({"events": found.events, "calls": found.calls, "seconds": found.seconds})

    def _chosen(self) -> tuple[Shop, Selection]:
        given = self.given(WhichEventsSerializer)
        shop = get_object_or_404(Shop.objects.select_related("site", "account"), pk=given["shop"])
        until = given.get("until") or (timezone.now() if given.get("since") else None)
        return shop, Selection(
            since=given.get("since"),
            until=until,
            of=given.get("of", ""),
            only_failed=given["only_failed"],
            keys=tuple(given.get("events", ())),
        )
