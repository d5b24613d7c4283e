"""Goods, quantities and prices that staff changed in a document change the order on the site, where the owner wants it.

The document is compared with what it held when both sides agreed. Where the site's order changed too, or cannot take
the change, a person sees both versions and decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import unescape
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from bridge.catalog.models import Product, ProductBinding
from bridge.connections import clients
from bridge.domain.decimals import digits
from bridge.domain.errors import DomainError, Problem
from bridge.domain.money import to_text
from bridge.domain.order_edit import Held, Key, LineEdit, charge_edit, line_edits
from bridge.mapping import edit_to_woocommerce, from_moysklad, moysklad_money
from bridge.orders import flags
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import enqueue, release_object
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Failed, Outcome
from bridge.sync import kinds, late_calls
from bridge.sync.document import document_body
from bridge.sync.document import order_document as parts
from bridge.sync.late_calls import wait_for
from bridge.sync.orders import goods_choice
from bridge.sync.refunds.refund_plans import as_it_stands
from bridge.sync.site_orders.order_messages import one_by_one
from bridge.sync.site_orders.orders_from_site import answered
from connectors.errors import ConnectorError, OutcomeUnknown
from connectors.moysklad.limits import Priority
from connectors.woocommerce.client import WooCommerce

TOTAL = "edit_total_differs"
Facts = Sequence[Mapping[str, Any]]


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Carry the changes of these documents over."""
    return one_by_one(messages, lambda order, message: _carry_over(order, goods_choice.chosen(message)))


def _carry_over(order: Order, choice: str) -> Outcome:
    """The site is read first: what an earlier try has done already is then no change any more."""
    binding: OrderBinding | None = getattr(order, "binding", None)
    if binding is None or binding.gone or not order.shop.accept_edits or "positions" not in binding.written:
        return Done("no document to follow", answered=False)
    try:
        client = clients.moysklad(order.shop.account, Priority.STATUSES)
        document = client.orders.get(binding.external_id, expand=("positions",))
    except ConnectorError as error:
        return Failed(error, of=order.shop.account)
    now = [from_moysklad.position_facts(row) for row in parts.rows_of(document)]
    sum_minor = moysklad_money.from_wire(float(document.get("sum") or 0), order.currency)
    wanted = choice == goods_choice.DOCUMENT
    if not wanted and not binding.editing and parts.same_positions(now, binding.written["positions"]):
        return Done("the goods are as they were", answered=False)
    site = clients.woocommerce(order.shop.site)
    answered(order, site.orders.get(int(order.source_id)))
    _settle_earlier(site, order)
    binding = order.binding
    site_changed = _site_changed(order)
    if not (wanted and site_changed) and parts.same_positions(now, binding.written["positions"]):
        return Done("the goods are as both sides know them")
    before = binding.written["positions"]
    if site_changed:
        if _same_already(order, now, sum_minor):
            _agree(order, now, sum_minor)
            return Done("the site says so already")
        if not wanted:
            raise DomainError(
                goods_choice.CONFLICT, document=binding.document_name, positions=json.dumps(list(now))
            )
        before = _of_site(order)
    if order.refunds.filter(deleted_at=None).exists():
        raise DomainError("edit_of_refunded", document=binding.document_name)
    body, words = _body(order, before, now)
    began = timezone.now().isoformat()
    _keep(order, {"positions": now, "sum": sum_minor, "note": _note(binding, words), "at": began})
    _send(site, order, body)
    _agree(order, now, sum_minor)
    _write_note(site, order)
    return Done(f"the goods of {binding.document_name} are on the site")


def noticed(order: Order, binding: OrderBinding, document: Mapping[str, Any]) -> None:
    """A reading of the document (positions opened): goods that staff changed go to the site, where they should."""
    ours = [binding.written.get("positions"), (binding.sending or {}).get("positions")]
    if not order.shop.accept_edits or ours[0] is None:
        return
    now = [from_moysklad.position_facts(row) for row in parts.rows_of(document)]
    if not any(parts.same_positions(now, known) for known in ours if known is not None):
        enqueue(order.shop, order.shop.site, kinds.EDIT, order.object_key)


def in_doubt(order: Order, binding: OrderBinding) -> bool:
    """Whether the goods on the site may be those of a call of ours whose answer is not here."""
    return order.shop.accept_edits and "positions" in (binding.editing or {})


def _settle_earlier(site: WooCommerce, order: Order) -> None:
    """What an earlier try without an answer did is agreed on before anything else, and its note written once."""
    earlier = order.binding.editing or {}
    if "positions" in earlier:
        if _site_changed(order) and _same_already(order, earlier["positions"], earlier["sum"]):
            _agree(order, earlier["positions"], earlier["sum"])
        else:
            # A new line that it brings would come a second time.
            wait_for(late_calls.began(earlier), late_calls.SITE, why="edit_in_doubt")
            _keep(order, None)
            _release(order)
    if order.binding.editing:
        _write_note(site, order, again=True)


def _send(site: WooCommerce, order: Order, body: dict[str, Any]) -> None:
    try:
        wire = site.orders.update(int(order.source_id), body)
    except OutcomeUnknown:
        raise  # it may have been done: what it carries stays noted
    except ConnectorError:
        _keep(order, None)
        raise
    answered(order, wire)


def _note(binding: OrderBinding, words: Sequence[str]) -> str:
    with override("ru"):
        text = _("Changed in MoySklad (%(document)s): %(changes)s")
    return text % {"document": binding.document_name, "changes": "; ".join(words)}


def _write_note(site: WooCommerce, order: Order, *, again: bool = False) -> None:
    """`again`: an earlier try may have written it."""
    number, text = int(order.source_id), str((order.binding.editing or {})["note"])
    there = [unescape(str(row["note"])) for row in site.orders.notes(number)] if again else []
    if not any(text in note for note in there):
        site.orders.add_note(number, text)
    _keep(order, None)


def _keep(order: Order, editing: dict[str, Any] | None) -> None:
    order.binding.editing = editing
    order.binding.save(update_fields=["editing"])


def _release(order: Order) -> None:
    """The order's own message may have stopped at goods that were on their way to the site."""
    for problem in goods_choice.CHOICES:
        release_object(kinds.ORDER, order.object_key, problem)


def _site_changed(order: Order) -> bool:
    return bool(parts.goods_digest(as_it_stands(order)) != order.binding.goods)


def _of_site(order: Order) -> Facts:
    """The positions that a document of the order would have, as the order is on the site now."""
    wanted = document_body.whole_body(order.shop, as_it_stands(order))
    return [from_moysklad.position_facts(row) for row in wanted["positions"]]


def _body(order: Order, before: Facts, now: Facts) -> tuple[dict[str, Any], list[str]]:
    content, keys = order.canonical, _keys(order, [*before, *now])
    service = order.shop.shipping_service_id
    lines = line_edits(content, _held(order, before, keys, service), _held(order, now, keys, service))
    if fraction := next((edit for edit in lines if edit.quantity % 1), None):
        raise DomainError("edit_decimal", line=fraction.name, quantity=fraction.quantity)
    delta = _charges(order, now, service) - _charges(order, before, service)
    charge = charge_edit(content, delta, _("Delivery"))
    words = [_words(edit, order.currency) for edit in lines]
    if charge is not None:
        words.append(f"{charge.name}: {to_text(charge.total_minor, order.currency)}")
    return edit_to_woocommerce.body(content, lines, charge), words


def _words(edit: LineEdit, currency: str) -> str:
    return f"{edit.name}: {digits(edit.quantity)} × → {to_text(edit.total_minor, currency)}"


def _same_already(order: Order, now: Facts, sum_minor: int) -> bool:
    """Pieces of each item are equal: our try whose answer was lost, or a person did it on both sides.

    The sums may differ by a minor unit for each line: not every gross amount has a net one.
    """
    there: dict[Key, Decimal] = {}
    for line in order.canonical.lines:
        key = (line.product_id, line.variation_id)
        there[key] = there.get(key, Decimal(0)) + line.quantity
    held = _held(order, now, _keys(order, now), order.shop.shipping_service_id)
    same_pieces = there == {key: each.quantity for key, each in held.items()}
    return same_pieces and abs(sum_minor - order.total_minor) <= len(now)


def _agree(order: Order, now: Facts, sum_minor: int) -> None:
    """Both sides hold the same goods again; a total that differs all the same is shown. Of our own edit its note is
    still to be written."""
    binding = order.binding
    binding.editing = {"note": binding.editing["note"]} if binding.editing else None
    binding.goods = parts.goods_digest(as_it_stands(order))
    binding.written = {**binding.written, "positions": list(now)}
    binding.save(update_fields=["goods", "written", "editing"])
    _release(order)
    figures = {
        "remote": to_text(sum_minor, order.currency),
        "local": to_text(order.total_minor, order.currency),
    }
    flags.show_only(order, [Problem(TOTAL, figures)] if sum_minor != order.total_minor else [], TOTAL)


def _keys(order: Order, rows: Facts) -> dict[str, tuple[Key, str]]:
    """Item in MoySklad → the shop's own item and its name. Raises DomainError naming what the shop does not sell."""
    wanted = {str(row["item"]) for row in rows} - {order.shop.shipping_service_id}
    bound = ProductBinding.objects.filter(
        listing__shop=order.shop, product__external_id__in=wanted, listing__present=True
    ).select_related("listing", "product")
    ordered = {(line.product_id, line.variation_id) for line in order.canonical.lines}
    found: dict[str, tuple[Key, str]] = {}
    for row in bound:
        key = (row.listing.product_id, row.listing.variation_id)
        if row.product.external_id not in found or key in ordered:  # of several links, the one in the order
            found[row.product.external_id] = (key, row.listing.name)
    if missing := wanted - set(found):
        names = Product.objects.filter(connection=order.shop.account, external_id__in=missing)
        shown = ", ".join(sorted(names.values_list("name", flat=True))) or "?"
        raise DomainError("edit_item_unknown", lines=shown)
    return found


def _held(order: Order, rows: Facts, keys: Mapping[str, tuple[Key, str]], service: str) -> dict[Key, Held]:
    found: dict[Key, Held] = {}
    for row in rows:
        if row["item"] == service:
            continue
        key, name = keys[str(row["item"])]
        held = found.get(key, Held(name))
        found[key] = Held(
            name,
            held.quantity + Decimal(str(row["quantity"])).normalize(),
            held.total_minor + _sum([row], order.currency),
        )
    return found


def _charges(order: Order, rows: Facts, service: str) -> int:
    return _sum((row for row in rows if row["item"] == service), order.currency)


def _sum(rows: Iterable[Mapping[str, Any]], currency: str) -> int:
    """What positions cost, each rounded as MoySklad rounds it."""
    return sum(
        moysklad_money.from_wire(row["quantity"] * row["price"] * (100 - row["discount"]) / 100, currency)
        for row in rows
    )
