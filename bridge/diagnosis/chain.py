"""The whole chain, hop by hop: the site is asked for a test event, which comes in, is stored and taken by a worker;
MoySklad is called, and, where the owner agreed to an item made for it, tells of that.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from bridge.connections import clients
from bridge.diagnosis.findings import Found, Later, bad, note, ok, warn
from bridge.diagnosis.look import Away, Look
from bridge.inbox.models import InboxEvent
from bridge.inbox.shop_requests import event_secrets
from connectors.errors import ConnectorError, NotFound
from connectors.moysklad.limits import Priority

ITEM = "Sklad Bridge: test"
# Seconds an event may take to be stored and handled, and a notification of MoySklad to come.
EVENT_WITHIN, HOOK_WITHIN = 40, 90
LOOK_EVERY = 1.0


def asked(look: Look) -> Found:
    """Bridge → site: the plugin is asked, signed, to send its test event now."""
    shop = look.shop
    look.place["asked_at"] = timezone.now().isoformat()
    try:
        told = look.site_client.plugin.ping(
            shop.home_url or shop.site.base_url, secrets=event_secrets(shop.site)
        )
    except NotFound:
        return warn("chain_old_plugin") if shop.plugin_version else note("chain_no_plugin")
    except ConnectorError:
        _ = look.site  # says it better, if the site is away altogether
        return bad("chain_not_asked")
    if not told["delivered"]:
        return bad("chain_not_delivered", detail=told["error"])
    look.place["sent"] = True
    return ok("chain_asked")


def came(look: Look) -> Found | Later:
    """Site → bridge: the event is in our tables, its signature was right."""
    if "sent" not in look.place:
        return _latest(look)
    row = _event(look)
    if row is None:
        return Later(LOOK_EVERY) if _waited(look, "asked_at") < EVENT_WITHIN else bad("chain_lost")
    return ok("chain_came")


def handled(look: Look) -> Found | Later:
    """Bridge → queue → worker."""
    if "sent" not in look.place:
        return note("chain_nothing_to_handle")
    row = _event(look)
    if row is not None and row.state == InboxEvent.State.DONE and row.processed_at is not None:
        took = (row.processed_at - row.received_at).total_seconds()
        return ok("chain_handled", ms=round(took * 1000))
    if _waited(look, "asked_at") < EVENT_WITHIN:
        return Later(LOOK_EVERY)
    return bad("chain_not_handled")


def called(look: Look) -> Found:
    """Worker → MoySklad."""
    _ = look.employee
    return ok("chain_called")


def told(look: Look) -> Found | Later:
    """MoySklad → bridge: a notification of an item that was made and deleted for it."""
    account = look.shop.account
    if not clients.hook_prefix(account):
        return note("hooks_no_address")
    if account.hooks_problem:
        return note("hooks_refused")
    if not look.run.trial:
        return _last_hook(look)
    if "item" not in look.place:
        look.place["made_at"] = timezone.now().isoformat()
        look.place["item"] = _make_and_delete(look)
        return Later(LOOK_EVERY)
    rows = InboxEvent.objects.filter(
        connection=account, topic="moysklad.product", body__contains=look.place["item"]
    )
    if (row := rows.order_by("received_at").first()) is not None:
        took = row.received_at - datetime.fromisoformat(look.place["made_at"])
        return ok("chain_told", seconds=max(round(took.total_seconds()), 0))
    return Later(LOOK_EVERY) if _waited(look, "made_at") < HOOK_WITHIN else bad("chain_not_told")


def _make_and_delete(look: Look) -> str:
    """The id of an item that is gone again. Our own calls fire no notifications otherwise."""
    account = look.shop.account
    client: Any = clients.moysklad(account, Priority.ORDERS, silent=False)

    def make() -> str:
        made = str(client.post("entity/product", {"name": ITEM})["id"])
        client.delete(f"entity/product/{made}")
        return made

    try:
        return str(look.asked(account, make))
    except Away as away:
        raise Away(warn("chain_not_made")) from away


def _event(look: Look) -> InboxEvent | None:
    since = datetime.fromisoformat(look.place["asked_at"])
    rows = InboxEvent.objects.filter(
        connection=look.shop.site_id, topic="woocommerce.ping", received_at__gte=since
    )
    return rows.order_by("pk").first()


def _latest(look: Look) -> Found:
    """Without a test event: when the plugin last sent one of its own."""
    rows = InboxEvent.objects.filter(connection=look.shop.site_id, topic__startswith="woocommerce.")
    row = rows.order_by("-pk").first()
    return note("chain_last_event", at=row.received_at.isoformat()) if row else note("chain_no_events")


def _last_hook(look: Look) -> Found:
    rows = InboxEvent.objects.filter(connection=look.shop.account_id, topic__startswith="moysklad.")
    row = rows.order_by("-pk").first()
    return note("chain_last_hook", at=row.received_at.isoformat()) if row else note("chain_no_hooks")


def _waited(look: Look, since: str) -> float:
    return (timezone.now() - datetime.fromisoformat(look.place[since])).total_seconds()
