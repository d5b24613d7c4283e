"""What every page of the desk is built on: unfold's classes, read-only by default, and buttons that ask first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db import connection, models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action as unfold_action
from unfold.forms import BaseDialogForm
from unfold.views import ChangeList

from bridge.dashboard import row_speed
from bridge.dashboard.recorded import Recorded
from bridge.history.deeds import Sentence

if TYPE_CHECKING:  # unfold has no types; its classes stand where Django's do
    from django.contrib.admin import ModelAdmin as BaseAdmin
    from django.contrib.admin import TabularInline as BaseInline
else:
    from unfold.admin import ModelAdmin as BaseAdmin
    from unfold.admin import TabularInline as BaseInline

Text = str | Promise


def containing(word: str, fields: Iterable[str]) -> models.Q:
    """Any of the fields contains the word, in any case: SQLite ignores case for Latin letters only."""
    forms = {word, word.lower(), word.capitalize(), word.upper()}
    if connection.vendor == "postgresql" or word.isascii():
        forms = {word}
    found = models.Q(pk=None)
    for field in fields:
        for form in forms:
            found |= models.Q(**{f"{field}__icontains": form})
    return found


class ShopFilter(RelatedDropdownFilter):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("shop")


class ConnectionFilter(RelatedDropdownFilter):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("connection")


class RowList(ChangeList):  # type: ignore[misc]
    """Counts once: without a filter the rows found are all rows."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not (self.query or self.has_active_filters):
            self.full_result_count = self.result_count


class Page(Recorded, BaseAdmin):  # type: ignore[type-arg]
    """A page whose rows people may change."""

    list_per_page = 50
    show_full_result_count = False
    # Numbers beside the choices of filters would count each table once a choice.
    show_facets = admin.ShowFacets.NEVER
    list_filter_submit = True
    warn_unsaved_form = True
    compressed_fields = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return RowList

    @admin.display(description=BaseAdmin.action_checkbox.short_description)  # type: ignore[attr-defined]
    def action_checkbox(self, obj: models.Model) -> SafeString:
        return row_speed.checkbox(obj.pk)

    def title_of(self, obj: Any) -> str:
        """What a row is called above its page."""
        return str(obj)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        context["show_save_and_add_another"] = False
        if context.get("original") is not None:
            context["subtitle"] = self.title_of(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.get_object(request, object_id)
        title = gettext("History: %(name)s") % {"name": self.title_of(row) if row is not None else ""}
        return super().history_view(request, object_id, {"title": title, **(extra_context or {})})

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Rows in which every word of the search stands somewhere."""
        for word in search_term.split():
            queryset = queryset.filter(containing(word, self.get_search_fields(request)))
        return queryset, False

    def has_repair_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may press the buttons of a page: those who may change its rows in principle."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def note(
        self, request: HttpRequest, obj: models.Model, text: Sentence, level: int = messages.SUCCESS
    ) -> None:
        """Tell the person what was done, and keep it in the row's history."""
        self.log_change(request, obj, text)
        self.message_user(request, text, level)


class ReadOnlyPage(Page):
    """A page of things that came from outside or were made by the bridge: to read and act upon, not to edit."""

    warn_unsaved_form = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_view_permission(request, obj) or self.has_repair_permission(request))


class Inline(BaseInline):  # type: ignore[type-arg]
    """Rows inside another row's page."""

    extra = 0
    hide_title = True

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Knows what its rows are called: the history names them so."""
        found: Any = super().get_formset(request, obj, **kwargs)
        found.title = self.verbose_name_plural
        return found


def button(
    title: Text,
    question: Text,
    *,
    icon: str,
    path: str,
    submit: Text | None = None,
    form: type[Any] | None = None,
) -> Callable[[Any], Any]:
    """A button of a row or its page: asks `question` in a dialog and acts only on the POST that follows.

    The function gets (page, request, row), and the valid form where the dialog has one of its own; it returns nothing,
    or a response of its own.
    """

    def decorate(function: Callable[..., HttpResponseBase | None]) -> Any:
        def act(page: Any, request: HttpRequest, answered: Any, object_id: str) -> HttpResponseBase:
            row = page.get_object(request, object_id)
            if row is None:
                raise Http404
            asked = (page, request, row) if form is None else (page, request, row, answered)
            return function(*asked) or back(page, request)

        act.__name__ = function.__name__
        act.__doc__ = function.__doc__
        return unfold_action(
            description=title,
            url_path=path,
            icon=icon,
            permissions=["repair"],
            dialog={
                "title": title,
                "description": question,
                "form_class": form or BaseDialogForm,
                "form_submit_text": submit or title,
            },
        )(act)

    return decorate


def back(page: Any, request: HttpRequest) -> HttpResponse:
    """To the page the button was pressed on, or to the list."""
    target = came_from(page, request, "HX-Current-URL")
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": target})
    return redirect(target)


def came_from(page: Any, request: HttpRequest, header: str) -> str:
    """The address in this header, if it is one of ours; else that of the page's list."""
    target = request.headers.get(header, "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")


def in_dialog(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The answer of a button that takes the place of its dialog and is kept nowhere: for what is shown once.

    The template's element `#dialog` is what is taken.
    """
    response = render(request, template, context)
    response["HX-Retarget"] = response["HX-Reselect"] = "#dialog"
    response["Cache-Control"] = "no-store"
    return response
