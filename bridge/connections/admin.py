"""Connections and shops on the desk: where we log in, whether it answers, how a site and an account fit together."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection, Shop, Vendor, new_token
from bridge.dashboard import common_buyer, shop_sections, shown
from bridge.dashboard.connection_form import MOYSKLAD_SECRETS, SITE_SECRETS, ConnectionForm
from bridge.dashboard.page import Page, button
from bridge.dashboard.shop_form import ShopForm
from bridge.dashboard.shop_warnings import warnings
from bridge.inbox.models import InboxEvent
from bridge.orders.models import Order
from bridge.problems import remedy, sentence
from bridge.routes import FLOWS
from bridge.sync import settings_changed
from bridge.sync.account.check import Answer, check
from bridge.sync.models import Watermark


@admin.register(Connection)
class ConnectionPage(Page):
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
        self.log_change(
            request,
            connection,
            gettext("Checked: %(text)s") % {"text": self._tell(request, connection).sentence},
        )

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
        self.log_change(request, connection, gettext("New secret for the plugin"))
        response = render(request, "admin/bridge/new_secret.html", {"secret": secret})
        for name, value in (
            ("HX-Retarget", "#dialog"),
            ("HX-Reselect", "#dialog"),
            ("Cache-Control", "no-store"),
        ):
            response[name] = value
        return response

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


@admin.register(Shop)
class ShopPage(Page):
    form = ShopForm
    list_display = ("shown_name", "account", "shown_state", "shown_problem")
    list_select_related = ("site", "account")
    search_fields = ("name", "site__base_url")
    ordering = ("name",)
    actions = None
    add_fieldsets = ((None, {"fields": ("name", "site", "account")}),)
    fieldsets = shop_sections.FIELDSETS
    inlines = shop_sections.INLINES
    change_form_template = "admin/bridge/shop/change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Shop | None = None) -> tuple[str, ...]:
        """Another site or account would leave every document and link behind, so they stay."""
        return () if obj is None else ("site", "account", "shown_event_url", "shown_how")

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj is not None else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "site":
            kwargs["queryset"] = Connection.objects.filter(
                vendor=Vendor.WOOCOMMERCE, shop__isnull=True
            ).order_by("name")
        elif db_field.name == "account":
            kwargs["queryset"] = Connection.objects.filter(vendor=Vendor.MOYSKLAD).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A shop with orders stays."""
        if obj is None:
            return False
        return (
            bool(super().has_delete_permission(request, obj)) and not Order.objects.filter(shop=obj).exists()
        )

    def save_model(self, request: HttpRequest, obj: Shop, form: Any, change: bool) -> None:
        before = Shop.objects.get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        if before is None:
            settings_changed.shop_added(obj, FLOWS)
            return
        self._tell_released(request, settings_changed.shop_changed(before, obj))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        shop = self.get_object(request, object_id) if request.method == "POST" and object_id else None
        if shop is not None and self.has_change_permission(request, shop):
            common_buyer.look_up(request, shop)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.found_buyer = common_buyer.answer(request)
        return form

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        self._tell_released(request, formset.replace())

    def _tell_released(self, request: HttpRequest, released: int) -> None:
        if released:
            text = gettext("Orders that waited for this setting and now go on: %(n)s.")
            self.message_user(request, text % {"n": released})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("obj") is not None:
            sections = shop_sections.shown(context["adminform"], context["inline_admin_formsets"])
            context["sections"] = sections
            context["first_section"] = shop_sections.first_to_show(sections)
            context["warnings"] = warnings(kwargs["obj"])
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(
        self, request: HttpRequest, obj: Shop, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Straight on to the settings, whose choices come from the account just chosen."""
        self.message_user(request, gettext("The shop is added. Choose below how orders look in MoySklad."))
        return HttpResponseRedirect(reverse("admin:bridge_shop_change", args=[obj.pk]))

    @admin.display(description=_("shop"), ordering="name")
    def shown_name(self, shop: Shop) -> str:
        return shown.lines(shop.name, shop.site.base_url)

    @admin.display(description=_("state"))
    def shown_state(self, shop: Shop) -> str:
        away = [one for one in (shop.site, shop.account) if one.is_paused()]
        if away:
            return shown.tag(gettext("%(name)s does not answer") % {"name": away[0]}, "danger")
        return shown.tag(_("works"), "success")

    @admin.display(description=_("what is missing"))
    def shown_problem(self, shop: Shop) -> str:
        missing = [
            text
            for value, text in (
                (shop.organization_id, gettext("organization")),
                (shop.store_ids, gettext("warehouse")),
                (shop.shipping_service_id, gettext("service for shipping and fees")),
            )
            if not value
        ]
        return ", ".join(missing) or shown.EMPTY

    @admin.display(description=_("address for events"))
    def shown_event_url(self, shop: Shop) -> str:
        path = reverse("woocommerce-event", args=[shop.site_id])
        if not settings.BRIDGE_PUBLIC_URL:
            return gettext("The bridge has no public address, so orders are found by looking at the site.")
        return format_html('<code class="desk-copy">{}</code>', f"{settings.BRIDGE_PUBLIC_URL}{path}")

    @admin.display(description=_("how to connect the site"))
    def shown_how(self, shop: Shop) -> str:
        page = shown.page_of("connection", shop.site_id, gettext("on the page of the site's connection"))
        return format_html(
            '<ol class="desk-steps"><li>{}</li><li>{}</li><li>{}</li></ol>',
            gettext("Install the plugin Sklad Bridge on the site (Plugins → Add New → Upload)."),
            format_html(gettext("Make a secret {page} and copy it."), page=page),
            gettext(
                "In WooCommerce → Settings → Sklad Bridge enter the address above and the secret, "
                "then send a test event."
            ),
        )
