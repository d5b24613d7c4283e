"""A person decides whose goods count where both sides changed an order: the site's, or those of the document.

Where more was shipped than the site has, only the document's can: the site's need a return first. The choice goes with
the message that carries it out, so it is made once, for what stands there now: a later change of either side is news
again.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from bridge.history.deeds import Sentence, as_kept
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import discard_all, enqueue
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds

CONFLICT, SHIPPED = "positions_changed_on_both_sides", "less_than_shipped"
SITE, DOCUMENT = "site", "document"
# Whose goods may be chosen, by what is asked.
CHOICES = {CONFLICT: (SITE, DOCUMENT), SHIPPED: (DOCUMENT,)}
_KEY = "goods"


def chosen(message: OutboxMessage) -> str:
    """SITE, DOCUMENT, or '' where nobody chose."""
    return str(message.payload.get(_KEY) or "")


def choose(order: Order, whose: str, *, by: str, why: Sentence) -> bool:
    """Carry the choice out; False when nobody asks for it any more.

    With DOCUMENT the site's order is changed only where the owner lets changes of documents go there; elsewhere both
    sides stay as they are, and are no longer a question.
    """
    binding: OrderBinding | None = getattr(order, "binding", None)
    shop, payload = order.shop, {_KEY: whose}
    with transaction.atomic():
        if binding is None or not _waiting(order, whose).exists():
            return False
        to_site = whose == DOCUMENT and shop.accept_edits
        kind, connection = (kinds.EDIT, shop.site) if to_site else (kinds.ORDER, shop.account)
        # What the other side wanted carried over is not wanted any more; of its own kind the message goes on.
        others = _waiting(order, whose).exclude(kind=kind)
        if not to_site:
            discard_all(others, as_kept(why), by)
        enqueue(shop, connection, kind, order.object_key, payload)
    return True


def _waiting(order: Order, whose: str) -> Any:
    """Messages of the order that wait for a choice which may be this one."""
    state = OutboxMessage.State
    return OutboxMessage.objects.filter(
        object_key=order.object_key,
        kind__in=(kinds.ORDER, kinds.EDIT),
        state__in=(state.PARKED, state.DEAD),
        problem__in=[problem for problem, choices in CHOICES.items() if whose in choices],
    )
