"""A pause in words: what does not go out, since when, until when, who said so and why, how much waits for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from bridge.connections.models import Shop
from bridge.dashboard import shown
from bridge.dashboard.words import KINDS, word
from bridge.history.deeds import Sentence, in_words
from bridge.outbox import pauses
from bridge.outbox.models import Pause
from bridge.sync import kinds

# So many are counted; the figure is for people.
COUNTED = 1000
OF_GOODS = (kinds.STOCK, kinds.FIELDS)
OF_ORDERS = tuple(kind for kind in KINDS if kind not in OF_GOODS)


def what(pause: Pause) -> str:
    return word(KINDS, pause.kind) if pause.kind else _("Everything")


def lasting(pause: Pause) -> str:
    """'since 22.11.2026 10:15, until somebody ends it'."""
    times = {"since": shown.when(pause.since), "until": shown.when(pause.until)}
    if pause.until is None:
        return _("since %(since)s, until somebody ends it") % times
    return _("since %(since)s, until %(until)s") % times


def waiting(pause: Pause) -> str:
    """How much waits for its end."""
    count = counted(pause)
    if not count:
        return _("nothing waits yet")
    return _("waiting: %(count)s") % {"count": f"{COUNTED}+" if count > COUNTED else count}


def counted(pause: Pause) -> int:
    """How many messages wait because of it, COUNTED + 1 at most; `with_counts` reads it for many at once."""
    if "kept_in_count" in pause.__dict__:
        return int(pause.__dict__["kept_in_count"])
    return pauses.kept_in(pause).values("pk")[: COUNTED + 1].count()


def with_counts(rows: QuerySet[Pause]) -> QuerySet[Pause]:
    """Pauses with what `waiting` says of each."""
    return pauses.with_kept_in(rows, COUNTED + 1)


def began(begun: Sequence[Pause]) -> str:
    """'Paused: Everything, since 22.11.2026 10:15, until somebody ends it.'"""
    said = {"what": ", ".join(map(what, begun)), "lasting": lasting(begun[0])}
    return _("Paused: %(what)s, %(lasting)s.") % said


def begun_because(begun: Sequence[Pause], why: str) -> Sentence:
    """With the reason that was given, for the history."""
    return in_words(lambda: " ".join(filter(None, (began(begun), why))))


def ended(pause: Pause) -> str:
    said = {"what": what(pause), "since": shown.when(pause.since)}
    return _("Goes out again: %(what)s (paused since %(since)s).") % said


def notices(only: Shop | None = None, of: Collection[str] = ()) -> list[dict[str, Any]]:
    """The pauses that are on, for a template; `of`: only those that keep one of these kinds in."""
    rows = with_counts(Pause.objects.select_related("shop").order_by("shop__name", "kind"))
    return [
        {
            "shop": row.shop,
            "everything": not row.kind,
            "keeps_orders": row.kind in (pauses.EVERYTHING, kinds.ORDER),
            "what": what(row),
            "lasting": lasting(row),
            "waiting": waiting(row),
            "by": row.by,
            "why": row.why,
            "end_url": reverse("admin:bridge_pause_end", args=[row.pk]),
        }
        for row in (rows if only is None else rows.filter(shop=only))
        if not of or row.kind in (pauses.EVERYTHING, *of)
    ]
