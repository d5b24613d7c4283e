"""Shops on the desk: how a site and an account fit together, in sections; what saving sets going."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection, Shop, Vendor
from bridge.dashboard import shown
from bridge.dashboard.page import Page
from bridge.dashboard.shops import common_buyer, shop_saved, shop_sections
from bridge.dashboard.shops.shop_form import ShopForm
from bridge.dashboard.shops.shop_warnings import warnings
from bridge.history.deeds import in_words
from bridge.orders.models import Order
from bridge.routes import FLOWS
from bridge.sync import settings_agreed, settings_changed


class ShopDesk(Page):
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
        form.agreed = None
        if not change:
            super().save_model(request, obj, form, change)
            settings_changed.shop_added(obj, FLOWS)
            return
        before, form.agreed = settings_changed.held(obj), settings_agreed.chosen(obj.pk)
        settings_changed.store(obj, form.written)
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

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """After the shop and its rows: what is written by itself was seen as it will be."""
        super().save_related(request, form, formsets, change)
        if form.agreed is None:
            return
        shop = form.instance
        followed = settings_agreed.follow(form.agreed, shop)
        if said := shop_saved.sentence(followed):
            self.log_change(
                request, shop, in_words(lambda: shop_saved.sentence(followed)), shop_saved.values(followed)
            )
            self.message_user(request, shop_saved.with_link(said, shop), messages.WARNING)

    def _tell_released(self, request: HttpRequest, released: int) -> None:
        if released:
            text = gettext("Orders that waited for this setting and now go on: %(n)s.")
            self.message_user(request, text % {"n": released})

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        asked = inline.asked_for(request, obj) if isinstance(inline, shop_sections.MappingInline) else []
        found: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        return {**found, "initial": asked} if asked else found

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("obj") is not None:
            sections = shop_sections.shown(context["adminform"], context["inline_admin_formsets"])
            context["sections"] = sections
            context["first_section"] = shop_sections.first_to_show(sections, request.GET.get("section", ""))
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
        code = shown.link(reverse("admin:bridge_pairingcode_add"), gettext("Connect a shop"))
        secret = shown.page_of("connection", shop.site_id, gettext("the site's connection"))
        return format_html(
            '<ol class="desk-steps"><li>{}</li><li>{}</li></ol><p class="desk-small">{}</p>',
            gettext("Install the plugin Sklad Bridge on the site (Plugins → Add New → Upload)."),
            format_html(
                gettext("Get a code at “{code}” and paste it on the site in WooCommerce → Sklad Bridge."),
                code=code,
            ),
            format_html(
                gettext(
                    "By hand instead: make a secret at {secret}, and enter it there with the address above."
                ),
                secret=secret,
            ),
        )
