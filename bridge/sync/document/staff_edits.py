"""What staff wrote into a document's header stays: the site's news for the same field is shown to them instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.domain.errors import Problem
from bridge.orders.models import OrderBinding

KEPT = "header_kept"
# Field of a body → the field of an answer that shows it, and the words for it.
SHOWN_AS = {
    "description": ("description", "Комментарий"),
    "shipmentAddress": ("shipmentAddress", "Адрес доставки"),
    "shipmentAddressFull": ("shipmentAddress", "Адрес доставки"),
    "deliveryPlannedMoment": ("deliveryPlannedMoment", "План. дата отгрузки"),
}


def texts_of(document: Mapping[str, Any]) -> dict[str, str]:
    """What the document's header says, by the fields of an answer."""
    return {shown: str(document.get(shown) or "") for shown, _word in SHOWN_AS.values()}


def remember(binding: OrderBinding, document: Mapping[str, Any], header: Mapping[str, Any]) -> None:
    """The document after we wrote these fields of its header: from now on another text there is the staff's.

    The rest may hold words of theirs already: what we knew of it stays.
    """
    now = texts_of(document)
    ours = {shown: now[shown] for key, (shown, _word) in SHOWN_AS.items() if key in header}
    binding.written = {**binding.written, "seen": now | binding.written.get("seen", {}) | ours}


def remember_sent(binding: OrderBinding, document: Mapping[str, Any], header: Mapping[str, Any]) -> None:
    """The same, read later than our write: the comment may be the staff's by now, what we sent is known."""
    remember(binding, {**document, "description": header.get("description")}, header)


def ours_of(document: Mapping[str, Any], header: Mapping[str, Any]) -> dict[str, str | None]:
    """What may be written over in a document that others made: no words, or those of our header; None: it is theirs."""
    return {
        shown: text if not text or _same(document, header, shown) else None
        for shown, text in texts_of(document).items()
    }


def not_ours(seen: Mapping[str, str | None]) -> list[str]:
    """The fields of a body that may not be written over, by what `ours_of` says."""
    return [key for key, (shown, _word) in SHOWN_AS.items() if seen[shown] is None]


def _same(document: Mapping[str, Any], header: Mapping[str, Any], shown: str) -> Any:
    if shown == "description":
        return document[shown] == header[shown]
    if shown == "deliveryPlannedMoment":  # the answer has milliseconds
        return document[shown][:19] == header[shown]
    there, ours = document.get("shipmentAddressFull") or {}, header["shipmentAddressFull"] or {}
    return all(str(ours.get(key) or "") == value for key, value in there.items() if isinstance(value, str))


def keep(binding: OrderBinding, document: Mapping[str, Any], body: dict[str, Any]) -> list[Problem]:
    """Take out of a body what would overwrite the staff's words; returns what to flag the order with (KEPT)."""
    seen, now = binding.written.get("seen"), texts_of(document)
    changed = {
        key: word for key, (shown, word) in SHOWN_AS.items() if seen is not None and now[shown] != seen[shown]
    }
    held = {word: body.pop(key) for key, word in changed.items() if key in body}
    news = "; ".join(f"{word}: {_readable(value)}" for word, value in held.items())
    return [Problem(KEPT, {"fields": news})] if held else []


def _readable(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(str(part) for part in value.values() if isinstance(part, str) and part) or "—"
    return str(value or "—").replace("\n", " · ")
