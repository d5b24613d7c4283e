"""A paid order becomes one payment document in MoySklad, linked to the order's own, by the owner's payment methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.connections import clients
from bridge.connections.book import book_of
from bridge.connections.models import DirectoryEntry, PaymentMethod
from bridge.mapping import to_moysklad
from bridge.mapping.payment_to_moysklad import Parties, payment
from bridge.orders.after_sale import RelatedDocument
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Failed, Outcome
from bridge.sync.payments import related_documents
from connectors.errors import ConnectorError
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority

PAYMENT = "payment"


def wants_payment(order: Order) -> bool:
    """Paid on the site, by a method that makes a document, which is not there yet."""
    binding = getattr(order, "binding", None)
    if binding is None or not binding.external_id or binding.gone or order.total_minor <= 0:
        return False
    if binding.written.get("paid"):  # before the document was linked: whoever kept it then has seen to it
        return False
    if order.content.get("paid_at") is None or not method_of(order).document:
        return False
    return not any(one.source_key == PAYMENT and one.external_id for one in order.documents.all())


def method_of(order: Order) -> PaymentMethod:
    """What the owner chose for the order's payment method, or for all others; no document when nothing was chosen."""
    rows = book_of(order.shop).payment_methods
    chosen = rows.get(str(order.content.get("payment_method", ""))) or rows.get("*")
    return chosen or PaymentMethod(shop=order.shop)


def parties(order: Order, method: PaymentMethod) -> Parties:
    """Whom the order's money is between, as its document has them."""
    book = book_of(order.shop)
    account = book.entry(DirectoryEntry.Kind.ACCOUNT, method.organization_account_id)
    is_theirs = account is not None and account.detail == order.binding.organization_id
    known = book.entries(DirectoryEntry.Kind.CURRENCY)
    currency = next((entry for entry in known if entry.detail == order.currency), None)
    return Parties(
        base_url=order.shop.account.base_url,
        organization_id=order.binding.organization_id,
        agent_id=order.binding.agent_id,
        # MoySklad refuses an account of another organization (17000).
        organization_account_id=method.organization_account_id if is_theirs else "",
        project_id=method.project_id,
        currency_id="" if currency is None or currency.is_default else currency.external_id,
        expense_item_id=order.shop.expense_item_id,
    )


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Make the payments of these orders (one account): one call for each kind of document."""
    account = messages[0].shop.account
    client = clients.moysklad(account, Priority.ORDERS, tenant=messages[0].shop.name)
    orders = Order.objects.filter(pk__in=[int(m.object_key.removeprefix("order:")) for m in messages])
    orders = orders.select_related("binding", "shop__account").prefetch_related("documents")
    by_key = {o.object_key: o for o in orders}
    outcomes: dict[int, Outcome] = {}
    wanted: dict[str, list[tuple[OutboxMessage, Order]]] = {}
    for message in messages:
        order = by_key[message.object_key]
        if wants_payment(order):
            wanted.setdefault(method_of(order).document, []).append((message, order))
        else:
            outcomes[message.pk] = Done("nothing to pay", answered=False)
    for kind, pairs in wanted.items():
        outcomes |= _make(client, kind, pairs)
    return outcomes


def _make(client: MoySklad, kind: Any, pairs: Sequence[tuple[OutboxMessage, Order]]) -> dict[int, Outcome]:
    rows = [related_documents.wanted(order, kind, PAYMENT) for _message, order in pairs]
    try:
        related_documents.find_earlier(
            rows, lambda keys: client.payments.by_sync_ids(kind, keys, deleted=None)
        )
    except ConnectorError as error:
        return {message.pk: Failed(error) for message, _order in pairs}
    missing = [(m, order, row) for (m, order), row in zip(pairs, rows, strict=True) if not row.external_id]
    answers = related_documents.create(
        [row for _m, _order, row in missing],
        [_body(order) for _m, order, _row in missing],
        lambda bodies: client.payments.save(kind, bodies),
    )
    outcomes: dict[int, Outcome] = {
        message.pk: _done(row) for (message, _order), row in zip(pairs, rows, strict=True) if row.external_id
    }
    for (message, _order, _row), answer in zip(missing, answers, strict=True):
        if isinstance(answer, ConnectorError):
            outcomes[message.pk] = Failed(answer)
    return outcomes


def _body(order: Order) -> dict[str, Any]:
    content, binding = order.canonical, order.binding
    document = to_moysklad.entity(order.shop.account.base_url, "customerorder", binding.external_id)
    how = [f"Заказ {binding.document_name}", content.payment_title, content.transaction_id]
    body = payment(
        parties(order, method_of(order)),
        amount_minor=order.total_minor,
        currency=order.currency,
        moment=content.paid_at or content.placed_at,
        purpose=", ".join(part for part in how if part),
        link=document,
    )
    body.pop("expenseItem", None)
    return body


def _done(row: RelatedDocument) -> Done:
    return Done(f"{row.kind} {row.name}")
