"""The buttons that repair a cause, by the kind of its remedy: each opens the place where it is put right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


# Where MoySklad's administrators give rights, and where everything else of theirs begins.
EMPLOYEES = "https://online.moysklad.ru/app/#employee"
MOYSKLAD = "https://online.moysklad.ru/app/"
# Only their owner may change settings and logins (people/roles.py).
OWNERS = (Kind.CHOOSE_STATE, Kind.FIX_SETTINGS, Kind.FIX_CONNECTION, Kind.GIVE_RIGHT)


class Remedy(NamedTuple):
    """`outside`: it leads to another system."""

    title: str
    url: str
    outside: bool = False


def remedies(card: dict[str, Any], user: AbstractBaseUser | AnonymousUser) -> list[Remedy]:
    """What this person can open to repair a card of attention.py; empty where the sentence says all there is to do."""
    selection: Selection = card["selection"]
    shop = selection.shop()
    cause, may = selection.cause, _rights(user)
    match problems.entry(cause).kind:
        case Kind.LINK_ITEM if shop and may("listing"):
            return _links(shop, card["named"])
        case Kind.CHOOSE_STATE if shop and may("shop"):
            return [Remedy(_("Choose the state"), _settings(shop, cause, card))]
        case Kind.FILL_FIELD if shop and may("outboxmessage"):
            return _fields(shop, card, settings=may("shop"))
        case Kind.FIX_SETTINGS if shop and may("shop"):
            return [Remedy(_("Open the settings"), _settings(shop, cause, card))]
        case Kind.FIX_CONNECTION if may("connection"):
            return [Remedy(_("Open the connection"), _connection(selection, shop, card))]
        case Kind.GIVE_RIGHT if may("outboxmessage"):
            return _given_there(shop, cause, settings=may("shop"))
    return []


def whom_to_ask(
    cause: str, offered: Sequence[Remedy], user: AbstractBaseUser | AnonymousUser, again: str
) -> str:
    """Who puts it right, for a person who may not; '' where they can, or where it needs nobody. `again`: what the
    button is called that tries everything once more.
    """
    kind, may = problems.entry(cause).kind, _rights(user)
    if kind is Kind.WAIT:
        return ""
    if kind in OWNERS and not may("shop"):
        if kind is Kind.GIVE_RIGHT and may("outboxmessage"):
            text = _("If you are no administrator there, ask the owner. Then press “%(button)s”.")
            return text % {"button": again}
        return _("Ask the owner: only they may change this.")
    if kind is Kind.FILL_FIELD and may("outboxmessage") and not offered:
        return _("Ask the owner: only they may change this.")
    return "" if may("outboxmessage") else _("You may only look: ask the staff or the owner.")


def _rights(user: AbstractBaseUser | AnonymousUser) -> Callable[[str], bool]:
    """Whether they may change the rows of a page."""
    person: Any = user
    return lambda name: bool(person.has_perm(f"bridge.change_{name}"))


def _given_there(shop: Shop | None, cause: str, *, settings: bool) -> list[Remedy]:
    """Where the right is given, and where the bridge says which ones are missing; for a tariff where it is chosen."""
    if cause == "tariff":
        return [Remedy(_("Open MoySklad"), MOYSKLAD, outside=True)]
    asked = f"?{urlencode({'shop': shop.pk})}" if shop else ""
    page = "admin:bridge_setup_account" if settings else "admin:bridge_diagnosis_changelist"
    return [
        Remedy(_("Give the right in MoySklad"), EMPLOYEES, outside=True),
        Remedy(_("Which rights are missing"), f"{reverse(page)}{asked}"),
    ]


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


def _connection(selection: Selection, shop: Shop | None, card: dict[str, Any]) -> str:
    row = card["sample"][0].connection_id if card["sample"] and selection.source == MESSAGES else selection.of
    if not row and shop is None:
        return reverse("admin:bridge_connection_changelist")
    return reverse("admin:bridge_connection_change", args=[row or (shop and shop.account_id)])
