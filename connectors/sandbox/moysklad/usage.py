"""Who uses an object: what is used cannot be deleted, and a used bundle keeps its components."""

from __future__ import annotations

from connectors.sandbox.moysklad.account import Account, Obj, Ref
from connectors.sandbox.moysklad.kinds import KINDS


def is_in_documents(account: Account, wanted: Ref) -> bool:
    return any(
        uses(document, wanted)
        for name, spec in KINDS.items()
        if spec.document
        for document in account.objects[name].values()
    )


def is_in_cards(account: Account, wanted: Ref) -> bool:
    """A part of some bundle, the group of some goods, the parent of some store."""
    if any(
        part["assortment"] == wanted
        for bundle in account.objects["bundle"].values()
        for part in bundle["components"]
    ):
        return True
    holders = {"productfolder": "productFolder", "store": "parent"}
    field = holders.get(wanted.kind)
    kinds = ("store",) if wanted.kind == "store" else ("product", "service", "bundle", "productfolder")
    return field is not None and any(
        obj.get(field) == wanted for kind in kinds for obj in account.objects[kind].values()
    )


def uses(document: Obj, wanted: Ref) -> bool:
    if any(value == wanted for value in document.values()):
        return True
    if any(item["value"] == wanted for item in document.get("attributes", ())):
        return True
    return any(position["assortment"] == wanted for position in document.get("positions", ()))
