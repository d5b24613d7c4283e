"""Handling events once more: what it would take, its start (the work itself: replay_portions.py)."""

from __future__ import annotations

import math
from typing import NamedTuple

from django.db.models import Count, Q

from bridge.connections import clients
from bridge.connections.models import Shop, Vendor
from bridge.sync import once_more
from bridge.sync.models import ReplayRun
from bridge.sync.replays.selection import Selection

# Seconds an event takes here, about.
SECONDS_EACH = 0.1


class Estimate(NamedTuple):
    """How many events, and about how many calls to MoySklad and seconds they take."""

    events: int
    calls: int
    seconds: int

    @property
    def minutes(self) -> int:
        return math.ceil(self.seconds / 60)


def estimate(shop: Shop, selection: Selection) -> Estimate:
    """Calls nothing. An event of a site carries its order; what MoySklad told of is read again, about a call each."""
    of_account = Count("pk", filter=Q(connection__vendor=Vendor.MOYSKLAD))
    found = selection.rows(shop).order_by().aggregate(events=Count("pk"), calls=of_account)
    budget = clients.budget()
    seconds = max(found["calls"] * budget.window / budget.calls, found["events"] * SECONDS_EACH)
    return Estimate(found["events"], found["calls"], math.ceil(seconds))


def start(shop: Shop, selection: Selection, by: str) -> ReplayRun:
    """Begin with it. Raises DomainError("replay_open") while the shop has one, DomainError("nothing_to_replay") when no
    event fits."""
    run = ReplayRun(shop=shop, chosen=selection.to_json(), by=by[:150])
    return once_more.begin(
        run, selection.rows(shop), "nothing_to_replay", "replay_open", like=lambda other: True
    )
