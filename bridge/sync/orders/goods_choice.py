"""A person decides whose goods count where both sides changed an order: the site's, or those of the document.

The choice goes with the message that carries it out, so it is made once, for what stands there now: a later change of
either side is news again.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from bridge.history.deeds import Sentence, as_kept
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import discard_all, enqueue
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds

CONFLICT = "positions_changed_on_both_sides"
SITE, DOCUMENT = "site", "document"
_KEY = "goods"


def chosen(message: OutboxMessage) -> str:
    """SITE, DOCUMENT, or '' where nobody chose."""
    return str(message.payload.get(_KEY) or "")


def is_asked(order: Order) -> bool:
    """Whether a message of the order waits for this choice."""
    return bool(_waiting(order).exists())


def choose(order: Order, whose: str, *, by: str, why: Sentence) -> bool:
    """Carry the choice out; False when nobody asks for it any more.

    With DOCUMENT the site's order is changed only where the owner lets changes of documents go there; elsewhere both
    sides stay as they are, and are no longer a question.
    """
    binding: OrderBinding | None = getattr(order, "binding", None)
    shop, payload = order.shop, {_KEY: whose}
    with transaction.atomic():
        if binding is None or not is_asked(order):
            return False
        to_site = whose == DOCUMENT and shop.accept_edits
        kind, connection = (kinds.EDIT, shop.site) if to_site else (kinds.ORDER, shop.account)
        # What the other side wanted carried over is not wanted any more; of its own kind the message goes on.
        others = _waiting(order).exclude(kind=kind)
        if not to_site:
            discard_all(others, as_kept(why), by)
        enqueue(shop, connection, kind, order.object_key, payload)
    return True


def _waiting(order: Order) -> Any:
    state = OutboxMessage.State
    return OutboxMessage.objects.filter(
        object_key=order.object_key,
        kind__in=(kinds.ORDER, kinds.EDIT),
        state__in=(state.PARKED, state.DEAD),
        problem=CONFLICT,
    )
