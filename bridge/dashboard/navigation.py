"""The desk's sidebar, by task; the numbers beside its entries are counted at each page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bridge.alerts.models import Recipient
from bridge.orders.after_sale import Return
from bridge.sync.attention.selection import Narrowed
from bridge.sync.models import Drift

COUNT_AT_MOST = 1000
# Pages that lie below the address of a list and are another page of the sidebar, with what belongs to each.
BELOW = {
    "bridge_outboxmessage_attention": ("bridge_outboxmessage_attention", "bridge_outboxmessage_catalogue"),
    "bridge_order_personal": ("bridge_order_personal",),
}
# Lists whose rows have another name than the page: the sidebar's name stands above them too.
TITLES = {
    "bridge_goodsrun_changelist": gettext_lazy("What would change"),
    "bridge_goodschange_changelist": gettext_lazy("Last changes"),
    "bridge_return_changelist": gettext_lazy("Returns without an order"),
    "bridge_reconciliation_changelist": gettext_lazy("Comparisons"),
    "bridge_watermark_changelist": gettext_lazy("Schedule"),
    "bridge_upload_changelist": gettext_lazy("Older orders"),
    "bridge_setup_changelist": gettext_lazy("Set-up assistant"),
    "bridge_diagnosis_changelist": gettext_lazy("Diagnosis"),
    "bridge_replayrun_changelist": gettext_lazy("Processed again"),
    "bridge_pause_changelist": gettext_lazy("Pauses"),
    "bridge_apicall_changelist": gettext_lazy("API log"),
    "bridge_alert_changelist": gettext_lazy("Alerts"),
    "bridge_recipient_changelist": gettext_lazy("Who is told what"),
    "auth_user_changelist": gettext_lazy("People"),
    "bridge_apitoken_changelist": gettext_lazy("API tokens"),
    "admin_logentry_changelist": gettext_lazy("History"),
}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar with the pages this person may see."""
    badges = {
        "bridge_outboxmessage_attention": _at_most(Narrowed().count(COUNT_AT_MOST + 1)),
        "bridge_drift_changelist": _badge(Drift.objects.filter(state=Drift.State.OPEN)),
        "bridge_alert_changelist": _badge(Recipient.objects.filter(active=True).exclude(problem="")),
        "bridge_return_changelist": _badge(Return.objects.filter(order=None, settled=False, gone=False)),
    }
    groups = [
        (
            "",
            [
                (_("Home"), "home", "index", ""),
                (_("Orders"), "shopping_bag", "bridge_order_changelist", "bridge.view_order"),
                (
                    _("Needs attention"),
                    "front_hand",
                    "bridge_outboxmessage_attention",
                    "bridge.view_outboxmessage",
                ),
                (_title("return"), "assignment_return", "bridge_return_changelist", "bridge.view_return"),
            ],
        ),
        (
            _("Products and links"),
            [
                (_("On the site"), "storefront", "bridge_listing_changelist", "bridge.view_listing"),
                (_("In MoySklad"), "inventory_2", "bridge_product_changelist", "bridge.view_product"),
                (_title("goodsrun"), "preview", "bridge_goodsrun_changelist", "bridge.view_goodsrun"),
                (
                    _title("goodschange"),
                    "edit_note",
                    "bridge_goodschange_changelist",
                    "bridge.view_goodschange",
                ),
            ],
        ),
        (
            _("Exchange"),
            [
                (_("Incoming"), "call_received", "bridge_inboxevent_changelist", "bridge.view_inboxevent"),
                (
                    _("Outgoing"),
                    "call_made",
                    "bridge_outboxmessage_changelist",
                    "bridge.view_outboxmessage",
                ),
                (_title("upload"), "history", "bridge_upload_changelist", "bridge.view_upload"),
                (_("Differences"), "difference", "bridge_drift_changelist", "bridge.view_drift"),
                (
                    _title("reconciliation"),
                    "compare_arrows",
                    "bridge_reconciliation_changelist",
                    "bridge.view_reconciliation",
                ),
                (_title("apicall"), "http", "bridge_apicall_changelist", "bridge.view_apicall"),
                (_title("pause"), "pause_circle", "bridge_pause_changelist", "bridge.view_pause"),
                (_title("watermark"), "schedule", "bridge_watermark_changelist", "bridge.view_watermark"),
                (_title("alert"), "notifications", "bridge_alert_changelist", "bridge.view_alert"),
            ],
        ),
        (
            _("Settings"),
            [
                (_title("setup"), "rocket_launch", "bridge_setup_changelist", "bridge.add_connection"),
                (_title("diagnosis"), "stethoscope", "bridge_diagnosis_changelist", "bridge.view_diagnosis"),
                (_("Shops"), "store", "bridge_shop_changelist", "bridge.view_shop"),
                (_("Connect a shop"), "add_link", "bridge_pairingcode_add", "bridge.add_pairingcode"),
                (_("Connections"), "cable", "bridge_connection_changelist", "bridge.view_connection"),
                (
                    _("Who is told what"),
                    "notification_settings",
                    "bridge_recipient_changelist",
                    "bridge.view_recipient",
                ),
                (_("People"), "group", "auth_user_changelist", "auth.view_user"),
                (_title("apitoken"), "key", "bridge_apitoken_changelist", "bridge.view_apitoken"),
                (_("Personal data"), "person_off", "bridge_order_personal", "auth.view_user"),
                (_("History"), "manage_history", "admin_logentry_changelist", "admin.view_logentry"),
            ],
        ),
    ]
    return [
        {
            "title": title,
            "separator": bool(title),
            "items": [
                {
                    "title": name,
                    "icon": icon,
                    "link": reverse(f"admin:{url}"),
                    "permission": lambda request, needed=permission: not needed or _may(request, needed),
                    "badge": badges.get(url),
                    **_open(url),
                }
                for name, icon, url, permission in pages
            ],
        }
        for title, pages in groups
    ]


def _open(url: str) -> dict[str, Any]:
    """Of a list and the pages below its address only one is the page one is on."""
    if url in BELOW:
        own = _addresses(BELOW[url])
        return {"active": lambda request: request.path.startswith(own)}
    address = reverse(f"admin:{url}")
    below = tuple(one for names in BELOW.values() for one in _addresses(names) if one.startswith(address))
    if not below or not url.endswith("_changelist"):
        return {}
    return {"active": lambda request: request.path.startswith(address) and not request.path.startswith(below)}


def _addresses(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(reverse(f"admin:{name}") for name in names)


def own_links(request: HttpRequest) -> list[dict[str, str]]:
    """The menu under a person's name."""
    return [
        {"title": _("My sign-in"), "link": reverse("people:me")},
        {"title": _("Change password"), "link": reverse("admin:password_change")},
    ]


def title_at(link: str) -> str:
    """What the sidebar calls the list at this address; '' for all others."""
    return next((str(title) for url, title in TITLES.items() if reverse(f"admin:{url}") == link), "")


def _title(model: str) -> str:
    return str(TITLES[f"bridge_{model}_changelist"])


def _badge(rows: QuerySet[Any]) -> str | None:
    """How many there are, as far as anybody counts."""
    return _at_most(rows.order_by().values("pk")[: COUNT_AT_MOST + 1].count())


def _at_most(count: int) -> str | None:
    return f"{COUNT_AT_MOST}+" if count > COUNT_AT_MOST else (str(count) if count else None)


def _may(request: HttpRequest, permission: str) -> bool:
    return request.user.has_perm(permission) or request.user.has_perm(permission.replace("view_", "change_"))
