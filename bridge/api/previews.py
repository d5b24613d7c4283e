"""/previews/ and /changes/: what is to change on the goods of a site, or was, item by item; agreed to, ended, undone.

Everybody reads them; what is written to all goods of a site is the owner's to decide (people/roles.py).
"""

from __future__ import annotations

from collections.abc import Callable
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
from bridge.api.long_work import PreviewSerializer, Stoppable, preview
from bridge.api.paging import Cursor
from bridge.api.resource import Resource
from bridge.api.roles import note, person, said_by
from bridge.api.shapes import (
    CountSerializer,
    DoneSerializer,
    NamedSerializer,
    RowsSerializer,
    Shape,
    WordSerializer,
    moment,
    number,
    shop,
    text,
    word,
)
from bridge.connections.models import Shop
from bridge.dashboard.changes import change_words
from bridge.dashboard.changes.preview_desk import PINNED, agreed, pin_left
from bridge.history import deeds
from bridge.history.deeds import Sentence
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews import leaving, runs


class BeginPreviewSerializer(Shape):
    """`anew`: one that waits for its answer is dropped for it."""

    shop = number(min_value=1, max_value=filters.LARGEST_KEY)
    anew = serializers.BooleanField(default=False)


@extend_schema_serializer(
    examples=[OpenApiExample("From now on by itself", {"then_on": True, "pin": True}, request_only=True)]
)
class ConfirmSerializer(Shape):
    """`then_on`: later changes are written by themselves; with `pin` what was left out stays so, by rules."""

    then_on = serializers.BooleanField()
    pin = serializers.BooleanField(default=False)


class PreviewFilters(filters.Set):
    shop = filters.Key(field_name="shop")
    kind = filters.Choice(field_name="kind", choices=GoodsRun.Kind.choices)
    step = filters.Choice(field_name="step", choices=GoodsRun.Step.choices)


@extend_schema_view(
    list=extend_schema(responses=PreviewSerializer(many=True)),
    retrieve=extend_schema(responses=PreviewSerializer),
)
class Previews(Stoppable):
    """Changes of a site's goods: previews, and the undoing of one."""

    table = "goodsrun"
    queryset = GoodsRun.objects.all()
    filterset_class = PreviewFilters
    model = GoodsRun
    shape = staticmethod(preview)
    end = staticmethod(runs.drop)

    def may_go_on(self, run: GoodsRun) -> bool:
        """What waits for its owner's answer is paused too, and is no work to go on with."""
        return run.step != GoodsRun.Step.READY

    @extend_schema(request=BeginPreviewSerializer, responses={201: PreviewSerializer})
    def create(self, request: Request) -> Response:
        """Work one out; nothing is written. 409 while the shop has one at work, or one that waits for its answer."""
        given = self.given(BeginPreviewSerializer)
        row = get_object_or_404(Shop.objects.all(), pk=given["shop"])
        if not given["anew"] and (waiting := runs.waiting_for(row)) is not None:
            text = gettext("The shop has a preview that is not decided on: %(number)s.")
            raise Conflict("preview_waits", text % {"number": waiting.pk})
        run = runs.start(row)
        note(request, run, _("The preview is being worked out. Nothing is written."))
        return Response(preview(run), status=201)

    @extend_schema(request=ConfirmSerializer, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: int) -> Response:
        """Agree: what it plans is written to the site."""
        run = get_object_or_404(self.get_queryset(), pk=pk)
        given = self.given(ConfirmSerializer)
        then_on = given["then_on"]
        if then_on and given["pin"]:
            pin_left(run, person(request), said_by(request, PINNED))
        if not runs.confirm(run, then_on=then_on, by=person(request)):
            raise Conflict("decided_already", gettext("This preview was decided on already."))
        said = agreed(then_on=then_on)
        note(request, run, said)
        return Response({"result": GoodsRun.Step.WRITING.value, "message": said})

    @extend_schema(request=None, responses={201: PreviewSerializer})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: int) -> Response:
        """Write old values back where the site still shows what it wrote. First the shop stops writing by itself."""
        run = get_object_or_404(self.get_queryset(), pk=pk)
        undoing = runs.undo(run, by=person(request))
        note(
            request,
            run,
            _("It is being undone. The shop no longer writes stock and prices by itself."),
        )
        return Response(preview(undoing), status=201)


class ChangeSerializer(Shape):
    """One field of one item. `old` and `new` are texts as people read them; prices are in the shop's currency."""

    id = number()
    preview = number(allow_null=True, help_text="null: written by itself.")
    shop = NamedSerializer()
    listing = number(allow_null=True)
    product = number(allow_null=True)
    name = text()
    sku = text()
    field = WordSerializer()
    old = text()
    new = text()
    reason = text()
    mark = WordSerializer(allow_null=True)
    state = WordSerializer()
    outcome = text()
    written_at = moment(allow_null=True)


class ChangeFilters(filters.Set):
    preview = filters.Key(field_name="run")
    shop = filters.Key(field_name="shop")
    listing = filters.Key(field_name="listing")
    state = filters.Choice(field_name="state", choices=GoodsChange.State.choices)
    field = filters.Choice(field_name="field", choices=[(code, code) for code in change_words.FIELDS])
    mark = filters.Choice(field_name="mark", choices=GoodsChange.Mark.choices)


class Changes(Resource):
    """Item by item; of one preview by `preview`."""

    table = "goodschange"
    queryset = GoodsChange.objects.all()
    filterset_class = ChangeFilters
    pagination_class = Cursor

    def get_queryset(self) -> QuerySet[GoodsChange]:
        return GoodsChange.objects.select_related("shop", "listing", "product")

    def row(self, one: GoodsChange) -> dict[str, Any]:
        name, sku = change_words.item(one)
        return {
            "id": one.pk,
            "preview": one.run_id,
            "shop": shop(one.shop),
            "listing": one.listing_id,
            "product": one.product_id,
            "name": name,
            "sku": sku,
            "field": word(one.field, change_words.field(one.field)),
            "old": change_words.value(one, one.old),
            "new": change_words.value(one, one.new),
            "reason": change_words.reason(one),
            "mark": word(one.mark, one.get_mark_display()) if one.mark else None,
            "state": word(one.state, one.get_state_display()),
            "outcome": change_words.outcome(one),
            "written_at": one.at,
        }

    @extend_schema(responses=ChangeSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Newest first."""
        return self.listed(self.get_queryset())

    @extend_schema(responses=ChangeSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self.row(get_object_or_404(self.get_queryset(), pk=pk)))

    @extend_schema(request=RowsSerializer, responses=CountSerializer)
    @action(detail=False, methods=["post"])
    def leave(self, request: Request) -> Response:
        """Leave these as they are, this time; the next preview shows them again."""
        return self._turned(leaving.leave, _("Leave as it is, this time"))

    @extend_schema(request=RowsSerializer, responses=CountSerializer)
    @action(detail=False, methods=["post"])
    def pin(self, request: Request) -> Response:
        """Leave these to the site for good: makes a rule for each item and field."""
        return self._turned(leaving.pin, PINNED)

    @extend_schema(request=RowsSerializer, responses=CountSerializer)
    @action(detail=False, methods=["post"], url_path="take-again")
    def take_again(self, request: Request) -> Response:
        """Write these with their preview after all."""
        return self._turned(leaving.take_again, _("Write it after all"))

    def _turned(self, turn: Callable[[QuerySet[GoodsChange]], int], said: Sentence) -> Response:
        """Only what waits for its owner can be decided on; the rest is left."""
        keys = set(self.given(RowsSerializer)["ids"])
        waiting = GoodsChange.objects.filter(pk__in=keys, run__step=GoodsRun.Step.READY)
        meant = list(waiting.order_by("pk"))
        done = turn(waiting)
        if done:
            deeds.note_many(self.request.user, meant, said_by(self.request, said))
        return Response({"done": done, "left": len(keys) - done})
