"""Objects as answers: meta everywhere, empty fields left out, references as metas until `expand` opens them."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.moysklad import goods
from connectors.sandbox.moysklad.account import Account, Obj, Ref, position_kind
from connectors.sandbox.moysklad.attributes import attribute_meta
from connectors.sandbox.moysklad.errors import ApiError
from connectors.sandbox.moysklad.kinds import KINDS
from connectors.sandbox.moysklad.references import list_meta, meta, position_meta
from connectors.sandbox.moysklad.totals import document_totals, live_reserve, shipped_quantities

Tree = dict[str, Any]
MAX_EXPAND_DEPTH = 3
HIDDEN = {"positions", "ui_id", "attributes", "inside", *goods.COMPOSED}
LIST_TYPES = {"accounts": "account", "contactpersons": "contactperson", "notes": "note"}


def expand_tree(text: str) -> Tree:
    """ "agent,positions.assortment" to nested names; 1089 deeper than three levels."""
    tree: Tree = {}
    for path in filter(None, (part.strip() for part in text.split(","))):
        names = path.split(".")
        if len(names) > MAX_EXPAND_DEPTH:
            raise ApiError(1089, path)
        branch = tree
        for name in names:
            branch = branch.setdefault(name, {})
    return tree


class Renderer:
    """Renders the objects of one answer; `expand` is the text of the query, "" for none."""

    def __init__(self, account: Account, expand: str = "") -> None:
        self.account = account
        self.tree = expand_tree(expand)
        carried = expand and account.options.href_carries_expand
        self.suffix = f"?expand={expand}" if carried else ""

    def top(self, kind: str, obj: Obj) -> dict[str, Any]:
        return self.entity(Ref(kind, obj["id"]), obj, self.tree)

    def ref(self, ref: Ref, tree: Tree | None) -> dict[str, Any]:
        obj = self.account.find(ref) if tree is not None else None
        if obj is None or tree is None:
            return {"meta": meta(self.account, ref)}
        return self.entity(ref, obj, tree)

    def entity(self, ref: Ref, obj: Obj, tree: Tree) -> dict[str, Any]:
        account, kind = self.account, KINDS.get(ref.kind)
        answer: dict[str, Any] = {"meta": meta(account, ref, self.suffix if tree else "")}
        if kind is None:
            return answer | {key: value for key, value in obj.items() if value is not None}
        shown = dict(obj)
        if kind.document:
            shown |= document_totals(account, ref.kind, obj)
        for name, value in shown.items():
            if name in HIDDEN or value is None:
                continue
            answer[name] = self.value(value, tree.get(name))
        if obj.get("attributes"):
            answer["attributes"] = [self.attribute(ref.kind, item) for item in obj["attributes"]]
        if kind.positions:
            answer["positions"] = self.positions(ref.kind, obj, tree.get("positions"))
        if ref.kind in goods.SHOWN:
            answer |= goods.SHOWN[ref.kind](self, ref, obj, tree)
        for name in kind.lists:
            path = f"/entity/{ref.kind}/{ref.id}/{name}"
            rows = account.inside(ref, "account") if name == "accounts" else []
            answer[name] = {"meta": list_meta(account, path, LIST_TYPES.get(name, name), len(rows))}
            if rows and name in tree:
                answer[name]["rows"] = [self.entity(Ref("account", row["id"]), row, {}) for row in rows]
        for name, refs in account.links.get(ref, {}).items():
            if refs:
                answer[name] = [self.ref(link, tree.get(name)) for link in refs]
        return answer

    def attribute(self, kind: str, given: Obj) -> dict[str, Any]:
        """An extra field: its definition's name and type, and the value."""
        definition = self.account.attributes[kind][given["id"]]
        shown = {name: definition[name] for name in ("id", "name", "type")}
        value = self.value(given["value"], None)
        if isinstance(given["value"], Ref):
            value["name"] = (self.account.find(given["value"]) or {}).get("name")
        return {"meta": attribute_meta(self.account, kind, given["id"]), **shown, "value": value}

    def value(self, value: Any, tree: Tree | None) -> Any:
        if isinstance(value, Ref):
            return self.ref(value, tree)
        if isinstance(value, dict):
            if "ref" in value:  # a link with data of its own: an operation of a payment
                more = {key: self.value(item, None) for key, item in value.items() if key != "ref"}
                return self.ref(value["ref"], tree) | more
            return {
                key: self.value(item, (tree or {}).get(key))
                for key, item in value.items()
                if item is not None
            }
        if isinstance(value, list):
            return [self.value(item, tree) for item in value]
        return value

    def positions(self, kind: str, obj: Obj, tree: Tree | None) -> dict[str, Any]:
        path = f"/entity/{kind}/{obj['id']}/positions"
        answer: dict[str, Any] = {
            "meta": list_meta(self.account, path, position_kind(kind), len(obj["positions"]))
        }
        answer["meta"]["metadataHref"] = f"{self.account.base}/entity/{kind}/metadata"
        if tree is not None:
            answer["rows"] = self.position_rows(kind, obj, obj["positions"], tree)
        return answer

    def position_rows(self, kind: str, obj: Obj, positions: list[Obj], tree: Tree) -> list[dict[str, Any]]:
        shipped = shipped_quantities(self.account, obj) if kind == "customerorder" else None
        return [self.position(kind, obj["id"], position, shipped, tree) for position in positions]

    def position(
        self, kind: str, document_id: str, position: Obj, shipped: dict[str, float] | None, tree: Tree
    ) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "meta": position_meta(self.account, kind, document_id, position["id"]),
            "id": position["id"],
            "accountId": self.account.id,
        }
        for name, value in position.items():
            if name != "id":
                answer[name] = self.value(value, tree.get(name))
        if shipped is not None:
            answer["shipped"] = float(shipped[position["id"]])
            if "reserve" in position:
                answer["reserve"] = live_reserve(position, shipped[position["id"]])
        return answer
