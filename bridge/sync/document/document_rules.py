"""Where a document goes and what state it gets: the owner's rules first, else the shop's own choice."""

from __future__ import annotations

from bridge.connections.book import book_of
from bridge.connections.models import DirectoryEntry, OrderRule, Shop
from bridge.domain.errors import Unmappable
from bridge.domain.order import Order
from bridge.mapping.to_moysklad import Refs
from bridge.sync.document.document_store import store_of
from bridge.sync.document.order_document import state_for

Sets = OrderRule.Sets
# What a rule says of the state is about new work; an order that is over already gets the state of its status.
OVER = frozenset({"completed", "cancelled", "refunded", "failed", "trash"})


def refs_of(shop: Shop, order: Order) -> Refs:
    """Everything the document refers to but its buyer. Raises Unmappable where a choice is missing."""
    ruled = ruled_by(shop, order)
    organization = ruled.get(Sets.ORGANIZATION) or shop.organization_id
    store = ruled.get(Sets.STORE) or store_of(shop, order)
    if not organization:
        raise Unmappable("organization_missing")
    if not store:
        raise Unmappable("store_missing")
    return Refs(
        base_url=shop.account.base_url,
        organization_id=organization,
        store_id=store,
        agent_id="",
        state_id=_first_state(shop, order, ruled.get(Sets.STATE, "")),
        sales_channel_id=ruled.get(Sets.SALES_CHANNEL) or shop.sales_channel_id,
        currency_id=_currency_id(shop, order.currency),
        project_id=ruled.get(Sets.PROJECT) or shop.project_id,
        contract_id=ruled.get(Sets.CONTRACT) or shop.contract_id,
        owner_id=ruled.get(Sets.OWNER) or shop.owner_id,
        organization_account_id=_account_of(shop, organization),
    )


def ruled_by(shop: Shop, order: Order) -> dict[str, str]:
    """What the rules that fit this order decide: ids by `Sets`; of several, the first counts."""
    facts = facts_of(order)
    found: dict[str, str] = {}
    for rule in book_of(shop).rules:
        if _folded(rule.value) in facts[rule.when]:
            found.setdefault(rule.sets, rule.external_id)
    return found


def facts_of(order: Order) -> dict[str, set[str]]:
    """What rules can ask of an order; a shipping method answers to its slug and to the one with its instance."""
    slugs = {slug.partition(":")[0] for slug in order.shipping_methods}
    facts = {
        OrderRule.When.SHIPPING: {*order.shipping_methods, *slugs},
        OrderRule.When.PAYMENT: {order.payment_method},
        OrderRule.When.COUNTRY: {order.shipping.country or order.billing.country or order.customer.country},
        OrderRule.When.ROLE: {order.customer.role},
    }
    return {str(when): {_folded(value) for value in values if value} for when, values in facts.items()}


def _first_state(shop: Shop, order: Order, ruled: str) -> str:
    return ruled if ruled and order.status not in OVER else state_for(shop, order.status)


def _account_of(shop: Shop, organization: str) -> str:
    """The shop's account, only in documents of the organization it belongs to: MoySklad refuses any other (17000)."""
    if not shop.organization_account_id:
        return ""
    account = book_of(shop).entry(DirectoryEntry.Kind.ACCOUNT, shop.organization_account_id)
    return account.external_id if account is not None and account.detail == organization else ""


def _currency_id(shop: Shop, currency: str) -> str:
    """'' for the account's own currency. Raises Unmappable when MoySklad has none with this code."""
    known = book_of(shop).entries(DirectoryEntry.Kind.CURRENCY)
    entry = next((entry for entry in known if entry.detail == currency), None)
    if entry is None:
        raise Unmappable("currency_unknown", currency=currency)
    return "" if entry.is_default else entry.external_id


def _folded(text: str) -> str:
    return text.strip().casefold()
