"""A call whose answer was lost: the document itself says whether it was carried out, before anything is compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bridge.mapping import from_moysklad
from bridge.mapping.attributes import by_field
from bridge.orders.models import OrderBinding
from bridge.sync.document import order_document as parts
from bridge.sync.document import staff_edits

Document = Mapping[str, Any]
Kept = Mapping[str, Any]


def settle(binding: OrderBinding, document: Document) -> None:
    """Confirm what the last call carried, or forget it; the document has its positions opened, the caller saves."""
    sent = binding.sending
    if sent and carried_out(binding, document):
        parts.confirm(binding, sent)
        staff_edits.remember_sent(binding, document, sent["header"])
    binding.sending = None


def carried_out(binding: OrderBinding, document: Document) -> bool:
    """A call is carried out whole or not at all, so one part of it that is there is enough.

    People may have changed other parts since. A reserve may be gone for other reasons, so it is asked last.
    """
    sent = binding.sending
    if not sent:
        return True
    verdicts = [*_state(binding, sent, document), *_goods(binding, sent, document)]
    verdicts += [_holds(document, key, value) for key, value in sent["header"].items()]
    return any(verdicts) if verdicts else _reserve(sent, document)


def _state(binding: OrderBinding, sent: Kept, document: Document) -> Iterator[bool]:
    """A state is sent only where the document had another; the bridge may have seen ours there already."""
    if sent["state"]:
        yield sent["state"] in (from_moysklad.ref_id(document.get("state")), binding.state_id)


def _goods(binding: OrderBinding, sent: Kept, document: Document) -> Iterator[bool]:
    before, wanted = binding.written.get("positions"), sent.get("positions")
    if wanted is not None and (before is None or not parts.same_positions(before, wanted)):
        yield parts.same_positions(from_moysklad.positions(document), wanted)


def _reserve(sent: Kept, document: Document) -> bool:
    held = any(float(row.get("reserve") or 0) for row in parts.rows_of(document))
    return "positions" in sent and held == bool(sent.get("reserved", True))


def _holds(document: Document, key: str, value: Any) -> bool:
    """Whether a field of the header is as it was sent."""
    there = document.get(key)
    if key == "attributes":
        fields = {field: _plain(row.get("value")) for field, row in by_field(there or []).items()}
        return all(fields.get(field) == _plain(row["value"]) for field, row in by_field(value).items())
    if key == "shipmentAddressFull":
        return _filled(there or {}) == _filled(value)
    if key == "deliveryPlannedMoment":
        return str(there or "")[:19] == str(value or "")[:19]
    return str(there or "") == str(value or "")


def _filled(address: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in address.items() if value}


def _plain(value: Any) -> Any:
    """References by their ids: an answer may open them."""
    return from_moysklad.ref_id(value) if isinstance(value, Mapping) else value
