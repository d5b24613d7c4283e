"""The orders of this day by where they stand: one query over the day's orders alone."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bridge.dashboard.home.figure import Figure
from bridge.dashboard.orders.order_states import (
    ATTENTION,
    NEEDS_YOU,
    ON_THE_WAY,
    SENT,
    WAITING,
    orders_held,
    orders_of,
)
from bridge.orders.models import Order, OrderBinding
from bridge.sync import tally


def figures(now: datetime, *, paused: bool) -> list[Figure]:
    """All, in MoySklad, waiting, needs you; each leads to the list narrowed to it. `paused`: so are orders."""
    day = timezone.localtime(now, timezone.get_default_timezone()).date()
    counts = _counts(*tally.bounds(day))
    orders = reverse("admin:bridge_order_changelist")
    todays = f"{orders}?placed_at_from={day.isoformat()}&placed_at_to={day.isoformat()}"

    def figure(code: str, name: str, note: str, colour: str) -> Figure:
        url = todays if code == "all" else f"{todays}&standing={code}"
        return Figure(f"today-{code}", name, counts[code], note, colour if counts[code] else "", url)

    going = _("wait for the end of the pause") if paused else _("go by themselves")
    return [
        figure("all", _("Orders today"), _("placed on the site"), ""),
        figure(SENT.code, _("In MoySklad"), _("everything is carried over"), "success"),
        figure(WAITING.code, _("On their way"), going, "info"),
        figure(NEEDS_YOU.code, _("Need you"), _("cannot go on by themselves"), "danger"),
    ]


def _counts(begin: datetime, end: datetime) -> dict[str, int]:
    """What is open is read once as a set: there is little of it, while a day has thousands of orders."""
    orders = Order.objects.filter(placed_at__gte=begin, placed_at__lt=end).order_by()
    needs_you, on_the_way = Q(pk__in=orders_of(ATTENTION)), Q(pk__in=orders_of(ON_THE_WAY))
    free = ~needs_you & ~Q(pk__in=orders_held())  # as the list they lead to has it (orders/order_states.py)
    there = Q(binding__gone=OrderBinding.Gone.NO) & ~Q(binding__external_id="") & Q(binding__isnull=False)
    wanted = {  # under names of their own: a count called as what it counts would count itself
        "all": Q(),
        SENT.code: free & ~on_the_way & there,
        WAITING.code: free & on_the_way,
        NEEDS_YOU.code: needs_you,
    }
    found = orders.aggregate(**{f"{code}_count": Count("pk", filter=of) for code, of in wanted.items()})
    return {code: found[f"{code}_count"] for code in wanted}
