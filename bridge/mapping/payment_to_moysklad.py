"""Money of an order → incoming and outgoing payments (JSON API 1.2, «Входящий платеж», «Приходный ордер», …)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bridge.mapping.moscow import to_wire
from bridge.mapping.moysklad_money import to_wire as money
from bridge.mapping.to_moysklad import Body, entity


@dataclass(frozen=True)
class Parties:
    """Whom a payment is between, as its order's document says; empty ones are left out."""

    base_url: str
    organization_id: str
    agent_id: str
    organization_account_id: str = ""
    project_id: str = ""
    currency_id: str = ""  # only when it is not the account's own
    expense_item_id: str = ""  # obligatory for money going out


def payment(
    parties: Parties,
    *,
    amount_minor: int,
    currency: str,
    moment: datetime,
    purpose: str,
) -> Body:
    """A payment of `amount_minor`, linked to nothing."""
    base = parties.base_url
    body: Body = {
        "moment": to_wire(moment)[:19],
        "applicable": True,
        "sum": money(amount_minor, currency),
        "organization": entity(base, "organization", parties.organization_id),
        "agent": entity(base, "counterparty", parties.agent_id),
        "paymentPurpose": purpose[:255],
    }
    for key, kind, external_id in (
        ("organizationAccount", "account", parties.organization_account_id),
        ("project", "project", parties.project_id),
        ("expenseItem", "expenseitem", parties.expense_item_id),
    ):
        if external_id:
            path = f"organization/{parties.organization_id}/accounts" if kind == "account" else kind
            body[key] = entity(base, path, external_id)
            body[key]["meta"]["type"] = kind
    if parties.currency_id:
        body["rate"] = {"currency": entity(base, "currency", parties.currency_id)}
    return body
