"""What the page of an upload shows: how far it is, what came of it, and the orders a person must decide on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bridge.dashboard import shown
from bridge.dashboard.order_states import ATTENTION, ON_THE_WAY
from bridge.dashboard.words import sentence_case, word
from bridge.orders.flags import Flag
from bridge.outbox.models import OutboxMessage
from bridge.problems import remedy, sentence
from bridge.sync.models import Upload
from bridge.sync.uploads import uploads
from bridge.sync.uploads.upload_choice import from_json
from bridge.wording import STATUSES, documents

COLOURS = {
    Upload.State.RUNNING: "info",
    Upload.State.PAUSED: "warning",
    Upload.State.DONE: "success",
    Upload.State.CANCELLED: "muted",
}
SHOWN = 100


def context(upload: Upload) -> dict[str, Any]:
    """Everything the template of the page needs, ready to print."""
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
        "bar": bar(upload),
        "state": tag(upload),
        "alive": upload.state == Upload.State.RUNNING or waiting > 0,
        "what": described(upload),
        "figures": _figures(upload, by_state, waiting),
        "problem": sentence(upload.problem, upload.problem_params),
        "remedy": remedy(upload.problem),
        "doubts": [_doubt(flag) for flag in doubts[:SHOWN]],
        "more_doubts": max(doubts.count() - SHOWN, 0),
    }


def bar(upload: Upload) -> SafeString:
    """The progress, for eyes and for screen readers."""
    said = _("%(read)s of %(total)s") % {"read": upload.read, "total": upload.total or "?"}
    return format_html(
        '<progress class="desk-progress" max="100" value="{}">{}%</progress> <span class="desk-small">{}% · {}</span>',
        upload.percent,
        upload.percent,
        upload.percent,
        said,
    )


def tag(upload: Upload) -> SafeString:
    ended = upload.state == Upload.State.CANCELLED
    text = _("ended early") if ended else upload.get_state_display()
    return shown.tag(text, COLOURS[Upload.State(upload.state)])


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
    order, ids = flag.order, str(flag.params.get("ids", "")).split()
    said = documents(str(flag.params.get("documents", ""))).split("; ")
    return {
        "pk": order.pk,
        "order": shown.page_of("order", order.pk, order.number),
        "placed": shown.when(order.placed_at),
        "total": shown.money(order.total_minor, order.currency),
        "reason": sentence(flag.code, flag.params),
        "documents": [] if flag.code in ("link_taken", "link_in_bin") else list(zip(ids, said, strict=False)),
    }
