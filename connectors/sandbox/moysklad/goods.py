"""What a card of goods shows beside its plain fields: prices by type, the path of its group, images, components."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connectors.sandbox.moysklad.account import Account, Obj, Ref
from connectors.sandbox.moysklad.references import list_meta, meta, price_type

if TYPE_CHECKING:
    from connectors.sandbox.moysklad.render import Renderer, Tree

COMPOSED = ("salePrices", "characteristics", "images", "components")
"""Fields of the card that are shown otherwise than they are kept."""
Shown = dict[str, Any]


def path_name(account: Account, parent: Ref | None, field: str) -> str:
    """The names of the groups (or stores) from the top down to `parent`, joined by "/"; "" for none."""
    names: list[str] = []
    seen: set[str] = set()
    while parent is not None and parent.id not in seen:
        seen.add(parent.id)
        holder = account.find(parent) or {}
        names.insert(0, str(holder.get("name", "")))
        parent = holder.get(field)
    return "/".join(names)


def path_of(account: Account, kind: str, obj: Obj) -> str:
    """`pathName` of goods, groups and stores."""
    field = "parent" if kind == "store" else "productFolder"
    return path_name(account, obj.get(field), field)


def card(renderer: Renderer, ref: Ref, obj: Obj, tree: Tree) -> Shown:
    """Products, services, bundles and, without a group and a rate of their own, variants."""
    answer: Shown = {
        "salePrices": sale_prices(renderer, obj, tree.get("salePrices") or {}),
        "discountProhibited": obj.get("discountProhibited", False),
    }
    if ref.kind == "variant":
        answer["characteristics"] = characteristics(renderer, obj)
    else:
        answer |= {"pathName": path_of(renderer.account, ref.kind, obj)}
        answer |= effective_vat(renderer.account, obj)
    if ref.kind == "product":
        answer["variantsCount"] = len(renderer.account.variants_of.get(ref.id, ()))
    if ref.kind == "bundle":
        answer["components"] = components(renderer, ref, obj, tree.get("components"))
    if ref.kind != "service":
        answer["images"] = images(renderer, ref, obj, tree.get("images"))
    return answer


def placed(renderer: Renderer, ref: Ref, obj: Obj, _tree: Tree) -> Shown:
    """Groups and stores: where they stand in their tree."""
    return {"pathName": path_of(renderer.account, ref.kind, obj)}


def sale_prices(renderer: Renderer, obj: Obj, tree: Tree) -> list[Shown]:
    """One price for each type of the account, in its order; a type without a price is 0 in the account's currency."""
    account = renderer.account
    known = {price["priceType"].id: price for price in obj.get("salePrices") or ()}
    default = account.defaults["currency"]
    answer = []
    for id_ in account.price_types:
        if id_ not in known and not account.options.unset_prices_shown:
            continue
        price = known.get(id_, {"value": 0.0, "currency": default})
        shown = {"value": price["value"], "currency": renderer.ref(price["currency"], tree.get("currency"))}
        answer.append(shown | {"priceType": price_type(account, Ref("pricetype", id_))})
    return answer


def effective_vat(account: Account, obj: Obj) -> Shown:
    """The rate that counts: the card's own, or with `useParentVat` that of the nearest group that has one."""
    holder: Obj = obj
    while holder.get("useParentVat") and holder.get("productFolder"):
        holder = account.find(holder["productFolder"]) or {}
    if "vat" not in holder:
        return {}
    return {"effectiveVat": holder["vat"], "effectiveVatEnabled": holder.get("vatEnabled", False)}


def characteristics(renderer: Renderer, obj: Obj) -> list[Shown]:
    base = f"{renderer.account.base}/entity/variant/metadata/characteristics"
    rows = obj.get("characteristics") or ()
    return [
        {
            "meta": {
                "href": f"{base}/{row['id']}",
                "type": "attributemetadata",
                "mediaType": "application/json",
            }
        }
        | row
        for row in rows
    ]


def components(renderer: Renderer, ref: Ref, obj: Obj, tree: Tree | None) -> Shown:
    """How many parts a bundle has, and with `expand=components` which."""
    parts = obj.get("components") or []
    path = f"/entity/bundle/{ref.id}/components"
    answer: Shown = {"meta": list_meta(renderer.account, path, "bundlecomponent", len(parts))}
    if tree is not None:
        answer["rows"] = [component(renderer, ref, part, tree) for part in parts]
    return answer


def component(renderer: Renderer, bundle: Ref, part: Obj, tree: Tree) -> Shown:
    href = f"{renderer.account.base}/entity/bundle/{bundle.id}/components/{part['id']}"
    return {
        "meta": {"href": href, "type": "bundlecomponent", "mediaType": "application/json"},
        "id": part["id"],
        "accountId": renderer.account.id,
        "assortment": renderer.ref(part["assortment"], tree.get("assortment")),
        "quantity": part["quantity"],
    }


def images(renderer: Renderer, ref: Ref, obj: Obj, tree: Tree | None) -> Shown:
    rows = obj.get("images") or []
    path = f"/entity/{ref.kind}/{ref.id}/images"
    answer: Shown = {"meta": list_meta(renderer.account, path, "image", len(rows))}
    if tree is not None:
        answer["rows"] = [image(renderer.account, ref, row) for row in rows]
    return answer


def image(account: Account, ref: Ref, row: Obj) -> Shown:
    """An image's metadata; the files behind its addresses are not kept."""
    download = f"{account.base}/download/{row['id']}"
    own = {"type": "image", "mediaType": "application/json"}
    picture = {"type": "image", "mediaType": "image/png"}
    shown = {name: value for name, value in row.items() if name != "id"}
    return shown | {
        "meta": {"href": f"{meta(account, ref)['href']}/images/{row['id']}", "downloadHref": download} | own,
        "miniature": {"href": f"{download}?miniature=true", "downloadHref": download} | picture,
        "tiny": {"href": f"{download}?tiny=true"} | picture,
    }


SHOWN: dict[str, Callable[[Renderer, Ref, Obj, Tree], Shown]] = {
    **dict.fromkeys(("product", "variant", "service", "bundle"), card),
    **dict.fromkeys(("productfolder", "store"), placed),
}
