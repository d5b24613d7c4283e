"""What the bridge's employee must be allowed in MoySklad, and what of it their answer about themselves does not have.

Source: general part, "Employee context": `permissions` is {entity: {action: "OWN" | … | "ALL"}}; an action that is not
named is allowed for nothing. Its table and its example write entities differently (`company`, `counterparty`;
`customerOrder`, `customerorder`), so one that is found under none of its names says nothing. Rights that are no
entity's (`stock`, `admin`) are named only to those who have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VIEW, CREATE, UPDATE, APPROVE = "view", "create", "update", "approve"
ACTIONS: dict[str, str | Promise] = {
    VIEW: _("view"),
    CREATE: _("create"),
    UPDATE: _("edit"),
    APPROVE: _("post"),
}


class Needed(NamedTuple):
    """An entity by its names in lower case, and what must be allowed; `named_if_given`: unnamed is forbidden."""

    names: tuple[str, ...]
    actions: tuple[str, ...]
    label: str | Promise
    named_if_given: bool = False


# What the bridge makes is posted (`applicable`) at once.
MADE = (VIEW, CREATE, APPROVE)
NEEDED = (
    Needed(("customerorder",), (VIEW, CREATE, UPDATE, APPROVE), _("Customer orders")),
    Needed(("company", "counterparty"), (VIEW, CREATE, UPDATE), _("Counterparties")),
    Needed(("good", "product"), (VIEW,), _("Goods")),
    Needed(("mycompany", "organization"), (VIEW,), _("Organizations")),
    Needed(("warehouse", "store"), (VIEW,), _("Warehouses")),
    Needed(("stock",), (VIEW,), _("Stock report"), named_if_given=True),
    Needed(("demand",), (VIEW,), _("Shipments")),
    Needed(("salesreturn",), MADE, _("Returns of goods")),
    Needed(("paymentin",), MADE, _("Incoming payments")),
    Needed(("cashin",), MADE, _("Cash receipts")),
    Needed(("paymentout",), MADE, _("Outgoing payments")),
    Needed(("cashout",), MADE, _("Cash refunds")),
)


def missing(permissions: Mapping[str, Any]) -> list[str]:
    """Codes of what is not allowed, as `words` reads them: "0:view", "3:create"."""
    known = {str(name).lower(): rights for name, rights in permissions.items() if isinstance(rights, Mapping)}
    if not known or _allows(known.get("admin", {}), VIEW):
        return []
    return [
        f"{place}:{action}"
        for place, needed in enumerate(NEEDED)
        for rights in [_of(needed, known)]
        if rights is not None
        for action in needed.actions
        if not _allows(rights, action)
    ]


def _of(needed: Needed, known: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """What is said of an entity; None where that is nothing."""
    told = next((known[name] for name in needed.names if name in known), None)
    return {} if told is None and needed.named_if_given else told


def _allows(rights: Mapping[str, Any], action: str) -> bool:
    return str(rights.get(action) or "NO").upper() != "NO"


def words(codes: list[str]) -> list[str]:
    """'Customer orders: create, edit' for each entity something is missing of."""
    found: dict[int, list[str]] = {}
    for code in codes:
        place, _colon, action = code.partition(":")
        found.setdefault(int(place), []).append(str(ACTIONS[action]))
    return [f"{NEEDED[place].label}: {', '.join(actions)}" for place, actions in found.items()]
