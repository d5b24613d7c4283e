"""What a shop's own pages show of its orders: asked and signed by the plugin, for the orders on one screen at once.

A question is a POST because the signature covers its body: which orders are meant cannot be changed on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bridge.api.sending import QUEUED, sent_again
from bridge.connections.models import Shop
from bridge.dashboard.orders.order_states import ATTENTION, standing, with_standing
from bridge.history import deeds
from bridge.history.deeds import in_words
from bridge.inbox.shop_requests import (
    Refusal,
    raw_body,
    refused,
    require_site,
    shop_connection,
    signed_by_plugin,
)
from bridge.mapping.wire_text import plain
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.people import of_sites
from bridge.problems import remedy, sentence

MOST = 200
LONGEST_NAME = 100
UNKNOWN = "unknown"
Answer = dict[str, Any]


@csrf_exempt
@require_POST
def states(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Where these orders stand: `{"orders": [{id, state, label, number, url, page, problem, remedy}]}`.

    `state` is the standing's code (dashboard/order_states.py) or "unknown"; `number` and `url` are the document's in
    MoySklad, `page` the order's on the desk; texts are in the language asked for. 400, 401, 403, 413 as for events.
    """
    return _answered(request, connection_id, _states)


@csrf_exempt
@require_POST
def send(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Send these orders to MoySklad once more: `{"orders": [{id, result}]}`: queued, not_sent (its status is not sent),
    removed (its document was; staff decide on the desk) or unknown. `by`: who pressed the button, for the history.
    """
    return _answered(request, connection_id, _send)


def _answered(
    request: HttpRequest, connection_id: int, act: Callable[[Shop, list[int], str], list[Answer]]
) -> HttpResponse:
    try:
        body = raw_body(request)
        connection = shop_connection(connection_id)
        _request_id, data = signed_by_plugin(request, connection, body)
        require_site(connection, plain(data.get("site")))
        shop = Shop.objects.select_related("site", "account").filter(site=connection).first()
        if shop is None:
            raise Refusal(409, "no_shop", "This site belongs to no shop yet.")
        ids = _ids(data.get("orders"))
        by = deeds.short(plain(data.get("by"), LONGEST_NAME))
    except Refusal as refusal:
        return refused(request, refusal)
    with translation.override("ru" if plain(data.get("language")).lower().startswith("ru") else "en"):
        return JsonResponse({"orders": act(shop, ids, by)}, headers={"Cache-Control": "no-store"})


def _ids(value: Any) -> list[int]:
    wanted = value if isinstance(value, list) else []
    if not wanted or len(wanted) > MOST or not all(type(one) is int and 0 < one < 2**63 for one in wanted):
        raise Refusal(400, "malformed", f"“orders” is a list of 1 to {MOST} ids.")
    return list(dict.fromkeys(wanted))


def _orders(shop: Shop, ids: list[int]) -> dict[int, Order]:
    """By the site's id; of a restored site's two orders with one id, the later."""
    rows = with_standing(Order.objects.filter(shop=shop, source_id__in=[str(one) for one in ids]))
    return {int(row.source_id): row for row in rows.order_by("pk")}


def _states(shop: Shop, ids: list[int], _by: str) -> list[Answer]:
    orders = _orders(shop, ids)
    waiting = OutboxMessage.objects.filter(
        object_key__in=[order.object_key for order in orders.values()], state__in=ATTENTION
    )
    obstacles = {message.object_key: message for message in waiting.order_by("pk")}
    return [_state(one, orders.get(one), obstacles) for one in ids]


def _state(source_id: int, order: Order | None, obstacles: dict[str, OutboxMessage]) -> Answer:
    if order is None:
        return {"id": source_id, "state": UNKNOWN}
    now = standing(order)
    binding: OrderBinding | None = getattr(order, "binding", None)
    shown: Answer = {
        "id": source_id,
        "state": now.code,
        "label": str(now.label),
        "number": binding.document_name if binding else "",
        "url": _document_url(binding),
        "page": f"{settings.BRIDGE_PUBLIC_URL}{reverse('admin:bridge_order_change', args=[order.pk])}",
    }
    if (message := obstacles.get(order.object_key)) is not None:
        shown["problem"] = sentence(message.problem, message.problem_params)
        shown["remedy"] = remedy(message.problem)
    return shown


def _document_url(binding: OrderBinding | None) -> str:
    if binding is None or binding.gone or not binding.page_url.startswith("https://"):
        return ""
    return binding.page_url


def _pressed(by: str) -> str:
    """An older plugin does not say who it was."""
    if not by:
        return gettext("Sent again on the site.")
    return gettext("Sent again on the site by %(name)s.") % {"name": by}


def _send(shop: Shop, ids: list[int], by: str) -> list[Answer]:
    orders = _orders(shop, ids)
    results = {one: sent_again(order) for one, order in orders.items()}
    if queued := [order for one, order in orders.items() if results[one] == QUEUED]:
        deeds.note_many(of_sites.somebody(), queued, in_words(lambda: _pressed(by)))
    return [{"id": one, "result": results.get(one, UNKNOWN)} for one in ids]
