"""Who the buyer is in MoySklad: the shop's common buyer, known from an earlier order, found by the owner's rules, or
new.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.connections.models import Connection, DirectoryEntry, Shop
from bridge.domain.buyers import Buyer, buyer_of
from bridge.domain.errors import DomainError, Problem
from bridge.domain.order import Order
from bridge.mapping import buyer_to_moysklad, to_moysklad
from bridge.sync import buyer_links, buyer_search
from bridge.sync.buyer_search import Answer
from connectors.errors import ConnectorError
from connectors.moysklad.client import MoySklad

NAMESPACE = uuid.UUID("0d9be0c2-6a51-5c55-9d0f-6a0a3c3f5c11")
NOTES = ("buyers_several", "buyer_archived", "inn_wrong")
SHOWN = 10  # names in a sentence


@dataclass(frozen=True)
class Found:
    """The counterparty of an order; `notes` are what staff should know of how it was found (codes: NOTES)."""

    agent_id: str
    notes: tuple[Problem, ...] = ()


Result = Found | ConnectorError | DomainError


@dataclass
class Case:
    """One order whose buyer is looked for. `agent_id` or `error` once that is decided."""

    shop: Shop
    order: Order
    buyer: Buyer
    agent_id: str = ""
    answer: Answer = field(default_factory=Answer)
    error: ConnectorError | DomainError | None = None

    @property
    def result(self) -> Result:
        return self.error or Found(self.agent_id, tuple(_notes(self)))


Cases = dict[int, Case]


def resolve(
    client: MoySklad, account: Connection, orders: Mapping[int, tuple[Shop, Order]]
) -> dict[int, Result]:
    """The counterparties of these orders, by the caller's numbers; a buyer without one has the error instead.

    Known buyers cost no call; all others are looked for together and made together. Raises ConnectorError when a
    call for all of them fails.
    """
    cases = {n: _case(shop, order) for n, (shop, order) in orders.items()}
    unknown = _use_links(account, {n: case for n, case in cases.items() if not case.agent_id})
    _search(client, account, unknown)
    missing = {n: case for n, case in unknown.items() if not case.agent_id}
    _make(client, account, {n: case for n, case in missing.items() if case.shop.create_buyers})
    for case in missing.values():
        if not case.shop.create_buyers:
            case.error = _not_found(case)
    return {n: case.result for n, case in cases.items()}


def forget(account: Connection, agent_id: str) -> bool:
    """The counterparty is gone in MoySklad: its buyers are looked for anew. False when no link led to it, as with a
    shop's common buyer.
    """
    return buyer_links.forget(account, agent_id)


def _case(shop: Shop, order: Order) -> Case:
    buyer = buyer_of(order, site=shop.site.name, match_by=shop.match_by)
    return Case(shop, order, buyer, agent_id=shop.common_buyer_id if buyer.is_retail else "")


def _use_links(account: Connection, cases: Cases) -> Cases:
    """Give the cases what earlier orders linked; returns those without a link."""
    links = buyer_links.known(account, (key for case in cases.values() for key in case.buyer.links))
    for case in cases.values():
        case.agent_id = buyer_links.first(links, case.buyer.links)
    return {n: case for n, case in cases.items() if not case.agent_id}


def _search(client: MoySklad, account: Connection, cases: Cases) -> None:
    answers = buyer_search.search(client, account, {n: case.buyer for n, case in cases.items()})
    for n, answer in answers.items():
        cases[n].answer, cases[n].agent_id = answer, answer.agent_id
    found = [case for case in cases.values() if case.agent_id]
    buyer_links.remember(account, [(case.buyer.links, case.agent_id) for case in found])


def _make(client: MoySklad, account: Connection, cases: Cases) -> None:
    """Make the missing ones in one call; buyers who share a key, here or at another worker, share a counterparty."""
    claims = buyer_links.claim(
        account, {n: (case.buyer.links, _sync_id(account, case)) for n, case in cases.items()}
    )
    groups: dict[str, list[Case]] = {}
    for n, claim in claims.items():
        if claim.startswith(buyer_links.MAKING):
            groups.setdefault(claim, []).append(cases[n])
        else:
            cases[n].agent_id = claim
    bodies = [_body(group, claim.removeprefix(buyer_links.MAKING)) for claim, group in groups.items()]
    answers = client.counterparties.save(bodies) if bodies else []
    for (claim, group), answer in zip(groups.items(), answers, strict=True):
        _made(account, claim, group, answer)


def _made(account: Connection, claim: str, group: Sequence[Case], answer: Any) -> None:
    if isinstance(answer, ConnectorError):
        for case in group:
            case.error = answer
        return
    buyer_links.made(account, claim, str(answer["id"]))
    for case in group:
        case.agent_id = str(answer["id"])


def _sync_id(account: Connection, case: Case) -> str:
    """The same for everybody who looks for this buyer now, and another one than of what was archived since."""
    kind, value = case.buyer.seed.stored
    passed_over = "".join(f":{agent}" for agent in sorted(case.answer.archived or ()))
    return str(uuid.uuid5(NAMESPACE, f"{account.account_id}:{kind}:{value}{passed_over}"))


def _body(group: Sequence[Case], sync_id: str) -> dict[str, Any]:
    """Made from the newest of the orders that wait for it."""
    case = max(group, key=lambda case: case.order.placed_at)
    return buyer_to_moysklad.counterparty(case.buyer, _address(case)) | {"syncId": sync_id}


def _address(case: Case) -> dict[str, Any]:
    address, account = case.order.billing, case.shop.account
    kind = DirectoryEntry.Kind
    return buyer_to_moysklad.actual_address(
        address,
        _reference(account, kind.COUNTRY, detail__iexact=address.country),
        _reference(account, kind.REGION, name__iexact=address.region),
    )


def _reference(account: Connection, kind: str, **wanted: str) -> dict[str, Any] | None:
    if not all(wanted.values()):
        return None
    entry = DirectoryEntry.objects.filter(connection=account, kind=kind, **wanted).first()
    return to_moysklad.entity(account.base_url, kind, entry.external_id) if entry else None


def _not_found(case: Case) -> DomainError:
    """Who was looked for, and whether an archived one fits."""
    contacts = (case.buyer.name, case.buyer.customer.email, case.buyer.customer.phone, case.buyer.inn)
    who = ", ".join(dict.fromkeys(part for part in contacts if part))
    if case.answer.archived:
        return DomainError("buyer_only_archived", buyer=who, names=_names(case.answer.archived.values()))
    return DomainError("buyer_not_found", buyer=who)


def _notes(case: Case) -> list[Problem]:
    notes = []
    if case.answer.several:
        names = case.answer.several
        figures = {"count": str(len(names)), "names": _names(names), "used": names[0]}
        notes.append(Problem("buyers_several", figures))
    if case.answer.archived:
        notes.append(Problem("buyer_archived", {"names": _names(case.answer.archived.values())}))
    if case.buyer.wrong_inn:
        notes.append(Problem("inn_wrong", {"inn": case.buyer.wrong_inn}))
    return notes


def _names(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(f"“{name}”" for name in shown[:SHOWN]) + (", …" if len(shown) > SHOWN else "")
