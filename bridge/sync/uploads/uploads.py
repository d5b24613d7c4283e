"""Uploads of older orders: a person previews, starts and cancels them (the work itself: upload_portions.py)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.lookups import Exact
from django.utils import timezone

from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.domain.errors import DomainError
from bridge.orders.flags import Flag
from bridge.orders.models import Order
from bridge.outbox.enqueue import discard
from bridge.outbox.models import OutboxMessage
from bridge.outbox.upload_of import UploadOf
from bridge.sync import leased
from bridge.sync.leased import OPEN
from bridge.sync.models import Upload
from bridge.sync.orders.linked_documents import DOUBTS
from bridge.sync.site_orders.orders_from_site import wants_document
from bridge.sync.uploads.upload_choice import Chosen
from connectors.woocommerce.paging import MAX_PER_PAGE

State, Sending = Upload.State, OutboxMessage.State
# Calls to MoySklad for a page of orders: the questions whether they are there, and one that makes them.
ASKING, MAKING = 2, 1
# Seconds a page takes at the site and here, about.
PAGE_SECONDS = 3


class Preview(NamedTuple):
    """`orders` is None when the site does not tell; calls to MoySklad and minutes are estimates."""

    orders: int | None
    calls: int
    minutes: int


def preview(shop: Shop, chosen: Chosen, *, create_missing: bool = True) -> Preview:
    """What an upload would take (1 call to the site per 100 ids or period). Raises ConnectorError."""
    orders = _count(shop, chosen)
    pages = math.ceil((orders or 0) / MAX_PER_PAGE)
    calls = pages * (ASKING + (MAKING if create_missing else 0))
    budget = clients.budget()
    seconds = pages * PAGE_SECONDS + calls * budget.window / budget.calls
    return Preview(orders, calls, math.ceil(seconds / 60))


def start(shop: Shop, chosen: Chosen, *, create_missing: bool = True) -> Upload:
    """Begin an upload. Raises DomainError("upload_open") while the shop has another, ConnectorError when the site does
    not answer."""
    total = _count(shop, chosen) or 0
    with transaction.atomic():
        Shop.objects.select_for_update().get(pk=shop.pk)
        if Upload.objects.filter(shop=shop, state__in=OPEN).exists():
            raise DomainError("upload_open", shop=shop.name)
        upload = Upload.objects.create(
            shop=shop, chosen=chosen.to_json(), create_missing=create_missing, total=total
        )
        leased.wake_up(upload)
    return upload


def cancel(upload: Upload) -> bool:
    """End it; of what it queued, nothing that still waits is sent. False when it has ended by itself, with nothing
    waiting.
    """
    with transaction.atomic():
        row = Upload.objects.select_for_update().get(pk=upload.pk)
        waiting = list(queued(row).filter(state__in=(Sending.WAITING, Sending.PARKED, Sending.IN_FLIGHT)))
        if row.state not in OPEN and not waiting:
            return False
        row.state, row.finished_at = State.CANCELLED, row.finished_at or timezone.now()
        row.save(update_fields=["state", "finished_at"])
        _take_back(waiting)
    return True


def queued(upload: Upload) -> QuerySet[OutboxMessage]:
    """The messages of documents this upload asked for."""
    return OutboxMessage.objects.filter(Exact(UploadOf("payload"), upload.pk))


def doubtful(shop: Shop) -> QuerySet[Flag]:
    """What a person must decide of this shop's orders."""
    return Flag.objects.filter(order__shop=shop, code__in=DOUBTS).select_related("order__shop__account")


def _take_back(messages: Sequence[OutboxMessage]) -> None:
    """The orders are no longer asked for; those that go to MoySklad anyway still do."""
    by_pk = {int(message.object_key.removeprefix("order:")): message for message in messages}
    Order.objects.filter(pk__in=by_pk).update(requested=False)
    for order in Order.objects.filter(pk__in=by_pk).select_related("binding", "shop"):
        if not wants_document(order):
            discard(by_pk[order.pk])


def _count(shop: Shop, chosen: Chosen) -> int | None:
    client = clients.woocommerce(shop.site)
    counts = [client.orders.count(part) for part in chosen.filters()]
    return None if None in counts else sum(count or 0 for count in counts)
