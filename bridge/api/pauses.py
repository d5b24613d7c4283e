"""/pauses/: what does not go out just now, of which shop, until when and why; begun and ended."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api import filters
from bridge.api.errors import Conflict
from bridge.api.paging import Numbered
from bridge.api.resource import Resource
from bridge.api.roles import note, person
from bridge.api.shapes import Moment, NamedSerializer, Shape, WordSerializer, moment, number, shop, text, word
from bridge.connections.models import Shop
from bridge.dashboard.pauses import pause_words
from bridge.dashboard.pauses.pause_form import LONGEST_WHY
from bridge.dashboard.recorded import name_of
from bridge.dashboard.words import KINDS
from bridge.history.deeds import in_words
from bridge.outbox import pauses
from bridge.outbox.models import Pause


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Stocktaking until the evening",
            {
                "id": 4,
                "shop": {"id": 1, "name": "site"},
                "kind": {"code": "", "label": "Everything"},
                "since": "2026-05-14T09:30:00Z",
                "until": "2026-05-14T17:00:00Z",
                "by": "Anna",
                "why": "Stocktaking until the evening",
            },
        )
    ]
)
class PauseSerializer(Shape):
    """`kind`: what does not go out, code empty for everything. `until` null: until somebody ends it."""

    id = number()
    shop = NamedSerializer()
    kind = WordSerializer()
    since = moment()
    until = moment(allow_null=True)
    by = text()
    why = text()


class WholePauseSerializer(PauseSerializer):
    """`waiting`: so many messages are kept in, counted no further than 1001."""

    waiting = number()


class BegunSerializer(Shape):
    """One for each kind."""

    pauses = PauseSerializer(many=True)


class BeginPauseSerializer(Shape):
    """Without `kinds` nothing of the shop goes out."""

    shop = number(min_value=1, max_value=filters.LARGEST_KEY)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=list(KINDS)), required=False, max_length=len(KINDS)
    )
    until = Moment(required=False, allow_null=True)
    why = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_WHY, default="")

    def validate_until(self, until: Any) -> Any:
        if until is not None and until <= timezone.now():
            raise serializers.ValidationError(gettext("This moment is over already."))
        return until


class PauseFilters(filters.Set):
    shop = filters.Key(field_name="shop")


class Pauses(Resource):
    """Events keep coming in meanwhile; what waits goes out in order once a pause is over."""

    table = "pause"
    queryset = Pause.objects.all()
    filterset_class = PauseFilters
    pagination_class = Numbered

    def get_queryset(self) -> QuerySet[Pause]:
        return Pause.objects.select_related("shop").order_by("shop__name", "kind")

    def row(self, one: Pause) -> dict[str, Any]:
        return {
            "id": one.pk,
            "shop": shop(one.shop),
            "kind": word(one.kind, pause_words.what(one)),
            "since": one.since,
            "until": one.until,
            "by": one.by,
            "why": one.why,
        }

    @extend_schema(responses=PauseSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Those that are on."""
        return self.listed(self.get_queryset())

    @extend_schema(responses=WholePauseSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """With how much waits for its end."""
        pause = get_object_or_404(self.get_queryset(), pk=pk)
        return Response({**self.row(pause), "waiting": pause_words.counted(pause)})

    @extend_schema(request=BeginPauseSerializer, responses={201: BegunSerializer})
    def create(self, request: Request) -> Response:
        """Begin, one pause for each kind; one that is on already gets the new end and reason. What is being sent at
        this moment is finished.
        """
        given = self.given(BeginPauseSerializer)
        row = get_object_or_404(Shop.objects.all(), pk=given["shop"])
        kinds = tuple(dict.fromkeys(given.get("kinds") or ())) or (pauses.EVERYTHING,)
        by, why = name_of(person(request)), given["why"]
        begun = pauses.begin(row, kinds, by=by, why=why, until=given.get("until"))
        note(request, row, pause_words.begun_because(begun, why))
        return Response({"pauses": [self.row(one) for one in begun]}, status=201)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """End it. What waited goes out, the oldest first."""
        pause = get_object_or_404(self.get_queryset(), pk=pk)
        said = in_words(lambda: pause_words.ended(pause))
        if not pauses.end(Pause.objects.filter(pk=pk)):
            raise Conflict
        note(request, pause.shop, said)
        return Response(status=204)
