"""“API tokens” on the desk: made and shown once, listed with when each was last used, revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.dashboard import shown
from bridge.dashboard.page import ReadOnlyPage, button
from bridge.dashboard.people.token_form import TokenForm
from bridge.dashboard.recorded import name_of
from bridge.history.deeds import Text, in_words
from bridge.people import roles, tokens
from bridge.people.models import ApiToken
from bridge.people.roles import Role


class TokenDesk(ReadOnlyPage):
    list_display = ("shown_name", "shown_may", "shown_state", "shown_used", "shown_made")
    list_select_related = ("user",)
    ordering = ("revoked_at", "-pk")
    actions = None
    actions_detail = ("revoke",)
    add_form_template = "admin/bridge/apitoken/add_form.html"
    list_before_template = "admin/bridge/apitoken/before_list.html"
    fields = ("shown_name", "shown_may", "shown_state", "shown_used", "shown_made")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Not the right of the table alone: a token lets a program in."""
        return request.user.has_perm("bridge.add_apitoken")

    def state_of(self, obj: ApiToken) -> dict[Text, Text]:
        return {_("state"): _state(obj)[0]}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "title": gettext("API tokens")})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The question, then the token itself, which this answer alone holds."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = TokenForm(request.POST or None, initial={"role": Role.VIEWER, "lasts": "365"})
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("New API token"),
            "opts": self.opts,
            "form": form,
        }
        made = request.method == "POST" and form.is_valid()
        if made:
            given = form.cleaned_data
            row, token = tokens.make(roles.person_of(request), given["name"], Role(given["role"]), form.days)
            self.log_addition(
                request,
                row,
                in_words(lambda: gettext("The token is made: %(role)s.") % {"role": row.get_role_display()}),
            )
            context |= {"token": token, "row": row}
        response = TemplateResponse(request, self.add_form_template, context)
        if made:
            response["Cache-Control"] = "no-store"
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        title = {"title": gettext("API token")}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **title})

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if row is None or row.revoked_at is not None:
            return []
        found: list[Any] = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return found

    @button(
        _("Revoke"),
        _(
            "From this moment the program gets no more answers. This cannot be undone: make a new token instead."
        ),
        icon="key_off",
        path="revoke",
    )
    def revoke(self, request: HttpRequest, row: ApiToken) -> None:
        if tokens.revoke(row):
            self.note(request, row, _("The token is revoked."))

    @admin.display(description=_("what it is for"), ordering="name")
    def shown_name(self, row: ApiToken) -> str:
        return row.name

    @admin.display(description=_("role"), ordering="role")
    def shown_may(self, row: ApiToken) -> str:
        may = tokens.role_with(row)
        return str(may.label) if may is not None else shown.tag(_("no role"), "warning")

    @admin.display(description=_("state"), ordering="revoked_at")
    def shown_state(self, row: ApiToken) -> str:
        text, colour = _state(row)
        until = gettext("until %(moment)s") % {"moment": shown.when(row.expiry)} if row.expiry else ""
        return shown.lines(shown.tag(text, colour), until if row.is_valid else "")

    @admin.display(description=_("last used"), ordering="used_at")
    def shown_used(self, row: ApiToken) -> str:
        return shown.when(row.used_at)

    @admin.display(description=_("made"), ordering="created")
    def shown_made(self, row: ApiToken) -> str:
        return shown.lines(shown.when(row.created), name_of(row.user))


def _state(row: ApiToken) -> tuple[Any, str]:
    if row.revoked_at is not None:
        return _("revoked"), "muted"
    if not row.is_valid:
        return _("expired"), "muted"
    if not row.user.is_active:
        return _("its owner is locked out"), "warning"
    return _("valid"), "success"
