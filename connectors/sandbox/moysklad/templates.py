"""`PUT /entity/<document>/new`: the next document prefilled from the one before it; nothing is stored."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.moysklad import moments
from connectors.sandbox.moysklad.account import PAYMENTS, Account, Obj, Ref, is_binned
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.references import read_ref
from connectors.sandbox.moysklad.render import Renderer
from connectors.sandbox.moysklad.return_rules import left_to_return, line_of
from connectors.sandbox.moysklad.totals import document_totals, shipped_quantities

BASES = {
    "demand": {"customerOrder": "customerorder"},
    "salesreturn": {"demand": "demand"},
    "paymentin": {"customerOrder": "customerorder", "demand": "demand"},
    "cashin": {"customerOrder": "customerorder", "demand": "demand"},
    "paymentout": {"salesReturn": "salesreturn"},
    "cashout": {"salesReturn": "salesreturn"},
}
"""Which documents begin another, by the field of the body that names them."""
HEADER = (
    "organization",
    "organizationAccount",
    "agent",
    "agentAccount",
    "contract",
    "project",
    "salesChannel",
)
TRADE = ("store", "vatEnabled", "vatIncluded", "shipmentAddress", "shipmentAddressFull")
LINE = ("price", "discount", "vat", "vatEnabled", "assortment")


def template(account: Account, kind: str, body: Any) -> Obj:
    """What a person would see in the new document's form. 1039 for kinds without templates, 17005, 17006."""
    if kind not in BASES:
        raise ApiError(1039)
    base_ref, base = find_base(account, kind, body)
    names = HEADER if kind in PAYMENTS else HEADER + TRADE
    answer = {name: base[name] for name in names if name in base}
    answer |= {"rate": base["rate"], "applicable": True, "moment": moments.whole_minute(moments.now())}
    if kind in PAYMENTS:
        totals = document_totals(account, base_ref.kind, base)
        unpaid = max(0.0, totals["sum"] - totals["payedSum"])
        answer |= {"sum": unpaid, "operations": [{"ref": base_ref, "linkedSum": unpaid}]}
    else:
        answer[next(iter(BASES[kind]))] = base_ref
        answer["positions"] = {"rows": left_over(account, kind, base)}
    shown: Obj = Renderer(account).value(answer, None)
    return shown


def find_base(account: Account, kind: str, body: Any) -> tuple[Ref, Obj]:
    """The document the body names, as `{"customerOrder": {"meta": …}}` or, for payments, in `operations`."""
    given = dict(body) if isinstance(body, dict) else {}
    operations = given.get("operations") or [None]
    for name, base_kind in BASES[kind].items():
        value = given.get(name) or (operations[0] if kind in PAYMENTS else None)
        if not value or (name not in given and value.get("meta", {}).get("type") != base_kind):
            continue
        if value.get("meta", {}).get("type") != base_kind:
            raise field_error(17006, name)
        ref = read_ref(account, value, name, (base_kind,))
        base = account.find(ref)
        if base is None or is_binned(base):
            raise field_error(17005, name)
        return ref, base
    raise field_error(17005, next(iter(BASES[kind])))


def left_over(account: Account, kind: str, base: Obj) -> list[Obj]:
    """The positions of the base with what is not shipped or not returned of them."""
    if kind == "demand":
        shipped = shipped_quantities(account, base)
        left = {row["id"]: row["quantity"] - shipped[row["id"]] for row in base["positions"]}
    else:
        lines = left_to_return(account, base)
        left = {}
        for row in base["positions"]:
            left[row["id"]] = min(row["quantity"], lines[line_of(row)])
            lines[line_of(row)] -= left[row["id"]]
    return [
        {name: row[name] for name in LINE} | {"quantity": left[row["id"]]}
        for row in base["positions"]
        if left[row["id"]] > 0
    ]
