"""/alerts/: what was told, to whom, and how far that is; by which rules, for owners."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.alerts.channels import mail
from bridge.alerts.models import Alert, AlertDelivery, AlertRules, Kind, Recipient
from bridge.alerts.wording import said
from bridge.api import filters
from bridge.api.paging import Cursor
from bridge.api.resource import Resource
from bridge.api.shapes import (
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
from bridge.dashboard.alerts import alert_words
from bridge.dashboard.alerts.rules_form import WHEN

State = AlertDelivery.State


class ToldSerializer(Shape):
    """How far an alert is on its way to a recipient."""

    recipient = text()
    state = WordSerializer()
    sent_at = moment(allow_null=True)


class AlertSerializer(Shape):
    """`shop` null: it concerns all of them."""

    id = number()
    at = moment()
    kind = WordSerializer()
    shop = NamedSerializer(allow_null=True)
    title = text()
    lines = serializers.ListField(child=text())
    remedy = text()
    told = ToldSerializer(many=True)


class AlertFilters(filters.Set):
    shop = filters.Key(field_name="shop")
    kind = filters.Choice(field_name="kind", choices=Kind.choices)
    sent = filters.Choice(choices=State.choices, method="delivered")
    told_from = filters.Moment(field_name="created_at", lookup_expr="gte")
    told_until = filters.Moment(field_name="created_at", lookup_expr="lte")

    def delivered(self, rows: QuerySet[Alert], _name: str, value: str) -> QuerySet[Alert]:
        return rows.filter(pk__in=AlertDelivery.objects.filter(state=value).values("alert"))


class Alerts(Resource):
    table = "alert"
    queryset = Alert.objects.all()
    filterset_class = AlertFilters
    pagination_class = Cursor
    orderings = {"-at": ("-created_at", "-pk"), "at": ("created_at", "pk")}

    def get_queryset(self) -> QuerySet[Alert]:
        deliveries = AlertDelivery.objects.select_related("recipient", "alert").order_by("recipient__name")
        rows = Alert.objects.select_related("shop", "connection", "incident")
        return rows.prefetch_related(Prefetch("deliveries", deliveries))

    def row(self, one: Alert) -> dict[str, Any]:
        now, told = timezone.now(), said(one)
        return {
            "id": one.pk,
            "at": one.created_at,
            "kind": word(one.kind, one.get_kind_display()),
            "shop": shop(one.shop) if one.shop is not None else None,
            "title": told.title,
            "lines": told.lines,
            "remedy": told.remedy,
            "told": [
                {
                    "recipient": row.recipient.name,
                    "state": word(row.state, alert_words.state(row, now)),
                    "sent_at": row.sent_at,
                }
                for row in one.deliveries.all()
            ],
        }

    @extend_schema(responses=AlertSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Newest first."""
        return self.listed(self.get_queryset())

    @extend_schema(responses=AlertSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self.row(get_object_or_404(self.get_queryset(), pk=pk)))


class RecipientSerializer(Shape):
    """Who is told what, in which way. `quiet_from` and `quiet_to` are times of `time_zone`; without `shops` it is all
    of them. `problem`: why the channel does not work.
    """

    id = number()
    name = text()
    channel = WordSerializer()
    address = text()
    active = serializers.BooleanField()
    language = text()
    time_zone = text()
    quiet_from = serializers.TimeField(allow_null=True)
    quiet_to = serializers.TimeField(allow_null=True)
    kinds = serializers.ListField(child=text())
    urgent = serializers.ListField(child=text())
    shops = NamedSerializer(many=True)
    problem = ProblemSerializer(allow_null=True)


class AlertRulesSerializer(Shape):
    """From when on something is worth an alert. `mail` and `telegram`: the channel has what it needs."""

    backlog_minutes = number()
    away_minutes = number()
    budget_percent = number()
    digest_weekday = number(help_text="1 is Monday.")
    digest_hour = number()
    mail = serializers.BooleanField()
    telegram = serializers.BooleanField()
    recipients = RecipientSerializer(many=True)


class Rules(Resource):
    """Who is told what is a setting: the owner's, as on the desk."""

    table = "alertrules"

    @extend_schema(operation_id="alerts_rules_retrieve", responses=AlertRulesSerializer)
    def retrieve(self, request: Request) -> Response:
        """Changed on the desk or by the configuration file."""
        rules = AlertRules.now()
        rows = Recipient.objects.prefetch_related("shops").order_by("name")
        return Response(
            {
                **{name: getattr(rules, name) for name in WHEN},
                "mail": mail.is_set_up(rules),
                "telegram": bool(rules.secrets.get("telegram_token")),
                "recipients": [_recipient(row) for row in rows],
            }
        )


def _recipient(row: Recipient) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "channel": word(row.channel, row.get_channel_display()),
        "address": row.address,
        "active": row.active,
        "language": row.language,
        "time_zone": row.time_zone,
        "quiet_from": row.quiet_from,
        "quiet_to": row.quiet_to,
        "kinds": row.kinds,
        "urgent": row.urgent,
        "shops": [shop(one) for one in row.shops.all()],
        "problem": problem(row.problem, row.problem_params),
    }
