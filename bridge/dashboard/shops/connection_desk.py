"""Connections on the desk: where the bridge signs in, whether the other side answers, the plugin's secret."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection, Shop, Vendor, new_token
from bridge.dashboard import shown
from bridge.dashboard.page import Page, button, in_dialog
from bridge.dashboard.shops.connection_form import MOYSKLAD_SECRETS, SITE_SECRETS, ConnectionForm
from bridge.history.deeds import in_words
from bridge.inbox.models import InboxEvent
from bridge.problems import remedy, sentence
from bridge.sync import settings_changed
from bridge.sync.account.check import Answer, check
from bridge.sync.models import Watermark


class ConnectionDesk(Page):
    form = ConnectionForm
    list_display = ("shown_name", "shown_address", "shown_state", "shown_hooks")
    search_fields = ("name", "base_url")
    ordering = ("vendor", "name")
    actions = None
    actions_row = ("check_now",)
    actions_detail = ("check_now", "new_secret")
    conditional_fields = {
        **dict.fromkeys(MOYSKLAD_SECRETS, "typeof vendor === 'undefined' || vendor == 'moysklad'"),
        **dict.fromkeys(SITE_SECRETS, "typeof vendor === 'undefined' || vendor == 'woocommerce'"),
    }

    def get_fieldsets(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        if obj is None:
            secrets: tuple[str, ...] = (*MOYSKLAD_SECRETS, *SITE_SECRETS)
            return ((None, {"fields": ("vendor", "name", "base_url", *secrets)}),)
        secrets = MOYSKLAD_SECRETS if obj.vendor == Vendor.MOYSKLAD else SITE_SECRETS
        extra = ("shown_event_secret",) if obj.vendor == Vendor.WOOCOMMERCE else ("shown_hooks",)
        return (
            (None, {"fields": ("vendor", "name", "base_url", "shown_state")}),
            (_("Signing in"), {"fields": (*secrets, *extra)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Connection | None = None) -> tuple[str, ...]:
        return () if obj is None else ("vendor", "shown_state", "shown_event_secret", "shown_hooks")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        subscribed = Watermark.objects.filter(
            connection=OuterRef("pk"), flow="subscriptions", last_success_at__isnull=False
        )
        rows: QuerySet[Connection] = super().get_queryset(request)
        return rows.annotate(has_subscribed=Exists(subscribed))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what nothing hangs on: no shop and no stored event."""
        if obj is None:
            return False
        used = Shop.objects.filter(site=obj).exists() or Shop.objects.filter(account=obj).exists()
        return (
            bool(super().has_delete_permission(request, obj))
            and not used
            and not InboxEvent.objects.filter(connection=obj).exists()
        )

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        found = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        is_site = Connection.objects.filter(pk=object_id, vendor=Vendor.WOOCOMMERCE).exists()
        return [one for one in found if is_site or one.path != "new-secret"]

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        if change:  # whether it answers, and what its hooks do, is written by the workers
            obj.save(update_fields=["name", "base_url", "credentials"])
        else:
            super().save_model(request, obj, form, change)
        if form.typed_secrets or "base_url" in form.changed_data:
            settings_changed.credentials_changed(obj)
            transaction.on_commit(partial(self._tell, request, obj))

    def _tell(self, request: HttpRequest, connection: Connection) -> Answer:
        answer = check(connection)
        text = shown.lines(answer.sentence, answer.remedy)
        self.message_user(request, text, messages.SUCCESS if answer.ok else messages.ERROR)
        return answer

    @button(
        _("Check now"),
        _("The bridge calls the other side with the stored login and says what it answers."),
        icon="network_check",
        path="check",
    )
    def check_now(self, request: HttpRequest, connection: Connection) -> None:
        answer = self._tell(request, connection)
        text = in_words(lambda: gettext("Checked: %(text)s") % {"text": answer.sentence})
        self.log_change(request, connection, text)

    @button(
        _("New secret"),
        _("A new secret is made and shown once. The present one stays valid until the next new one."),
        icon="key",
        path="new-secret",
    )
    def new_secret(self, request: HttpRequest, connection: Connection) -> HttpResponse | None:
        if connection.vendor != Vendor.WOOCOMMERCE:
            return None
        secret, before = new_token(), connection.credentials.get("event_secret", "")
        connection.credentials = {
            **connection.credentials,
            "event_secret": secret,
            "previous_event_secret": before,
        }
        connection.save(update_fields=["credentials"])
        self.log_change(request, connection, _("New secret for the plugin"))
        return in_dialog(request, "admin/bridge/new_secret.html", {"secret": secret})

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, connection: Connection) -> str:
        return shown.lines(connection.name, connection.get_vendor_display())

    @admin.display(description=_("address"))
    def shown_address(self, connection: Connection) -> str:
        return connection.base_url

    @admin.display(description=_("state"))
    def shown_state(self, connection: Connection) -> str:
        if not connection.is_paused():
            return shown.tag(_("works"), "success")
        until = gettext("away, next try %(time)s") % {"time": shown.when(connection.paused_until)}
        said = sentence(connection.pause_problem, connection.pause_params)
        return shown.lines(shown.tag(until, "danger"), said, remedy(connection.pause_problem))

    @admin.display(description=_("notifications"))
    def shown_hooks(self, connection: Any) -> str:
        if connection.vendor != Vendor.MOYSKLAD:
            return shown.EMPTY
        if not connection.has_subscribed:
            return gettext("The bridge asks for them once a shop uses the account")
        if not connection.hooks_problem:
            return gettext("MoySklad tells the bridge about changes at once")
        if connection.hooks_problem == "no_public_url":
            return gettext("The bridge has no public address, so it looks for changes by itself")
        return gettext(
            "MoySklad's tariff or rights allow no notifications, so the bridge looks for changes by itself"
        )

    @admin.display(description=_("secret of the plugin"))
    def shown_event_secret(self, connection: Connection) -> str:
        if connection.credentials.get("event_secret"):
            return gettext("Stored. The button “New secret” above makes another one.")
        return gettext("None yet: press “New secret” above.")
