"""The desk's sidebar, by task; the numbers beside its entries are counted at each page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from bridge.dashboard.order_states import ATTENTION
from bridge.orders.after_sale import Return
from bridge.outbox.models import OutboxMessage

COUNT_AT_MOST = 1000


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar with the pages this person may see."""
    badges = {
        "bridge_outboxmessage_changelist": _badge(OutboxMessage.objects.filter(state__in=ATTENTION)),
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
                    "bridge_outboxmessage_changelist",
                    "bridge.view_outboxmessage",
                ),
                (
                    _("Returns without an order"),
                    "assignment_return",
                    "bridge_return_changelist",
                    "bridge.view_return",
                ),
            ],
        ),
        (
            _("Products and links"),
            [
                (_("On the site"), "storefront", "bridge_listing_changelist", "bridge.view_listing"),
                (_("In MoySklad"), "inventory_2", "bridge_product_changelist", "bridge.view_product"),
            ],
        ),
        (
            _("Exchange"),
            [
                (_("Incoming"), "call_received", "bridge_inboxevent_changelist", "bridge.view_inboxevent"),
                (_("Older orders"), "history", "bridge_upload_changelist", "bridge.view_upload"),
                (_("Schedule"), "schedule", "bridge_watermark_changelist", "bridge.view_watermark"),
            ],
        ),
        (
            _("Settings"),
            [
                (_("Shops"), "store", "bridge_shop_changelist", "bridge.view_shop"),
                (_("Connections"), "cable", "bridge_connection_changelist", "bridge.view_connection"),
                (_("Users"), "group", "auth_user_changelist", "auth.view_user"),
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
                }
                for name, icon, url, permission in pages
            ],
        }
        for title, pages in groups
    ]


def _badge(rows: QuerySet[Any]) -> str | None:
    """How many there are, as far as anybody counts."""
    count = rows.order_by().values("pk")[: COUNT_AT_MOST + 1].count()
    return f"{COUNT_AT_MOST}+" if count > COUNT_AT_MOST else (str(count) if count else None)


def _may(request: HttpRequest, permission: str) -> bool:
    return request.user.has_perm(permission) or request.user.has_perm(permission.replace("view_", "change_"))
