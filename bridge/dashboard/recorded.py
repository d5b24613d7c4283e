"""Every deed on a page of the desk goes into the history: saved forms, buttons, actions on many rows.

It is done here, once, so that a new button or form cannot forget it: what a row was is remembered when it is fetched
for a POST, and compared when the page notes what was done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from bridge.history import deeds, forms
from bridge.history.deeds import Sentence, Text, Value
from bridge.portions import OF_QUERY, portions

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin as Base
else:
    Base = object

SHOWN_BELOW = 10
# The fields that say how a row stands, and what they are called.
STANDING = {
    "state": _("state"),
    "step": _("step"),
    "match": _("link"),
    "gone": _("document in MoySklad"),
    "settled": _("settled"),
}


class Recorded(Base):  # type: ignore[type-arg]
    """Mixed into every page."""

    change_form_outer_after_template = "admin/bridge/history/below.html"

    def state_of(self, obj: Any) -> dict[Text, Text]:
        """How a row stands, in words; what of it changes during a deed is kept with the deed."""
        fields = {field.name for field in obj._meta.concrete_fields}
        return {what: label_of(obj, name) for name, what in STANDING.items() if name in fields}

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None and request.method == "POST":
            _remembered(request).setdefault((type(row), row.pk), self.state_of(row))
        return row

    def log_change(
        self,
        request: HttpRequest,
        obj: Any,
        message: Sentence | list[dict[str, Any]],
        values: Iterable[Value] = (),
    ) -> Any:
        """With what became of the row since it was fetched, where a sentence says what was done."""
        if not isinstance(message, list):
            values = [*values, *self.became(request, obj)]
        return _kept(request, obj, message, values, CHANGE)

    def log_addition(self, request: HttpRequest, obj: Any, message: Sentence | list[dict[str, Any]]) -> Any:
        return _kept(request, obj, message, (), ADDITION)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        """Django's own message, and each value before and after."""
        said: Any = super().construct_change_message(request, form, formsets, add)
        return [*said, *deeds.stored_values(forms.values(form, formsets))]

    def get_actions(self, request: HttpRequest) -> Any:
        found: Any = super().get_actions(request)
        if request.method != "POST":
            return found
        return {
            name: (_recording(act, says), name, says) for name, (act, _name, says) in (found or {}).items()
        }

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        if context.get("original") is not None:
            context["deeds"] = deeds_of(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.model._default_manager.filter(pk=object_id).first() if object_id.isdecimal() else None
        extra = {"deeds": deeds_of(row, most=200)} if row is not None else {}
        return super().history_view(request, object_id, {**extra, **(extra_context or {})})

    def remember(self, request: HttpRequest, keys: Iterable[Any]) -> None:
        """How these rows stand before a deed that comes through no button of this page."""
        for row in self._fresh(request).filter(pk__in=keys):
            _remembered(request).setdefault((type(row), row.pk), self.state_of(row))

    def became(self, request: HttpRequest, obj: Any) -> list[Value]:
        """What became of a row since it was remembered."""
        before = _remembered(request).get((type(obj), obj.pk))
        fresh = self._fresh(request).filter(pk=obj.pk).first() if before else None
        return deeds.differences(before, self.state_of(fresh)) if before and fresh is not None else []

    def _fresh(self, request: HttpRequest) -> QuerySet[Any]:
        rows = self.get_queryset(request)
        related = self.list_select_related
        return rows.select_related(*related) if isinstance(related, list | tuple) and related else rows


def _kept(
    request: HttpRequest,
    row: Model,
    message: Any,
    values: Iterable[Value],
    flag: int,
) -> LogEntry:
    of_form = isinstance(message, list)
    stored = json.dumps(message, ensure_ascii=False) if of_form else deeds.message(message, values)
    entry = deeds.entry(request.user, row, stored, flag)
    entry.save()
    return entry


def page_of(table: type[Model]) -> Recorded | None:
    """The desk's page of these rows, where it has one."""
    page = admin.site.get_model_admin(table) if admin.site.is_registered(table) else None
    return page if isinstance(page, Recorded) else None


def deeds_of(row: Model, most: int = SHOWN_BELOW) -> list[dict[str, Any]]:
    """The newest deeds on a row, for a template."""
    entries = LogEntry.objects.filter(
        content_type__app_label=row._meta.app_label,
        content_type__model=row._meta.model_name,
        object_id=str(row.pk),
    ).select_related("user")
    return [
        {"at": one.action_time, "who": name_of(one.user), "deed": deeds.read(one)}
        for one in entries.order_by("-pk")[:most]
    ]


def name_of(person: Any) -> str:
    """A person's own name, or the name they sign in with."""
    return str(person.get_full_name() or person.get_username())


def _recording(act: Callable[..., Any], says: Any) -> Callable[..., Any]:
    """The action, after which each of its rows has a deed. A page that only asks is none."""

    def run(page: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponseBase | None:
        before = {row.pk: page.state_of(row) for row in rows.iterator(chunk_size=OF_QUERY)}
        answer: HttpResponseBase | None = act(page, request, rows)
        if answer is not None and answer.status_code == 200:
            return answer
        for keys in portions(before):
            fresh = list(page._fresh(request).filter(pk__in=keys))
            changed = {row.pk: deeds.differences(before[row.pk], page.state_of(row)) for row in fresh}
            deeds.note_many(request.user, fresh, says, changed)
        return answer

    return run


def label_of(row: Any, name: str) -> Text:
    """What a field of the row says now, in every language."""
    value = getattr(row, name)
    if isinstance(value, bool):
        return forms.yes_or_no(value)
    labels: dict[Any, Text] = dict(row._meta.get_field(name).flatchoices)
    return labels.get(value, str(value))


def _remembered(request: HttpRequest) -> dict[tuple[type[Model], Any], dict[Text, Text]]:
    found: dict[tuple[type[Model], Any], dict[Text, Text]] = request.__dict__.setdefault("rows_before", {})
    return found
