"""What the page of an upload shows: how far it is, what came of it, and the orders a person must decide on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bridge.dashboard import shown
from bridge.dashboard.long_work_page import Progress
from bridge.dashboard.long_work_page import tag as tag
from bridge.dashboard.orders.order_states import ATTENTION, ON_THE_WAY
from bridge.dashboard.words import sentence_case, word
from bridge.orders.flags import Flag
from bridge.outbox.models import OutboxMessage
from bridge.problems import sentence
from bridge.sync.models import Upload
from bridge.sync.uploads import uploads
from bridge.sync.uploads.upload_choice import from_json
from bridge.wording import STATUSES, documents

SHOWN = 100


def context(upload: Upload) -> dict[str, Any]:
    """Its figures, and the orders to decide on; what it asked for is watched until it is out."""
    by_state = dict(
        uploads.queued(upload)
        .order_by()
        .values_list("state")
        .annotate(n=Count("pk"))
        .values_list("state", "n")
    )
    waiting = sum(by_state.get(state, 0) for state in ON_THE_WAY)
    doubts = uploads.doubtful(upload.shop).order_by("order__placed_at")
    return {
        "alive": upload.state == Upload.State.RUNNING or waiting > 0,
        "figures": _figures(upload, by_state, waiting),
        "doubts": [_doubt(flag) for flag in doubts[:SHOWN]],
        "more_doubts": max(doubts.count() - SHOWN, 0),
    }


def progress(upload: Upload) -> Progress:
    return Progress(upload.read, upload.total, upload.state == Upload.State.DONE)


def result(upload: Upload) -> str:
    figures = {"linked": upload.linked, "queued": upload.queued, "doubtful": upload.doubtful}
    return _("linked %(linked)s, created %(queued)s, doubtful %(doubtful)s") % figures


def described(upload: Upload) -> str:
    """Which orders it is for: "Placed from 01.02.2026 · in processing, on hold"."""
    chosen = from_json(upload.chosen)
    parts = []
    if chosen.after:
        parts.append(_("placed from %(day)s") % {"day": date_format(chosen.after, "SHORT_DATE_FORMAT")})
    if chosen.before:
        parts.append(_("placed until %(day)s") % {"day": date_format(chosen.before, "SHORT_DATE_FORMAT")})
    if chosen.statuses:
        parts.append(", ".join(word(STATUSES, status) for status in chosen.statuses))
    if chosen.ids:
        parts.append(_("by id: %(count)s") % {"count": len(chosen.ids)})
    if not upload.create_missing:
        parts.append(_("only linked"))
    return sentence_case(" · ".join(parts) or _("all orders"))


def _figures(upload: Upload, by_state: Mapping[str, int], waiting: int) -> list[dict[str, Any]]:
    sent = by_state.get(OutboxMessage.State.DONE, 0)
    needs_you = sum(by_state.get(state, 0) for state in ATTENTION)
    rows = (
        (_("Linked"), upload.linked, _("with documents that were there")),
        (_("Created"), sent, _("on the way: %(n)s") % {"n": waiting} if waiting else ""),
        (_("Known before"), upload.known, ""),
        (_("Doubtful"), upload.doubtful, _("neither linked nor created")),
        (_("Left alone"), upload.left_alone, _("nothing was to be created for them")),
        (_("Needs attention"), needs_you, ""),
    )
    return [
        {"name": name, "value": value, "note": note if value or waiting else ""} for name, value, note in rows
    ]


def _doubt(flag: Flag) -> dict[str, Any]:
    order = flag.order
    return {
        "pk": order.pk,
        "order": shown.page_of("order", order.pk, order.number),
        "placed": shown.when(order.placed_at),
        "total": shown.money(order.total_minor, order.currency),
        "reason": sentence(flag.code, flag.params),
        "documents": candidates(flag),
    }


def candidates(flag: Flag) -> list[tuple[str, str]]:
    """The documents a doubtful order may have, by their ids in MoySklad; none where all of them are others'."""
    if flag.code in ("link_taken", "link_in_bin"):
        return []
    ids, said = str(flag.params.get("ids", "")).split(), str(flag.params.get("documents", ""))
    return list(zip(ids, documents(said).split("; "), strict=False))
