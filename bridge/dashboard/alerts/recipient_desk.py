"""Who is told what: recipients, each with a test; the settings of alerts; connecting Telegram."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, CharField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.alerts import send
from bridge.alerts.channels import mail
from bridge.alerts.models import AlertRules, Recipient
from bridge.dashboard import shown
from bridge.dashboard.alerts.recipient_form import RecipientForm
from bridge.dashboard.alerts.rules_form import RulesForm
from bridge.dashboard.alerts.telegram_views import TelegramViews
from bridge.dashboard.page import Page, button
from bridge.history import deeds, forms
from bridge.problems import remedy, sentence

WHO = ("name", "address", "active", "language")
QUIET = ("time_zone", "quiet_from", "quiet_to", "urgent")
WHAT = ("kinds", "shops")


class RecipientDesk(TelegramViews, Page):
    form = RecipientForm
    list_display = ("shown_name", "shown_quiet", "shown_what", "shown_state")
    list_before_template = "admin/bridge/recipient/before_list.html"
    ordering = ("-active", "name")
    actions = None
    actions_row = actions_detail = ("try_out",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are switched off: the list of alerts keeps naming them."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Recipient | None = None) -> Any:
        who: tuple[str, ...] = WHO
        if obj is not None and obj.channel == Recipient.Channel.TELEGRAM:
            who = tuple(name for name in WHO if name != "address")
        return (
            (None, {"fields": who}),
            (_("What to tell"), {"fields": WHAT}),
            (_("Quiet hours"), {"fields": QUIET}),
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.rules)
        return [path("rules/", view, name="bridge_recipient_rules"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        rules = AlertRules.now()
        above = {
            "title": gettext("Who is told what"),
            "mail_ready": mail.is_set_up(rules),
            "mail_from": mail.sender(rules),
            "bot": rules.bot_name,
            "no_address": not settings.BRIDGE_PUBLIC_URL,
        }
        return super().changelist_view(request, {**(extra_context or {}), **above})

    def rules(self, request: HttpRequest) -> HttpResponse:
        """From when on something is worth an alert, and the mail server."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        rules = AlertRules.now()
        allow = settings.BRIDGE_ALLOW_PRIVATE_HOSTS
        form = RulesForm(request.POST or None, instance=rules, allow_private=allow)
        if request.method == "POST" and form.is_valid():
            form.save()
            deeds.note(request.user, rules, _("The settings of alerts were changed."), forms.values(form))
            self.message_user(request, gettext("The settings are saved."), messages.SUCCESS)
            return redirect("admin:bridge_recipient_changelist")
        return self.own_page(request, "rules", {"title": gettext("Settings of alerts"), "form": form})

    def own_page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), **context}
        return TemplateResponse(request, f"admin/bridge/recipient/{name}.html", whole)

    @button(
        _("Send a test"),
        _("A short message is sent at once, whatever the hour."),
        icon="send",
        path="test",
    )
    def try_out(self, request: HttpRequest, recipient: Recipient) -> None:
        problem = send.try_out(recipient)
        if problem is None:
            self.note(request, recipient, _("The test is sent. Look whether it has come."))
            return
        text = shown.lines(sentence(problem.code, problem.params), remedy(problem.code))
        self.message_user(request, text, messages.ERROR)
        self.log_change(request, recipient, _("A test could not be sent."))

    @admin.display(description=_("who"), ordering="name")
    def shown_name(self, recipient: Recipient) -> str:
        email = recipient.channel == Recipient.Channel.EMAIL
        return shown.lines(
            recipient.name, _whole(recipient.address) if email else recipient.get_channel_display()
        )

    @admin.display(description=_("quiet hours"))
    def shown_quiet(self, recipient: Recipient) -> str:
        if recipient.quiet_from is None or recipient.quiet_to is None:
            return gettext("none")
        return _whole(f"{recipient.quiet_from:%H:%M}–{recipient.quiet_to:%H:%M}")

    @admin.display(description=_("what"))
    def shown_what(self, recipient: Recipient) -> str:
        whole = len(recipient.kinds) == len(Recipient().kinds)
        text = gettext("everything") if whole else gettext("kinds: %(n)s") % {"n": len(recipient.kinds)}
        names = ", ".join(shop.name for shop in recipient.shops.all())
        return shown.lines(text, names or gettext("all shops"))

    @admin.display(description=_("state"))
    def shown_state(self, recipient: Recipient) -> str:
        if not recipient.active:
            return shown.tag(gettext("switched off"))
        if recipient.problem:
            said = sentence(recipient.problem, recipient.problem_params)
            return shown.lines(shown.tag(_("does not work"), "danger"), said, remedy(recipient.problem))
        if missing := getattr(recipient, "missing", ""):
            return shown.lines(
                shown.tag(_("does not work"), "danger"), sentence(missing, {}), remedy(missing)
            )
        return shown.tag(_("works"), "success")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what the channel of each lacks before anything can be sent, as the catalogue names it."""
        rules = AlertRules.now()
        mailed = "" if mail.is_set_up(rules) else "mail_not_set_up"
        written = "" if rules.secrets.get("telegram_token") else "telegram_not_set_up"
        by_mail = When(channel=Recipient.Channel.EMAIL, then=Value(mailed))
        missing = Case(by_mail, default=Value(written), output_field=CharField())
        return super().get_queryset(request).annotate(missing=missing).prefetch_related("shops")


def _whole(text: str) -> str:
    """On one line."""
    return format_html('<span class="desk-nowrap">{}</span>', text)
