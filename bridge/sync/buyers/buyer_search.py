"""Buyers nobody knows yet are looked for in MoySklad: all of a batch together, one question for each rule of the owner.

Those an earlier rule found are not asked for again. Archived counterparties are seen, named and never chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.connections.models import Connection
from bridge.domain import phones
from bridge.domain.buyers import Buyer, Key
from bridge.mapping.moscow import from_wire
from bridge.sync.buyers import buyer_links
from connectors.moysklad.client import MoySklad

Row = Mapping[str, Any]
Rows = dict[tuple[str, str], list[Row]]


@dataclass(frozen=True)
class Answer:
    """The counterparty a buyer is, '' for none; `several` names all that fit, `archived` those (id → name) that were
    passed over.
    """

    agent_id: str = ""
    several: tuple[str, ...] = ()
    archived: Mapping[str, str] = field(default_factory=dict)


def search(client: MoySklad, account: Connection, buyers: Mapping[int, Buyer]) -> dict[int, Answer]:
    """What MoySklad has for each buyer, by the buyer's keys in their order."""
    answers = dict.fromkeys(buyers, Answer())
    for turn in range(max((len(buyer.keys) for buyer in buyers.values()), default=0)):
        asked = {
            n: buyer.keys[turn]
            for n, buyer in buyers.items()
            if len(buyer.keys) > turn and not answers[n].agent_id
        }
        rows = _ask(client, asked, buyers)
        linked = buyer_links.linked(account, (str(row["id"]) for found in rows.values() for row in found))
        for n, key in asked.items():
            answers[n] = _chosen(answers[n], buyers[n], rows.get((key.kind, key.value), []), linked)
    return answers


def _chosen(before: Answer, buyer: Buyer, rows: Iterable[Row], linked: set[str]) -> Answer:
    """The one already linked, else of the same branch, else the most recently updated."""
    fitting = [row for row in rows if not (buyer.inn and row.get("inn") and row["inn"] != buyer.inn)]
    archived = {str(row["id"]): _name(row) for row in fitting if row.get("archived")}
    live = sorted(
        (row for row in fitting if not row.get("archived")),
        key=lambda row: (
            row["id"] in linked,
            bool(buyer.kpp) and row.get("kpp") == buyer.kpp,
            from_wire(str(row["updated"])),
        ),
        reverse=True,
    )
    seen = replace(before, archived={**before.archived, **archived})
    if not live:
        return seen
    return replace(
        seen, agent_id=str(live[0]["id"]), several=tuple(map(_name, live)) if len(live) > 1 else ()
    )


def _name(row: Row) -> str:
    return str(row.get("name") or row["id"])


def _ask(client: MoySklad, asked: Mapping[int, Key], buyers: Mapping[int, Buyer]) -> Rows:
    """One question for each kind of key; rows by (kind, value)."""
    api = client.counterparties
    questions: dict[str, Callable[..., Iterable[Any]]] = {
        "email": api.by_emails,
        "phone": api.by_phones,
        "inn": api.by_inns,
    }
    rows: Rows = {}
    for kind, question in questions.items():
        spellings = {
            spelling: key.value
            for n, key in asked.items()
            if key.kind == kind
            for spelling in _spellings(key, buyers[n])
        }
        for row in question(list(spellings), archived=None) if spellings else ():
            if value := _value(kind, str(row.get(kind) or ""), spellings):
                rows.setdefault((kind, value), []).append(row)
    return rows


def _spellings(key: Key, buyer: Buyer) -> list[str]:
    """How the value may stand in MoySklad, which compares text as it is."""
    if key.kind == "phone":
        return phones.spellings(key.value, buyer.customer.phone)
    if key.kind == "email":
        typed = buyer.customer.email
        return list(dict.fromkeys((typed, typed.lower(), typed.capitalize(), typed.upper())))
    return [key.value]


def _value(kind: str, text: str, spellings: Mapping[str, str]) -> str:
    """The value of a key that the text of a row stands for."""
    return spellings.get(text) or spellings.get(text.lower() if kind == "email" else text, "")
