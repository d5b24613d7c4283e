"""/history/: what every person and program did, with values before and after. The owner's, as on the desk."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api import filters
from bridge.api.paging import Cursor
from bridge.api.resource import Resource
from bridge.api.shapes import NamedSerializer, Shape, WordSerializer, moment, number, text, word
from bridge.dashboard.page import containing
from bridge.dashboard.recorded import name_of
from bridge.dashboard.words import sentence_case
from bridge.history import deeds


class AboutSerializer(Shape):
    """What it was done to: which kind of thing, its id there and what it was called then."""

    kind = WordSerializer(allow_null=True)
    id = text()
    name = text()


class ValueSerializer(Shape):
    what = text()
    before = text()
    after = text()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A program linked an item",
            {
                "id": 900,
                "at": "2026-05-14T09:30:00Z",
                "who": {"id": 2, "name": "Anna"},
                "about": {
                    "kind": {"code": "listing", "label": "Product of the site"},
                    "id": "90",
                    "name": "Mug",
                },
                "text": "Mug is linked with Mug (MUG-0001). (API, reports)",
                "values": [{"what": "in MoySklad", "before": "", "after": "Mug (MUG-0001)"}],
            },
        )
    ]
)
class DeedSerializer(Shape):
    """`text`: what was done; of a program its name stands at the end, in brackets."""

    id = number()
    at = moment()
    who = NamedSerializer()
    about = AboutSerializer()
    text = text()
    values = ValueSerializer(many=True)


class HistoryFilters(filters.Set):
    person = filters.Key(field_name="user")
    kind = filters.Text(field_name="content_type__model", help_text="As `about.kind.code`.")
    object = filters.Text(field_name="object_id", help_text="As `about.id`; with `kind`.")
    done_from = filters.Moment(field_name="action_time", lookup_expr="gte")
    done_until = filters.Moment(field_name="action_time", lookup_expr="lte")
    search = filters.Text(method="found", help_text="Name of the object, or words of what was done.")

    def found(self, rows: QuerySet[LogEntry], _name: str, value: str) -> QuerySet[LogEntry]:
        for one in value.split():
            rows = rows.filter(containing(one, ("object_repr", "change_message")))
        return rows


class History(Resource):
    table = "logentry"
    queryset = LogEntry.objects.all()
    filterset_class = HistoryFilters
    pagination_class = Cursor

    def get_queryset(self) -> QuerySet[LogEntry]:
        return LogEntry.objects.select_related("user", "content_type")

    def row(self, one: LogEntry) -> dict[str, Any]:
        deed, kind = deeds.read(one), one.content_type
        return {
            "id": one.pk,
            "at": one.action_time,
            "who": {"id": one.user_id, "name": name_of(one.user)},
            "about": {
                "kind": word(kind.model, sentence_case(kind.name)) if kind is not None else None,
                "id": one.object_id or "",
                "name": deeds.object_name(one) or (sentence_case(kind.name) if kind is not None else ""),
            },
            "text": deed.text,
            "values": [value._asdict() for value in deed.values],
        }

    @extend_schema(responses=DeedSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Newest first."""
        return self.listed(self.get_queryset())
