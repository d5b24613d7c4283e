"""Taking a customer's data out of every table; orders, sums, goods and documents stay.

An order without its data writes nothing to MoySklad any more (sync/orders): what stands there stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bridge.domain import phones
from bridge.history import deeds
from bridge.history.deeds import Sentence
from bridge.orders.models import Order
from bridge.personal.whose import Found
from bridge.portions import portions

TAKEN_OUT = _("The customer's personal data was taken out at their request.")
MASK = "•••"
SHORTEST = 3
"""Letters of a text that is looked for elsewhere: shorter ones stand everywhere."""
SHORTEST_INSIDE = 6
"""Letters of one that is looked for within others: “yes” and “100” are parts of much that is nobody's."""
UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
NUMBER = re.compile(r"[-+]?\d{1,8}(?:[.,]\d+)?")
"""An amount, a quantity, an id of the site; what has more digits is a phone or a tax number."""
MACHINE = frozenset({"id", "meta", "type", "positions", "currency"})
"""Keys whose values the bridge wrote or was told for its work, beside those that end in `_id`."""
ENTERED = frozenset({"value", "postalCode"})
"""Keys of a document whose value is the buyer's, though it may look like a number: further fields, post codes."""
WORDS = frozenset({"reason", "description", "note", "comment"})
"""What people said of refunds and returns; all else there is goods and sums, and is worked with later."""
OF_CUSTOMER = ("first_name", "last_name", "company", "email", "phone", "inn", "kpp")
OF_ADDRESS = ("first_name", "last_name", "company", "postcode", "city", "line1", "line2", "phone")
OF_ORDER = ("note", "pickup_point", "transaction_id")


def counts(found: Found) -> dict[str, int]:
    """How many rows of each table would change; names as in docs/personal-data.md."""
    rows: dict[str, Any] = {
        "orders": found.orders,
        "documents": found.bindings(),
        "refunds": found.refunds(),
        "returns": found.returns(),
        "flags": found.flags(),
        "differences": found.drifts(),
        "events": found.finished_events(),
        "messages": found.messages(),
        "tries": found.attempts(),
        "calls": found.calls(),
        "known": found.known_again(),
        "contacts": found.contacts(),
        "history": found.history(),
    }
    return {name: len(some) if isinstance(some, list) else some.count() for name, some in rows.items()}


@transaction.atomic
def anonymise(found: Found, by: User | None, noted: Sentence | None = None) -> int:
    """Take the data of these orders out; how many orders. What is busy is left alone. `noted`: said in the history,
    which holds what people do: where nobody asked (`by` is None) it says nothing.
    """
    rows = Order.objects.select_for_update(of=("self",)).select_related("shop")
    orders = list(rows.filter(pk__in=found.keys))
    texts = Texts(text for order in orders for text in personal_texts(order))
    for calls in found.calls_by_tie():
        calls.update(request_body="", response_body="", query="")
    for contacts in found.contacts():
        contacts.delete()
    found.known_again().delete()
    found.finished_events().update(body="", problem_params={})
    _replace(found.bindings(), ("written", "sending", "editing"), texts)
    _replace(found.refunds(), ("content", "plan"), texts, WORDS)
    _replace(found.returns(), ("content", "done", "agreed"), texts, WORDS)
    _replace(found.flags(), ("params",), texts)
    _replace(found.drifts(), ("params", "here", "there"), texts)
    _replace(found.messages(), ("payload", "problem_params"), texts)
    _replace(found.attempts(), ("problem_params", "detail"), texts)
    _replace(found.history(), ("change_message", "object_repr"), texts)
    for order in orders:
        order.content = without_data(order.content)
        order.email = order.phone = order.phone_backwards = ""
        order.anonymised_at = timezone.now()
        order.save(update_fields=["content", "email", "phone", "phone_backwards", "anonymised_at"])
    if by is not None:
        deeds.note_many(by, orders, noted or TAKEN_OUT)
    return len(orders)


def personal_texts(order: Order) -> set[str]:
    """What names, reaches or locates the customer, as it may stand elsewhere."""
    content = order.content
    said = [content.get(name) for name in OF_ORDER]
    said += [content.get("customer", {}).get(name) for name in OF_CUSTOMER]
    said += [content.get(place, {}).get(name) for place in ("billing", "shipping") for name in OF_ADDRESS]
    said += [meta.get("value") for meta in _metas(content)]
    who = order.canonical.customer
    for one in (
        who,
        order.canonical.billing,
        order.canonical.shipping,
    ):  # short names only together: “Ivan Chekhov”
        said += [f"{one.first_name} {one.last_name}".strip(), f"{one.last_name} {one.first_name}".strip()]
    phone = phones.normal(who.phone, who.country)
    said += [order.email, order.phone, phone, phone.removeprefix("+")]
    return {text for text in said if isinstance(text, str) and len(text) >= SHORTEST and text != MASK}


def without_data(content: dict[str, Any]) -> dict[str, Any]:
    """An order's content, with country, region, goods and sums as they were."""
    customer = _masked(content.get("customer", {}), OF_CUSTOMER) | {"source_id": ""}
    new = _masked(content, OF_ORDER) | {"customer": customer}
    for place in ("billing", "shipping"):
        new[place] = _masked(content.get(place, {}), OF_ADDRESS)
    for meta in _metas(new):
        meta["value"] = MASK
    return new


def _masked(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return values | {name: MASK for name in names if values.get(name)}


def _metas(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [*content.get("meta", ()), *content.get("customer", {}).get("meta", ())]


class Texts:
    """What is looked for elsewhere.

    `whole`: texts that are masked where they are all of a value; `inside`: those that say so much of a person that they
    are masked within longer texts too, as words of their own; the longest first.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.whole = frozenset(texts)
        found = sorted(filter(_tells, self.whole), key=len, reverse=True)
        words = "|".join(
            _edge(text[0], "(?<!\\w)") + re.escape(text) + _edge(text[-1], "(?!\\w)") for text in found
        )
        # An id is passed over as one, whatever digits it has.
        self.inside = re.compile(f"(?P<id>{UUID.pattern})|{words}") if words else None


def _tells(text: str) -> bool:
    if UUID.fullmatch(text):
        return False
    digits = sum(char.isdigit() for char in text)
    said = "@" in text or any(char.isalpha() for char in text)
    return digits >= phones.SHORTEST or (said and len(text) >= SHORTEST_INSIDE)


def _edge(char: str, boundary: str) -> str:
    return boundary if char.isalnum() else ""


def replaced(value: Any, texts: Texts, only: frozenset[str] = frozenset(), key: str = "") -> Any:
    """The value, JSON or text, with the texts masked; where `only` is given, in values of these keys alone.

    Keys, ids, numbers and addresses of pages stay: what is kept goes on being worked with.
    """
    if isinstance(value, dict):
        return {
            name: inner if not only and _of_machines(name) else replaced(inner, texts, only, name)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [replaced(inner, texts, only, key) for inner in value]
    if not isinstance(value, str) or (only and key not in only):
        return value
    if value in texts.whole and (key in ENTERED or not (NUMBER.fullmatch(value) or UUID.fullmatch(value))):
        return MASK
    if texts.inside is None or value.startswith(("https://", "http://")):
        return value
    return texts.inside.sub(lambda found: found["id"] or MASK, value)


def _of_machines(key: str) -> bool:
    return key in MACHINE or key.endswith("_id")


def _replace(
    rows: QuerySet[Any], fields: tuple[str, ...], texts: Texts, only: frozenset[str] = frozenset()
) -> None:
    for part in portions(rows.order_by("pk")):
        for row in part:
            for name in fields:
                setattr(row, name, replaced(getattr(row, name), texts, only))
        rows.model._default_manager.bulk_update(part, fields)
