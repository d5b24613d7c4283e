"""An upload at work: a page of the site's orders is recorded, looked for in MoySklad, linked or queued, and so on.

All that a page brings is stored together with the place where the next one begins: a worker that dies loses nothing
and counts nothing twice. A machine too slow for a whole page in a job's time stores what it got to, and goes on
from there: a page that took longer than the lease would be begun anew for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from bridge import worktime
from bridge.connections import clients
from bridge.connections.faults import is_outage
from bridge.connections.models import Shop
from bridge.domain.errors import DomainError
from bridge.orders import flags
from bridge.orders.models import Order
from bridge.orders.record_sales import has_document
from bridge.outbox import pauses
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds, leased
from bridge.sync.models import Upload
from bridge.sync.orders.linked_documents import DOUBTS, link
from bridge.sync.site_orders.orders_from_site import accept, note_polled
from bridge.sync.uploads import upload_choice
from bridge.sync.uploads.earlier_documents import Doubtful, Found, Sought, Verdict, find, noted_in
from connectors.errors import PermanentError
from connectors.moysklad.limits import Priority
from connectors.woocommerce.orders import OrderFilter

# With so many orders on their way already, more would only stand before those that buyers place just now.
ENOUGH_WAITING = 200
WAIT = 2.0

Wire = Mapping[str, Any]
Place = dict[str, Any]  # {"part": number of the filter, "at": the site's place in it, "seen": {id: date}}
BEGINNING: Place = {"part": 0, "at": None, "seen": {}}


def kept_in() -> Q:
    """Uploads of shops that send no orders just now."""
    return Q(pauses.of_shop(kinds.ORDER))


def portion(upload: Upload) -> float:
    """Page after page until time is up, or there is nothing to do; returns the seconds to wait before going on."""
    time_is_up = leased.stopwatch()
    leased.require_answering(upload.shop.site, upload.shop.account)
    while True:
        if _enough_waiting(upload.shop):
            return WAIT
        if not _page(upload) or time_is_up():
            return 0


def _enough_waiting(shop: Shop) -> bool:
    waiting = OutboxMessage.objects.filter(
        ~pauses.held(),
        connection=shop.account_id,
        kind=kinds.ORDER,
        state=OutboxMessage.State.WAITING,
        due_at__lte=timezone.now(),
    )
    return waiting.count() >= ENOUGH_WAITING


def _page(upload: Upload) -> bool:
    """One page of the site's orders, or as much of it as there is time for; False when there is no more to do now."""
    shop, place = upload.shop, upload.place or BEGINNING
    parts = upload_choice.from_json(upload.chosen).filters()
    with leased.calling(shop.site):
        rows, following = _read(shop, parts[place["part"]], place)
        taken, orders = _recorded(shop, _unseen(place, rows))
    sought = [Sought(order, noted_in(wire)) for order, wire in orders if not has_document(order)]
    with leased.calling(shop.account):
        client = clients.moysklad(shop.account, Priority.CATALOGUE, tenant=shop.name)
        verdicts = find(client, shop.account, sought)
    known = len(orders) - len(sought)
    onward = _onward(place, len(parts), rows, following, taken)
    return _store(upload, len(taken), known, [one.order for one in sought], verdicts, onward)


def _read(shop: Shop, part: OrderFilter, place: Place) -> tuple[Sequence[Wire], Any]:
    at = (str(place["at"][0]), int(place["at"][1])) if place["at"] else None
    return next(clients.woocommerce(shop.site).orders.pages(part, at))


def _recorded(shop: Shop, rows: Sequence[Wire]) -> tuple[Sequence[Wire], list[tuple[Order, Wire]]]:
    """What this job has time for, one at least, and its orders as usual, without anything that follows; one that cannot
    be read is set aside by the inbox.
    """
    found: dict[int, Wire] = {}
    taken: list[Wire] = []
    for wire in rows:
        if taken and worktime.time_is_up():
            break
        taken.append(wire)
        try:
            order = accept(shop, dict(wire), read_at=None, history=True)
        except (DomainError, PermanentError) as error:
            if isinstance(error, PermanentError) and is_outage(error):
                raise
            note_polled(shop, dict(wire))
        else:
            if order is not None:
                found[order.pk] = wire
    orders = Order.objects.filter(pk__in=found).select_related("binding", "shop__site", "shop__account")
    orders = orders.prefetch_related("refunds").order_by("placed_at", "pk")
    return taken, [(order, found[order.pk]) for order in orders]


def _onward(
    place: Place, parts: int, rows: Sequence[Wire], following: Any, taken: Sequence[Wire]
) -> Place | None:
    """Where the next job begins; None when nothing is left."""
    whole = len(taken) == len(_unseen(place, rows))
    return _after(place, parts, rows, following) if whole else _within(place, taken)


def _unseen(place: Place, rows: Sequence[Wire]) -> list[Wire]:
    return [row for row in rows if str(row.get("id")) not in place["seen"]]


def _after(place: Place, parts: int, rows: Sequence[Wire], following: Any) -> Place | None:
    """Where the next page begins. Orders of the second a page ends in come again: `seen` tells them."""
    if following is None:
        return {**BEGINNING, "part": place["part"] + 1} if place["part"] + 1 < parts else None
    seen = _seen(place, rows)
    kept = {order: date for order, date in seen.items() if date > following[0]}
    return {"part": place["part"], "at": list(following), "seen": kept}


def _within(place: Place, taken: Sequence[Wire]) -> Place:
    """The same page once more, without what was taken of it."""
    return {**place, "seen": _seen(place, taken)}


def _seen(place: Place, rows: Sequence[Wire]) -> dict[str, str]:
    seen: dict[str, str] = place["seen"]
    return seen | {str(row.get("id")): str(row.get("date_created_gmt")) for row in rows}


def _store(
    upload: Upload,
    read: int,
    known: int,
    orders: Sequence[Order],
    verdicts: Mapping[int, Verdict],
    place: Place | None,
) -> bool:
    """What the page brought and the place together, unless somebody else took over or it was cancelled meanwhile."""
    with transaction.atomic():
        row = leased.held(upload)
        if row is None:
            return False
        row.read, row.known = row.read + read, row.known + known
        for order in orders:
            _settle(row, order, verdicts.get(order.pk))
        row.place = upload.place = place
        if place is None:
            row.state, row.finished_at = Upload.State.DONE, timezone.now()
        row.save()
    return row.state == Upload.State.RUNNING


def _settle(upload: Upload, order: Order, verdict: Verdict | None) -> None:
    """Link an order, put it before a person, or ask for its document, and count it."""
    if isinstance(verdict, Found):
        if link(order, verdict.document):
            upload.linked += 1
        else:
            upload.known += 1
    elif isinstance(verdict, Doubtful):
        flags.show_only(order, [verdict.problem], *DOUBTS)
        upload.doubtful += 1
    else:
        flags.lower(order, *DOUBTS)
        if upload.create_missing and upload_choice.from_json(upload.chosen).makes(order.status):
            Order.objects.filter(pk=order.pk).update(requested=True)
            shop, payload = order.shop, {"upload": upload.pk}
            enqueue(shop, shop.account, kinds.ORDER, order.object_key, payload)
            upload.queued += 1
