"""The form of a shop: ids of the account shown as names to choose from, lists as checkboxes, intervals in bounds."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bridge.configuration.keys import KEYS, MOST_PIECES
from bridge.configuration.shapes import Name
from bridge.connections.models import Shop, StatusMapping
from bridge.dashboard.form_fields import (
    NOT_CHOSEN,
    Choices,
    InOrder,
    Ranked,
    Words,
    checkboxes,
    choice,
    days,
    seconds,
    text,
    whole,
)
from bridge.dashboard.shops.common_buyer import Answer
from bridge.dashboard.shops.directory import Directory, Kind
from bridge.dashboard.words import field_choices, status_choices
from bridge.domain.fields import SALE_PRICE
from bridge.domain.status import NEVER_SENT, SITE_STATUSES

FIRST = {"name", "site", "account"}
# Fields that hold the id of a thing of the account → its kind; those of the configuration file.
NAMES = {
    key.field: key.shape for key in KEYS if isinstance(key.shape, Name) and key.shape.kind in Kind.values
}
OF_ACCOUNT = {field: shape.kind for field, shape in NAMES.items()}
TRIGGERED = ("status_when_paid", "status_when_partly_shipped", "status_when_shipped")
WAYS = (("email", _("e-mail")), ("phone", _("phone")), ("inn", _("INN")))
IN_FIELDS = _(
    "Names of the order's fields as plugins keep them, separated by commas; the first one filled counts."
)


class ShopForm(forms.ModelForm):  # type: ignore[type-arg]
    organization_id = choice(_("Organization"))
    order_store = choice(_("Warehouse of orders"), _("Orders are made and goods reserved in this warehouse."))
    more_stores = Ranked(
        _("Also count the stock of"),
        _(
            "The site shows the stock of these warehouses together with the one of orders. Where an order goes to the "
            "first that has everything, they are tried from top to bottom, after the one of orders."
        ),
    )
    sales_channel_id = choice(_("Sales channel"))
    project_id = choice(_("Project"))
    contract_id = choice(_("Contract"))
    owner_id = choice(_("Responsible employee"))
    organization_account_id = choice(
        _("Account of the organization"), _("Not chosen: MoySklad takes the organization's main one.")
    )
    shipping_service_id = choice(
        _("Service for shipping and fees"), _("Stands in the document for delivery and other charges.")
    )
    planned_days = days(
        _("Days until delivery"), _("Planned delivery, counted from the order. Empty: none is written.")
    )
    planned_field = text(
        _("Field with the delivery date"),
        _("Name of the order's field; goes before the days above."),
        most=100,
    )
    pickup_fields = Words(_("Fields with the pickup point"), IN_FIELDS, most=100)
    send_statuses = checkboxes(
        _("Orders are sent in the status"), _("An order that was sent once is followed in every status.")
    )
    other_statuses = text(
        _("Other statuses"),
        _("Statuses of plugins, separated by commas, in Latin letters as WooCommerce stores them."),
        most=1000,
    )
    match_by = InOrder(
        _("Find buyers by"), _("Tried in this order, after the link of an earlier order."), WAYS
    )
    common_buyer = text(
        _("One buyer for all retail orders"),
        _("The counterparty's exact name in MoySklad. Companies keep their own. Empty: each buyer is one."),
        most=255,
    )
    inn_fields = Words(_("Fields with the INN"), IN_FIELDS, most=100)
    kpp_fields = Words(_("Fields with the KPP"), IN_FIELDS, most=100)
    expense_item_id = choice(
        _("Expense item of refunds"), _("MoySklad demands one for money that is paid back to buyers.")
    )
    status_when_paid = choice(_("Paid in full"))
    status_when_partly_shipped = choice(_("Shipped in part"))
    status_when_shipped = choice(_("Shipped in full"))
    stock_buffer = whole(
        _("Pieces kept back"), _("The site shows so many less than there are."), low=0, high=MOST_PIECES
    )
    last_pieces = whole(
        _("So few count as none"), _("With so many pieces left or fewer the item is sold out."),
        low=0, high=MOST_PIECES,
    )  # fmt: skip
    stock_share = whole(
        _("Share of the stock, %"),
        _("Where several shops sell from one stock. 100: first come, first served."),
        low=1,
        high=100,
    )
    owned_fields = checkboxes(
        _("Fields that follow MoySklad"),
        _(
            "These are written to the site, and put back when somebody changes them there. All others stay the site's."
        ),
    )
    price_type_id = choice(
        _("Regular price is the price type"), _("Not chosen: the first price type of the account.")
    )
    sale_price_type_id = choice(
        _("Sale price is the price type"),
        _("An item with no such price, or none below the regular one, has no sale."),
    )
    sale_from_attribute_id = choice(
        _("Field with the first day of the sale"), _("A field of goods in MoySklad that holds a date.")
    )
    sale_to_attribute_id = choice(
        _("Field with the last day of the sale"), _("Not chosen, or empty: the sale does not end by itself.")
    )
    min_margin = whole(
        _("Least margin over the cost, %"),
        _("A price that leaves less over the purchase price is not written. Empty: not looked at."),
        low=0,
        high=1000,
        required=False,
    )
    orders_interval = seconds(_("Look for missed orders every"))
    statuses_interval = seconds(_("Look for changed documents every"))
    stock_interval = seconds(_("Look for changed stock and goods every"))
    api_log_days = whole(
        _("Keep calls in the API log for"),
        _("Days, from 1 to 365. Of an account with several shops the longest counts."),
        low=1,
        high=365,
    )

    # Set for each request by the page.
    found_buyer: Answer | None = None

    class Meta:
        help_texts = {
            "write_goods": _(
                "Before you switch it on, look at the preview: it shows what would change. A setting that changes what "
                "is written switches it off again, until you have looked."
            ),
            "decimal_quantities": _("Only for shops with a plugin that sells by weight or length."),
            "backorders": _("Whether buyers may order what is sold out."),
            "pick_store": _("Which of the warehouses an order is written to."),
            "price_rounding": _("After the price was converted into the site's currency."),
            "publish_new": _(
                "Goods that are not on the site yet appear in the preview; you say which become drafts."
            ),
            "hide_archived": _(
                "Goods put into the archive appear in the preview; you say which become drafts again."
            ),
            "prices": _("The sum is the same. With list prices managers see the discount in the document."),
            "on_removed": _("What happens when staff remove an order's document in MoySklad."),
            "bin_deleted": _("When an order is deleted on the site. It can be restored from MoySklad's bin."),
            "create_buyers": _("Otherwise orders of unknown buyers wait until the counterparty is there."),
            "update_buyers": _("A new phone or address of the site is written into the counterparty."),
            "send_refunds": _(
                "Before shipping the goods leave the document, after it they come back as a return."
            ),
            "mark_paid": _(
                "Once the document is paid in full; the buyer may get the shop's e-mail about it."
            ),
            "accept_edits": _("Positions and prices changed in the document are written into the order."),
            "accept_returns": _("The site gets a refund with the same goods; no money is paid back by it."),
            "follow_returns": _(
                "A return changed or removed later has its refund made anew. Otherwise you are asked."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shop: Shop = self.instance
        self.read = {field.attname: getattr(shop, field.attname) for field in shop._meta.concrete_fields}
        if not shop.pk:  # which site and account comes first: the choices are the account's
            for name in set(self.fields) - FIRST:
                del self.fields[name]
            return
        if "write_goods" in self.fields:  # the bridge switches it too, after the page was opened
            self.fields["write_goods"].show_hidden_initial = True
        self.directory = Directory(shop)
        for name, shape in NAMES.items():
            self._offer(name, self.directory.choices(shape.kind, (getattr(shop, name),), shape.detail))
        self._offer("owned_fields", field_choices(), blank=False)
        first, *others = shop.store_ids or [""]
        stores = self.directory.choices(Kind.STORE, shop.store_ids)
        self._offer("order_store", stores)
        self._offer("more_stores", stores, blank=False)
        self._offer("send_statuses", status_choices(), blank=False)
        statuses = status_choices(self._own_statuses(shop))
        for name in TRIGGERED:
            self._offer(name, statuses, blank=_("does not change"))
        self.initial.update(
            {
                "order_store": first,
                "more_stores": others,
                "send_statuses": [status for status in shop.send_statuses if status in SITE_STATUSES],
                "other_statuses": ", ".join(s for s in shop.send_statuses if s not in SITE_STATUSES),
                "common_buyer": shop.common_buyer_name,
            }
        )

    def _offer(self, name: str, choices: Choices, *, blank: Any = NOT_CHOSEN) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", blank), *choices] if blank else choices

    @staticmethod
    def _own_statuses(shop: Shop) -> set[str]:
        """Statuses of the site's plugins, as far as the settings name them."""
        mapped = StatusMapping.objects.filter(shop=shop).values_list("site_status", flat=True)
        return {*shop.send_statuses, *mapped, *(getattr(shop, name) for name in TRIGGERED)} - {""}

    @property
    def written(self) -> list[str]:
        """The columns that are others than when the form's shop was read: these are saved."""
        return [name for name, value in self.read.items() if getattr(self.instance, name) != value]

    def clean_write_goods(self) -> bool:
        """Another one than on the page only if the person switched it."""
        switched = "write_goods" in self.changed_data
        return bool(self.cleaned_data["write_goods"] if switched else self.instance.write_goods)

    def clean_other_statuses(self) -> list[str]:
        found = [one.strip().removeprefix("wc-") for one in self.cleaned_data["other_statuses"].split(",")]
        found = [one for one in found if one]
        if wrong := [one for one in found if not re.fullmatch(r"[a-z0-9_-]{1,40}", one) or one in NEVER_SENT]:
            raise forms.ValidationError(
                _("This is no status that can be sent: %(one)s."), params={"one": wrong[0]}
            )
        return found

    def clean_common_buyer(self) -> str:
        """Looked up before (common_buyer.py), and only when it is another one."""
        if isinstance(self.found_buyer, forms.ValidationError):
            raise self.found_buyer
        if self.found_buyer is not None:
            self.instance.common_buyer_id, self.instance.common_buyer_name = self.found_buyer
        return str(self.cleaned_data["common_buyer"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.instance.pk:
            return data
        if data.get("more_stores") and not data.get("order_store"):
            self.add_error("order_store", _("Choose the warehouse of orders first."))
        owner = self.directory.organization_of(data.get("organization_account_id", ""))
        if owner and data.get("organization_id") and owner != data["organization_id"]:
            self.add_error("organization_account_id", _("This account belongs to another organization."))
        if SALE_PRICE in data.get("owned_fields", ()) and not data.get("sale_price_type_id"):
            self.add_error(
                "sale_price_type_id",
                _("The sale price follows MoySklad: choose the price type it is taken from."),
            )
        return data

    def save(self, commit: bool = True) -> Shop:
        shop: Shop = self.instance
        data = self.cleaned_data
        if "order_store" in data:
            chosen = [data["order_store"]] if data["order_store"] else []
            shop.store_ids = chosen + [one for one in data["more_stores"] if one not in chosen]
        if "send_statuses" in data:
            own = data["other_statuses"]
            shop.send_statuses = data["send_statuses"] + [
                one for one in own if one not in data["send_statuses"]
            ]
        saved: Shop = super().save(commit)
        return saved
