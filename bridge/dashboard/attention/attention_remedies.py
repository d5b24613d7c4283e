"""The buttons that repair a cause, by the kind of its remedy: each opens the place where it is put right."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from bridge import problems
from bridge.catalog.bindings import find_listings
from bridge.connections.models import Shop
from bridge.orders.models import Order
from bridge.problems.entry import Kind
from bridge.sync.attention.selection import MESSAGES, Selection

# So many items are offered by name; the rest stand in the list of what is not linked.
ITEMS_OFFERED = 4
# Where in the settings of a shop a cause is put right (dashboard/shops/shop_sections.py); all others: in “Documents”.
SECTIONS = {
    "store_missing": "goods",
    "report_too_big": "goods",
    "expense_item_missing": "money",
    "buyer_not_found": "buyers",
    "price_below_margin": "prices",
    "sale_price_type_missing": "prices",
    "price_type_refused": "prices",
    "currency_refused": "money",
    "linked_sum": "money",
    "status_left_to_people": "statuses",
    "state_refused": "statuses",
    "site_value_refused": "statuses",
}


class Remedy(NamedTuple):
    title: str
    url: str


def remedies(card: dict[str, Any], user: AbstractBaseUser | AnonymousUser) -> list[Remedy]:
    """What this person can open to repair a card of attention.py; empty where the sentence says all there is to do."""
    selection: Selection = card["selection"]
    shop = selection.shop()
    if shop is None:
        return []
    may: Any = user
    match problems.entry(selection.cause).kind:
        case Kind.LINK_ITEM if may.has_perm("bridge.change_listing"):
            return _links(shop, card["named"])
        case Kind.CHOOSE_STATE if may.has_perm("bridge.change_shop"):
            return [Remedy(_("Choose the state"), _settings(shop, selection.cause, card))]
        case Kind.FILL_FIELD:
            return _fields(shop, card, settings=may.has_perm("bridge.change_shop"))
        case Kind.FIX_SETTINGS if may.has_perm("bridge.change_shop"):
            return [Remedy(_("Open the settings"), _settings(shop, selection.cause, card))]
        case Kind.FIX_CONNECTION | Kind.GIVE_RIGHT if may.has_perm("bridge.change_connection"):
            return [Remedy(_("Open the connection"), _connection(selection, shop, card))]
    return []


def _links(shop: Shop, orders: list[Order]) -> list[Remedy]:
    """The items that most of the orders wait for, each by name, and the list of all."""
    content = Order.objects.filter(pk__in=[order.pk for order in orders])
    lines = [line for order in content for line in order.canonical.lines if line.product_id]
    listings = find_listings(shop, ((line.product_id, line.variation_id) for line in lines))
    waiting: dict[int, tuple[int, str]] = {}
    for line in lines:
        listing = listings.get((line.product_id, line.variation_id))
        if listing is not None and getattr(listing, "binding", None) is None:
            waiting[listing.pk] = (waiting.get(listing.pk, (0, ""))[0] + 1, listing.name or listing.sku)
    most = sorted(waiting.items(), key=lambda item: -item[1][0])[:ITEMS_OFFERED]
    every = urlencode({"shop__id__exact": str(shop.pk), "link": "unlinked"})
    return [
        *(
            Remedy(_("Link “%(item)s”") % {"item": name}, reverse("admin:bridge_listing_change", args=[pk]))
            for pk, (_n, name) in most
        ),
        Remedy(_("All that is not linked"), f"{reverse('admin:bridge_listing_changelist')}?{every}"),
    ]


def _fields(shop: Shop, card: dict[str, Any], *, settings: bool) -> list[Remedy]:
    """The order on the site, where the value is entered, and the settings, where its source is chosen."""
    found = [
        Remedy(_("Order %(number)s on the site") % {"number": order.number}, on_site(shop, order))
        for order in card["named"][:ITEMS_OFFERED]
    ]
    if settings:
        found.append(Remedy(_("Sources of the fields"), _settings(shop, card["selection"].cause, card)))
    return found


def on_site(shop: Shop, order: Order) -> str:
    """The order's page in the site's own admin; WooCommerce leads from this address to either storage."""
    return f"{shop.home_url.rstrip('/')}/wp-admin/post.php?{urlencode({'post': order.source_id, 'action': 'edit'})}"


def _settings(shop: Shop, cause: str, card: dict[str, Any]) -> str:
    """The shop's page, opened at the section that matters, with the order's status as a row to fill in."""
    asked = {"section": SECTIONS.get(cause, "documents")}
    if asked["section"] == "statuses" and card["named"]:
        asked["status"] = card["named"][0].status
    return f"{reverse('admin:bridge_shop_change', args=[shop.pk])}?{urlencode(asked)}"


def _connection(selection: Selection, shop: Shop, card: dict[str, Any]) -> str:
    row = card["sample"][0].connection_id if card["sample"] and selection.source == MESSAGES else selection.of
    return reverse("admin:bridge_connection_change", args=[row or shop.account_id])
