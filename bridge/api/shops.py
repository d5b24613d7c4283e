"""/shops/: whether both sides of each answer, how fresh what is known of them is, what may still be called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api.paging import Numbered
from bridge.api.resource import Resource
from bridge.api.shapes import ProblemSerializer, Shape, WordSerializer, moment, number, problem, text, word
from bridge.connections import clients
from bridge.connections.models import Connection, Shop
from bridge.dashboard.words import FLOWS
from bridge.dashboard.words import word as called
from bridge.sync.attention.selection import Narrowed
from bridge.sync.models import Watermark


class SideSerializer(Shape):
    """A connection. `answers`: it is not left alone just now; `away_until`: until then it is, for `problem`."""

    id = number()
    name = text()
    answers = serializers.BooleanField()
    away_until = moment(allow_null=True)
    problem = ProblemSerializer(allow_null=True)


class FlowSerializer(Shape):
    """`lag_seconds`: since it last ran well; null: it never did."""

    flow = WordSerializer()
    connection = number()
    last_success_at = moment(allow_null=True)
    lag_seconds = serializers.FloatField(allow_null=True)
    running = serializers.BooleanField()
    problem = ProblemSerializer(allow_null=True)


class ShopSerializer(Shape):
    id = number()
    name = text()
    address = text()
    works_since = moment()
    writes_goods = serializers.BooleanField(
        help_text="Stock and prices are written to the site by themselves."
    )
    plugin_version = text()
    site = SideSerializer()
    account = SideSerializer()
    flows = FlowSerializer(many=True)


class BudgetSerializer(Shape):
    """Calls of the account: `used` of `calls` in the last `window_seconds`."""

    calls = number()
    window_seconds = serializers.FloatField()
    parallel = number()
    used = serializers.FloatField()
    in_flight = number()
    waiting = number()


class WholeShopSerializer(ShopSerializer):
    """`webhooks`: on, or why the account sends none; everything is polled then."""

    needs_attention = number()
    budget = BudgetSerializer()
    webhooks = text()


class Shops(Resource):
    """Every role sees how its shops are; what is chosen in their settings is the owner's."""

    queryset = Shop.objects.all()
    pagination_class = Numbered
    flows: Mapping[int, Sequence[Watermark]]
    now: datetime

    def get_queryset(self) -> QuerySet[Shop]:
        return Shop.objects.select_related("site", "account").order_by("pk")

    def prepare(self, page: list[Shop]) -> None:
        self.now = timezone.now()
        self.flows = defaultdict(list)
        sides = {side for shop in page for side in (shop.site_id, shop.account_id)}
        for row in Watermark.objects.filter(connection__in=sides).order_by("flow"):
            self.flows[row.connection_id].append(row)  # type: ignore[attr-defined]

    def row(self, one: Shop) -> dict[str, Any]:
        rows = [*self.flows.get(one.site_id, ()), *self.flows.get(one.account_id, ())]
        return {
            "id": one.pk,
            "name": one.name,
            "address": one.home_url,
            "works_since": one.started_at,
            "writes_goods": one.write_goods,
            "plugin_version": one.plugin_version,
            "site": _side(one.site, self.now),
            "account": _side(one.account, self.now),
            "flows": [_flow(row, self.now) for row in rows],
        }

    @extend_schema(responses=ShopSerializer(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(self.get_queryset())

    @extend_schema(responses=WholeShopSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """With what waits for a person and the account's budget of calls."""
        shop = get_object_or_404(self.get_queryset(), pk=pk)
        self.prepare([shop])
        return Response(
            {
                **self.row(shop),
                "needs_attention": Narrowed(shop=shop.pk).count(),
                "budget": clients.usage(shop.account),
                "webhooks": shop.account.hooks_problem or "on",
            }
        )


def _side(row: Connection, now: datetime) -> dict[str, Any]:
    away = row.is_paused(now)
    return {
        "id": row.pk,
        "name": row.name,
        "answers": not away,
        "away_until": row.paused_until if away else None,
        "problem": problem(row.pause_problem, row.pause_params) if away else None,
    }


def _flow(row: Watermark, now: datetime) -> dict[str, Any]:
    last = row.last_success_at
    return {
        "flow": word(row.flow, called(FLOWS, row.flow)),
        "connection": row.connection_id,
        "last_success_at": last,
        "lag_seconds": round(max((now - last).total_seconds(), 0.0), 1) if last else None,
        "running": row.running_since is not None,
        "problem": problem(row.problem, row.problem_params),
    }
