"""Who the buyer is in MoySklad: known from an earlier order, else found by e-mail or phone, else created."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bridge.connections.models import Connection
from bridge.domain.order import Customer
from bridge.mapping import to_moysklad
from bridge.mapping.moscow import from_wire
from bridge.orders.models import CustomerBinding
from connectors.errors import ConnectorError
from connectors.moysklad.client import MoySklad

Key = CustomerBinding.Key
NAMESPACE = uuid.UUID("0d9be0c2-6a51-5c55-9d0f-6a0a3c3f5c11")


def keys_of(customer: Customer, site: str, fallback: str) -> list[tuple[str, str]]:
    """The ways to know a buyer again, surest first: account on the site, e-mail, phone. Never empty."""
    found = []
    if customer.source_id not in ("", "0"):
        found.append((Key.SITE.value, f"{site}:{customer.source_id}"))
    if customer.email:
        found.append((Key.EMAIL.value, customer.email.lower()))
    if phone := normal_phone(customer.phone):
        found.append((Key.PHONE.value, phone))
    return found or [(Key.SITE.value, f"{site}:{fallback}")]


def normal_phone(phone: str) -> str:
    """'8 (999) 123-45-67' → '+79991234567'; '' when there are too few digits to tell anybody apart."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) < 7:
        return ""
    if len(digits) == 11 and digits[0] == "8":
        digits = "7" + digits[1:]
    if len(digits) == 10 and digits[0] == "9":
        digits = "7" + digits
    return "+" + digits


def phone_spellings(normal: str) -> list[str]:
    """How a number may stand in MoySklad, which keeps phones as they were typed."""
    digits = normal.lstrip("+")
    found = [normal, digits]
    if len(digits) == 11 and digits[0] == "7":
        area, first, second, third = digits[1:4], digits[4:7], digits[7:9], digits[9:]
        found += [
            "8" + digits[1:],
            f"+7 {area} {first}-{second}-{third}",
            f"+7 ({area}) {first}-{second}-{third}",
            f"8 ({area}) {first}-{second}-{third}",
        ]
    return found


def resolve(
    client: MoySklad, connection: Connection, buyers: Mapping[int, tuple[Customer, list[tuple[str, str]]]]
) -> dict[int, str | ConnectorError]:
    """Counterparty ids by the caller's numbers; a buyer that could not be made carries the error instead.

    Two orders of one buyer share a counterparty: same keys, same `syncId`.
    """
    known = _known(connection, (key for _customer, keys in buyers.values() for key in keys))
    unknown = {n: keys for n, (_customer, keys) in buyers.items() if not _first(known, keys)}
    if unknown:
        known |= _look_up(client, {n: buyers[n] for n in unknown})
    missing = {n: buyers[n] for n, keys in unknown.items() if not _first(known, keys)}
    errors: dict[int, ConnectorError] = {}
    if missing:
        created, errors = _create(client, connection, missing)
        known |= created
    result: dict[int, str | ConnectorError] = {}
    for n, (_customer, keys) in buyers.items():
        agent = _first(known, keys)
        result[n] = agent or errors[n]
        if agent and n in unknown:
            _remember(connection, keys, agent)
    return result


def forget(connection: Connection, agent_id: str) -> None:
    """The counterparty is gone in MoySklad: its buyers are looked for anew."""
    CustomerBinding.objects.filter(connection=connection, external_id=agent_id).delete()


Known = dict[tuple[str, str], str]


def _first(known: Known, keys: Sequence[tuple[str, str]]) -> str:
    return next((known[key] for key in keys if key in known), "")


def _known(connection: Connection, keys: Iterable[tuple[str, str]]) -> Known:
    wanted = set(keys)
    rows = CustomerBinding.objects.filter(connection=connection, value__in={value for _kind, value in wanted})
    return {(row.key, row.value): row.external_id for row in rows if (row.key, row.value) in wanted}


def _look_up(client: MoySklad, buyers: Mapping[int, tuple[Customer, list[tuple[str, str]]]]) -> Known:
    """One question for all e-mails, and one for the phones of those no e-mail answered for. Newest wins among several.

    MoySklad compares e-mails as they are stored, so the buyer's own spelling is asked for beside the lower case.
    """
    found: Known = {}
    emails = {customer.email for customer, _keys in buyers.values() if customer.email}
    if emails:
        spellings = sorted(emails | {email.lower() for email in emails})
        for row in _oldest_first(client.counterparties.by_emails(spellings)):
            found[Key.EMAIL.value, str(row.get("email") or "").lower()] = str(row["id"])
    unresolved = [key for _customer, keys in buyers.values() if not _first(found, keys) for key in keys]
    phones = sorted({value for kind, value in unresolved if kind == Key.PHONE})
    if phones:
        spellings = [spelling for phone in phones for spelling in phone_spellings(phone)]
        for row in _oldest_first(client.counterparties.by_phones(spellings)):
            found[Key.PHONE.value, normal_phone(str(row.get("phone") or ""))] = str(row["id"])
    return found


def _oldest_first(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: from_wire(str(row["updated"])))


def _create(
    client: MoySklad, connection: Connection, buyers: Mapping[int, tuple[Customer, list[tuple[str, str]]]]
) -> tuple[Known, dict[int, ConnectorError]]:
    """Create the missing ones in one call; buyers that share their surest key share one body."""
    groups: dict[tuple[str, str], list[int]] = {}
    for n, (_customer, keys) in buyers.items():
        groups.setdefault(keys[0], []).append(n)
    bodies = []
    for key, numbers in groups.items():
        customer = buyers[numbers[0]][0]
        name = customer.company or customer.full_name or customer.email or customer.phone or "Покупатель"
        body = to_moysklad.counterparty(customer, name=name)
        body["syncId"] = str(uuid.uuid5(NAMESPACE, f"{connection.account_id}:{key[0]}:{key[1]}"))
        bodies.append(body)
    known: Known = {}
    errors: dict[int, ConnectorError] = {}
    for (key, numbers), answer in zip(groups.items(), client.counterparties.save(bodies), strict=True):
        if isinstance(answer, ConnectorError):
            errors |= dict.fromkeys(numbers, answer)
        else:
            known[key] = str(answer["id"])
    return known, errors


def _remember(connection: Connection, keys: Sequence[tuple[str, str]], agent: str) -> None:
    CustomerBinding.objects.bulk_create(
        [
            CustomerBinding(connection=connection, key=kind, value=value, external_id=agent)
            for kind, value in keys
        ],
        ignore_conflicts=True,
    )
