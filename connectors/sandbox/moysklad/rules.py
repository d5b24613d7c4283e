"""Rules that belong to one kind only: variants, webhooks, payments. Looked up by kind; most kinds have none."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from connectors.sandbox.moysklad.account import PAYMENTS, Account, Obj, Ref, is_binned
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.goods_bodies import component_set
from connectors.sandbox.moysklad.kinds import KINDS
from connectors.sandbox.moysklad.return_rules import check_return
from connectors.sandbox.moysklad.usage import is_in_documents

URLS_PER_EVENT = 5
UNHOOKABLE = ("webhook", "webhookstock", "discount", "notes", "account")


def variant(account: Account, obj: Obj) -> None:
    """Characteristics make a variant: none is 15001, the same set twice under one product is 15000. The name
    follows."""
    characteristics = obj.get("characteristics") or []
    if not characteristics:
        raise field_error(15001, "characteristics")
    wanted = {(item["name"], item["value"]) for item in characteristics}
    product = account.find(obj["product"]) or {}
    for id_ in account.variants_of.get(obj["product"].id, ()):
        other = account.objects["variant"][id_]
        same = {(item["name"], item["value"]) for item in other["characteristics"]}
        if id_ != obj["id"] and same == wanted:
            raise field_error(15000, "characteristics")
    obj["name"] = f"{product.get('name')} ({', '.join(str(item['value']) for item in characteristics)})"


def bundle(account: Account, obj: Obj) -> None:
    """A bundle has components (29000), and keeps them once a document uses it (29001)."""
    if not obj.get("components"):
        raise field_error(29000, "components")
    old = account.objects["bundle"].get(obj["id"])
    if old is None or component_set(old["components"]) == component_set(obj["components"]):
        return
    if is_in_documents(account, Ref("bundle", obj["id"])):
        raise field_error(29001, "components")


def store(account: Account, obj: Obj) -> None:
    """Names of stores are unique: 3006."""
    others = account.objects["store"].values()
    if any(other["name"] == obj["name"] and other["id"] != obj["id"] for other in others):
        raise field_error(3006, "name")


def check_url(obj: Obj) -> None:
    parts = urlsplit(obj["url"])
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise field_error(30000, "url")


def refuse_by_option(account: Account) -> None:
    if account.options.webhook_error:
        raise ApiError(account.options.webhook_error)


def webhook(account: Account, obj: Obj) -> None:
    """Unique by (entityType, action, url): 30003; five addresses per (entityType, action): 30007."""
    refuse_by_option(account)
    check_url(obj)
    if obj["entityType"] in UNHOOKABLE or (obj["entityType"] not in KINDS and obj["entityType"] != "async"):
        raise field_error(30000, "entityType")
    if obj["action"] == "UPDATE":
        obj.setdefault("diffType", "NONE")
    elif obj.pop("diffType", "NONE") != "NONE":
        raise field_error(30000, "diffType")
    rivals = [
        other
        for other in account.objects["webhook"].values()
        if other["id"] != obj["id"]
        and (other["entityType"], other["action"]) == (obj["entityType"], obj["action"])
    ]
    if any(other["url"] == obj["url"] for other in rivals):
        raise ApiError(30003)
    if len(rivals) >= URLS_PER_EVENT:
        raise ApiError(30007)


def webhook_stock(account: Account, obj: Obj) -> None:
    """Unique by (stockType, reportType, url): 30009; five addresses per pair: 30010."""
    refuse_by_option(account)
    check_url(obj)
    rivals = [
        other
        for other in account.objects["webhookstock"].values()
        if other["id"] != obj["id"] and other["reportType"] == obj["reportType"]
    ]
    if any(other["url"] == obj["url"] for other in rivals):
        raise ApiError(30009)
    if len(rivals) >= URLS_PER_EVENT:
        raise ApiError(30010)


def demand(account: Account, obj: Obj) -> None:
    """A posted demand takes goods from somewhere: without a store it is 3000. With a return it stays posted: 17014."""
    if obj["applicable"] and "store" not in obj:
        raise field_error(3000, "store")
    if not obj["applicable"]:
        refuse_with_returns(account, "demand", obj)


def refuse_with_returns(account: Account, kind: str, obj: Obj) -> None:
    """17014 for a demand somebody returned goods of."""
    if kind != "demand":
        return
    if any(not is_binned(other) for _, other in account.linked(Ref(kind, obj["id"]), "returns")):
        raise field_error(17014, "applicable")


def payment(account: Account, obj: Obj) -> None:
    """A payment is in its account's currency: 22004. Its links cannot add up to more than its sum: 22000."""
    if obj.setdefault("sum", 0.0) < 0:
        raise field_error(3002, "sum")
    bank = (account.find(obj["organizationAccount"]) or {}) if "organizationAccount" in obj else {}
    if bank.get("currency", obj["rate"]["currency"]) != obj["rate"]["currency"]:
        raise field_error(22004, "organizationAccount")
    if sum(item["linkedSum"] for item in obj.get("operations", ())) > obj["sum"]:
        raise ApiError(22000, parameter="operations")


def refuse_closed_period(account: Account, obj: Obj) -> None:
    """17009 for a document dated before the day the account closed."""
    if obj["moment"] < account.options.closed_before:
        raise field_error(17009, "moment")


def refuse_strange_accounts(account: Account, obj: Obj) -> None:
    """17000, 17001 for a bank account that is not of the document's organization or agent."""
    for name, owner, code in (
        ("organizationAccount", "organization", 17000),
        ("agentAccount", "agent", 17001),
    ):
        if name in obj and (account.find(obj[name]) or {}).get("inside") != obj.get(owner):
            raise field_error(code, name)


RULES: dict[str, Callable[[Account, Obj], None]] = {
    "variant": variant,
    "bundle": bundle,
    "store": store,
    "demand": demand,
    "webhook": webhook,
    "webhookstock": webhook_stock,
    "salesreturn": check_return,
    **dict.fromkeys(PAYMENTS, payment),
}


def check_rules(account: Account, kind: str, obj: Obj) -> None:
    """Run the rule of a kind, if it has one, on an object about to be stored."""
    if KINDS[kind].document:
        refuse_closed_period(account, obj)
        refuse_strange_accounts(account, obj)
    rule = RULES.get(kind)
    if rule is not None:
        rule(account, obj)
