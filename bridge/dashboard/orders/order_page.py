"""What the page of one order shows: lines and their links, the buyer, what stands in the way, the journey."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bridge.catalog.bindings import find_listings
from bridge.catalog.models import Listing, Product
from bridge.dashboard import shown
from bridge.dashboard.attention.attention_desk import catalogue_url
from bridge.dashboard.attention.attention_remedies import on_site
from bridge.dashboard.orders.after_sale import after_sale
from bridge.dashboard.orders.decisions import buttons, links
from bridge.dashboard.orders.differences import differences
from bridge.dashboard.orders.order_states import ATTENTION, standing
from bridge.dashboard.orders.timeline import timeline
from bridge.dashboard.words import KINDS, STATUS_COLOURS, word
from bridge.domain.order import Line
from bridge.orders.models import Order, OrderBinding
from bridge.outbox import holds
from bridge.outbox.models import OutboxMessage
from bridge.problems import remedy, sentence
from bridge.sync.orders.goods_choice import CHOICES
from bridge.wording import STATUSES


def context(order: Any, mark: str) -> dict[str, Any]:
    """Everything the template of the page needs, ready to print; `mark`: which part of the journey."""
    content = order.canonical
    binding: OrderBinding | None = getattr(order, "binding", None)
    listings = find_listings(order.shop, ((line.product_id, line.variation_id) for line in content.lines))
    obstacles = _obstacles(order, listings)
    return {
        "standing": shown.tag(standing(order).label, standing(order).colour),
        "site_status": shown.tag(word(STATUSES, order.status), STATUS_COLOURS.get(order.status, "muted")),
        "document": document_link(binding),
        "on_site": shown.link(on_site(order.shop, order), _("order on the site"), outside=True),
        "hold": _hold(order),
        "differences": differences(order),
        "total": shown.money(order.total_minor, order.currency),
        "document_total": shown.money(binding.sum_minor, order.currency)
        if binding and binding.external_id and binding.sum_minor != order.total_minor
        else "",
        "placed": shown.when(order.placed_at),
        "changed": shown.when(order.modified_at),
        "lines": [
            _line(line, listings.get((line.product_id, line.variation_id)), order) for line in content.lines
        ],
        "charges": [
            {"name": charge.name, "total": shown.money(charge.total_minor, order.currency)}
            for charge in content.charges
        ],
        "obstacles": obstacles,
        "flags": _flags(order),
        "versions": _of_document(order, binding, obstacles),
        "facts": _facts(order),
        **after_sale(order),
        "journey": timeline(order, mark),
    }


def document_link(binding: OrderBinding | None) -> str:
    """The document's number as a link into MoySklad; '' where there is none."""
    if binding is None or not binding.document_name:
        return ""
    if binding.gone or not binding.page_url.startswith("https://"):
        return binding.document_name
    return shown.link(binding.page_url, binding.document_name, outside=True)


def _line(line: Line, listing: Listing | None, order: Order) -> dict[str, Any]:
    binding = getattr(listing, "binding", None)
    if listing is None:
        link = shown.tag(_("not linked"), "danger")
    elif binding is None:
        link = shown.page_of("listing", listing.pk, shown.tag(_("link it"), "danger"))
    else:
        link = shown.page_of("listing", listing.pk, binding.product.name)
    return {
        "name": line.name,
        "sku": line.sku,
        "quantity": shown.quantity(line.quantity),
        "total": shown.money(line.total_minor, order.currency),
        "link": link,
    }


def _obstacles(order: Order, listings: Mapping[tuple[str, str], Listing]) -> list[dict[str, Any]]:
    """Messages of the order that wait for a person, with the reason and what to do about it."""
    rows = OutboxMessage.objects.filter(object_key=order.object_key, state__in=ATTENTION).order_by("-pk")[:10]
    return [
        {
            "pk": row.pk,
            "code": row.problem,
            "what": word(KINDS, row.kind),
            "sentence": sentence(row.problem, row.problem_params),
            "remedy": remedy(row.problem),
            "catalogue": catalogue_url(row.problem),
            "links": links(order, row, listings),
            "buttons": buttons(order, row),
            "positions": row.problem_params.get("positions", ""),
        }
        for row in rows
    ]


def _flags(order: Order) -> list[dict[str, str]]:
    """What staff should know though nothing waits for them."""
    return [
        {
            "sentence": sentence(row.code, row.params),
            "remedy": remedy(row.code),
            "since": shown.when(row.raised_at),
        }
        for row in order.flags.all()
    ]


def _hold(order: Any) -> dict[str, str] | None:
    hold = holds.of(order.object_key) if order.held else None
    return {"since": shown.when(hold.since), "by": hold.by, "why": hold.why} if hold is not None else None


def _of_document(
    order: Order, binding: OrderBinding | None, obstacles: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Where a person is asked whose goods count, those of the document as it was read then, beside the site's lines;
    as we last wrote them, where they were not kept."""
    asked = [row for row in obstacles if row["code"] in CHOICES]
    if not asked:
        return []
    rows = json.loads(asked[0]["positions"] or "[]")
    rows = rows or (binding.written.get("positions") if binding else None) or []
    names = dict(
        Product.objects.filter(
            connection=order.shop.account_id, external_id__in={row["item"] for row in rows}
        ).values_list("external_id", "name")
    )
    return [
        {
            "name": names.get(row["item"], _("service")),
            "quantity": shown.quantity(Decimal(str(row["quantity"]))),
            "price": shown.money(round(row["price"]), order.currency),
        }
        for row in rows
    ]


def _facts(order: Order) -> list[tuple[str, str]]:
    content = order.canonical
    buyer, address = content.customer, content.shipping
    if not address.one_line():
        address = content.billing
    rows = (
        (_("Buyer"), buyer.full_name or buyer.company),
        (_("Company"), buyer.company if buyer.full_name else ""),
        (_("E-mail"), order.email),
        (_("Phone"), order.phone),
        (_("Address"), address.one_line()),
        (_("Delivery"), content.shipping_method),
        (_("Payment"), content.payment_title or content.payment_method),
        (_("Paid"), shown.when(content.paid_at) if content.paid_at else ""),
        (_("Coupons"), ", ".join(content.coupons)),
        (_("Buyer's note"), content.note),
    )
    return [(name, value) for name, value in rows if value]
