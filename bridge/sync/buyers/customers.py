"""Who the buyer is in MoySklad: the shop's common buyer, known from an earlier order, found by the owner's rules, or
new.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.connections.models import Connection, Shop
from bridge.domain.buyers import Buyer, buyer_of
from bridge.domain.errors import DomainError, Problem
from bridge.domain.order import Order
from bridge.mapping import addresses, buyer_to_moysklad
from bridge.mapping.addresses import Placed
from bridge.sync.buyers import buyer_contacts, buyer_links, buyer_search
from bridge.sync.buyers.buyer_search import Answer
from bridge.sync.document.document_attributes import Filled, buyer_attributes
from bridge.sync.document.document_places import places_of
from connectors.errors import ConnectorError
from connectors.moysklad.client import MoySklad

NAMESPACE = uuid.UUID("0d9be0c2-6a51-5c55-9d0f-6a0a3c3f5c11")
# Notes every resolution decides anew. The others stay with the order: once found, a buyer is not searched for again.
NOTES = ("inn_wrong",)
SHOWN = 10  # names in a sentence


@dataclass(frozen=True)
class Found:
    """The counterparty of an order; `notes` are what staff should know of how it was found."""

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
    fields: Filled = field(default_factory=Filled)
    not_updated: Problem | None = None
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
    own = {n: case for n, case in cases.items() if not case.agent_id}
    unknown = _use_links(account, own)
    _search(client, account, unknown)
    missing = {n: case for n, case in unknown.items() if not case.agent_id}
    _make(client, account, {n: case for n, case in missing.items() if _may_be_made(case)})
    buyer_contacts.begin(account, [_said(case) for case in unknown.values() if case.agent_id])
    _update(client, account, [case for n, case in own.items() if n not in unknown])
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


def _may_be_made(case: Case) -> bool:
    """Whether the owner lets buyers be made and this one has all that MoySklad insists on; else the order waits."""
    if not case.shop.create_buyers:
        case.error = _not_found(case)
        return False
    case.fields = buyer_attributes(case.shop, case.order)
    try:
        case.fields.require()
    except DomainError as error:
        case.error = error
    return case.error is None


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
    passed_over = "".join(f":{agent}" for agent in sorted(case.answer.archived))
    return str(uuid.uuid5(NAMESPACE, f"{account.account_id}:{kind}:{value}{passed_over}"))


def _body(group: Sequence[Case], sync_id: str) -> dict[str, Any]:
    """Made from the newest of the orders that wait for it."""
    case = max(group, key=lambda case: case.order.placed_at)
    body = buyer_to_moysklad.counterparty(case.buyer, _placed(case)) | {"syncId": sync_id}
    values = [row for row in case.fields.values if row["value"] is not None]
    return body | {"attributes": values} if values else body


def _update(client: MoySklad, account: Connection, cases: Sequence[Case]) -> None:
    """Contacts of known buyers follow the site, where the owner wants that."""
    following = [case for case in cases if case.shop.update_buyers]
    problems = buyer_contacts.update(client, account, [_said(case) for case in following])
    for case in following:
        case.not_updated = problems.get(case.agent_id)


def _placed(case: Case) -> Placed:
    address = case.order.billing
    return addresses.place(address, case.buyer.customer, places_of(case.shop, address))


def _said(case: Case) -> buyer_contacts.Said:
    body = buyer_to_moysklad.contacts(case.buyer, _placed(case))
    return buyer_contacts.Said(case.agent_id, body, case.order.placed_at)


def _not_found(case: Case) -> DomainError:
    """Who was looked for, and whether archived ones fit."""
    contacts = (case.buyer.name, case.buyer.customer.email, case.buyer.customer.phone, case.buyer.inn)
    who = ", ".join(dict.fromkeys(part for part in contacts if part))
    return DomainError("buyer_not_found", buyer=who, archived=_names(case.answer.archived.values()) or "—")


def _notes(case: Case) -> list[Problem]:
    notes = []
    if case.answer.several:
        names = case.answer.several
        figures = {"count": str(len(names)), "names": _names(names), "used": names[0]}
        notes.append(Problem("buyers_several", figures))
    if archived := case.answer.archived:
        notes.append(Problem("buyer_archived", {"names": _names(archived.values())}))
    if case.not_updated:
        notes.append(case.not_updated)
    if unread := [text for texts in case.fields.told.values() for text in texts]:
        notes.append(Problem("buyer_fields_not_read", {"fields": "; ".join(unread)}))
    if case.buyer.wrong_inn:
        notes.append(Problem("inn_wrong", {"inn": case.buyer.wrong_inn}))
    return notes


def _names(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(f"“{name}”" for name in shown[:SHOWN]) + (", …" if len(shown) > SHOWN else "")
