"""Documents of ours that a bridge restored from a backup has forgotten: what each side said meanwhile is news again.

What the site said when such a document was last written is not known any more. Where the sides agree now, nothing is
to be done; where they do not, it is told apart by what either says, as when both had changed (domain/status.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.connections.book import book_of
from bridge.domain.status import CLOSED, LEFT_TO_PEOPLE, Side
from bridge.orders.models import OrderBinding
from bridge.sync.document import order_document as parts
from bridge.sync.states import status_news


def reflected(binding: OrderBinding) -> str:
    """The status of the site that the document's state stands for; '' where the site's is news for the document.

    What is news for the site instead is queued. The binding has the document's state; the caller saves it. Staff's own
    states, which mean nothing to the site, stay while the order is open.
    """
    order, shop = binding.order, binding.order.shop
    binding.site_status = binding.expected_status = ""
    means = status_news.status_for(shop, binding.state_id)
    if order.status == means or parts.state_for(shop, order.status) == binding.state_id:
        return order.status
    news = bool(parts.state_to_send(shop, order.status, binding))
    if not means:
        return "" if news and (order.status in CLOSED or _by_the_site(binding)) else order.status
    if news and order.status in CLOSED and means not in CLOSED:
        return ""
    if not news and order.status in LEFT_TO_PEOPLE:
        return order.status
    if status_news.settle(binding, means) is Side.SITE:
        return ""
    status_news.ask(order)
    return order.status


def holds_goods(document: Mapping[str, Any]) -> bool:
    """Whether anything is kept aside for the document (positions opened)."""
    return any(float(row.get("reserve") or 0) for row in parts.rows_of(document))


def _by_the_site(binding: OrderBinding) -> bool:
    """The document has no state, or one that a status of the site gave it."""
    return binding.state_id in ("", *book_of(binding.order.shop).state_of_status.values())
