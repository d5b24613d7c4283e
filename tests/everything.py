"""A bridge with at least one of everything a person can look at; no network behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from bridge.alerts import announce
from bridge.alerts.episodes import Event
from bridge.alerts.models import Incident, Recipient
from bridge.connections.models import Shop
from bridge.diagnosis.models import Diagnosis
from bridge.history import deeds
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage, Pause
from bridge.pairing import codes
from bridge.people import tokens
from bridge.people.roles import Role
from bridge.problems.drifts import DRIFTS
from bridge.sync.attention import selection as attention
from bridge.sync.models import (
    DayTally,
    Drift,
    GoodsChange,
    GoodsRun,
    Heartbeat,
    LinkRun,
    LongWork,
    Reconciliation,
    ReplayRun,
    RetryRun,
    Upload,
)
from bridge.sync.replays import selection as replays
from tests import factories


@dataclass
class Rows:
    shop: Shop
    sent: Order
    parked: OutboxMessage
    dead: OutboxMessage


def a_shop_at_work() -> Rows:
    """A shop with a linked, a missing and an ambiguous item, orders in several states, events and flows."""
    shop = factories.ShopFactory()
    factories.MappingFactory(shop=shop)
    factories.MappingFactory(shop=shop, direction="to_site", site_status="completed", state_id="state-done")
    factories.LinkedListingFactory(shop=shop, product_id="1001", sku="MUG-0001")
    factories.ListingFactory(shop=shop, match="missing", write_error="Товар не найден")
    factories.ListingFactory(shop=shop, match="ambiguous")
    sent = factories.OrderFactory(shop=shop)
    factories.BindingFactory(order=sent)
    done = factories.MessageFactory(order=sent, state="done", done_at=timezone.now())
    factories.AttemptFactory(message=done)
    factories.AttemptFactory(message=done, outcome="done")
    factories.EventFactory(connection=shop.site, source_id=sent.source_id)
    factories.EventFactory(
        connection=shop.site,
        state="failed",
        body="<html>",
        problem="payload_not_an_order",
        problem_params={"detail": "1:1"},
    )
    parked = factories.ParkedFactory(order=factories.OrderFactory(shop=shop))
    factories.AttemptFactory(message=parked, outcome="parked")
    dead = factories.DeadFactory(order=factories.OrderFactory(shop=shop))
    gone = factories.OrderFactory(shop=shop)
    factories.BindingFactory(order=gone, gone="deleted")
    factories.ParkedFactory(order=gone, problem="document_gone", problem_params={"document": "00012"})
    factories.FlagFactory(order=sent)
    factories.RelatedDocumentFactory(order=sent)
    factories.RefundFactory(order=sent)
    factories.ReturnFactory(connection=shop.account)
    factories.ReturnFactory(connection=shop.account, order=sent)
    factories.WatermarkFactory(connection=shop.account, last_success_at=timezone.now() - timedelta(minutes=5))
    return Rows(shop, sent, parked, dead)


def everything(owner: User) -> Rows:
    """`a_shop_at_work`, and whatever people, nights and days leave behind."""
    rows = a_shop_at_work()
    shop = rows.shop
    factories.CallFactory(connection=shop.account)
    factories.CallFactory(
        connection=shop.site, direction="in", method="POST", path="/api/v1/events/", status=401
    )
    long_work(shop)
    differences(shop)
    goods(shop)
    alerts(shop)
    Pause.objects.create(shop=shop, by="Анна", why="Переезд склада")
    codes.make(shop.account, owner)
    tokens.make(owner, "Отчёты", Role.VIEWER, 90)
    deeds.note(owner, shop, "Выбран склад")
    Heartbeat.objects.update_or_create(pk=1, defaults={"at": timezone.now()})
    today = timezone.localdate()
    for back in range(30):
        day = today - timedelta(days=back)
        figures: dict[str, Any] = {
            "orders": 20 + back % 7 * 3,
            "failures": back % 5,
            "seconds": 2.5 + back % 3,
        }
        DayTally.objects.update_or_create(day=day, defaults={**figures, "counted_at": timezone.now()})
    return rows


def long_work(shop: Shop) -> None:
    """One of each that a person may ask for, ended and not."""
    state = LongWork.State
    ended: dict[str, Any] = {"state": state.DONE, "finished_at": timezone.now(), "total": 200}
    half: dict[str, Any] = {"state": state.PAUSED, "total": 200}
    Upload.objects.create(shop=shop, read=200, queued=150, linked=30, known=15, doubtful=5, **ended)
    Upload.objects.create(shop=shop, read=100, queued=90, **half)
    LinkRun.objects.create(shop=shop, kind="suggestions", step="made", least_score=90, done=200, **ended)
    LinkRun.objects.create(shop=shop, kind="file", file_name="товары.csv", done=100, **half)
    tried = attention.Selection(attention.MESSAGES, shop.pk, "unlinked_lines").to_json()
    RetryRun.objects.create(shop=shop, chosen=tried, by="Анна", done=200, went=180, failed=20, **ended)
    RetryRun.objects.create(shop=shop, chosen=tried, by="Анна", done=100, went=100, **half)
    since = replays.Selection(timezone.now() - timedelta(hours=3), timezone.now()).to_json()
    ReplayRun.objects.create(shop=shop, chosen=since, by="Анна", done=200, went=199, failed=1, **ended)
    ReplayRun.objects.create(shop=shop, chosen=since, by="Анна", done=100, went=100, **half)
    Diagnosis.objects.create(shop=shop, by="Анна", state=state.DONE, finished_at=timezone.now())


def differences(shop: Shop) -> None:
    """Every difference there is, found by one comparison."""
    run = Reconciliation.objects.create(
        shop=shop, total=40, done=40, state="done", finished_at=timezone.now(), counts={}
    )
    order, listing = factories.OrderFactory(shop=shop), factories.ListingFactory(shop=shop)
    for number, code in enumerate(code for code in DRIFTS if code.startswith("drift_")):
        about: dict[str, Any] = (
            {
                "subject": "order",
                "order": order,
                "title": order.number,
                "here": "585.00 RUB",
                "there": "“00012” 600.00",
            }
            if number % 2
            else {"subject": "stock", "listing": listing, "title": listing.name, "here": "6", "there": "4"}
        )
        Drift.objects.create(
            reconciliation=run,
            shop=shop,
            code=code,
            params={"reason": "unlinked_lines", "figures": {"lines": "Кружка"}},
            repair="send",
            **about,
        )


def goods(shop: Shop) -> None:
    """What would change on the site, and what was written."""
    for step, state in (("written", "done"), ("ready", "paused")):
        run = GoodsRun.objects.create(shop=shop, step=step, state=state, total=7, done=7)
        for made in GoodsChange.State.values:
            change(shop, run=run, state=made, mark="zero")
    change(shop, run=None, state="written", at=timezone.now())


def change(shop: Shop, **fields: Any) -> None:
    listing = factories.LinkedListingFactory(shop=shop)
    why = {"reason": "pieces_in_stock", "reason_params": {"stock": "6", "sold": "1", "less": "1"}}
    values = {"field": "stock", "old": "9", "new": "4", "values": {"old": "9", "new": "4"}, **why}
    GoodsChange.objects.create(shop=shop, listing=listing, **{**values, **fields})


def alerts(shop: Shop) -> None:
    """Somebody who is told, somebody who cannot be reached, and what they were told."""
    Recipient.objects.create(name="Анна", channel="email", address="anna@example.test")
    Recipient.objects.create(
        name="Виктор",
        channel="email",
        address="viktor@example.test",
        problem="mail_login",
        problem_params={"detail": "535"},
    )
    began = timezone.now()
    incident = Incident.objects.create(key="f", kind="failure", shop=shop, since=began, tellings=1)
    facts = {"code": "unlinked_lines", "count": 7, "new": 7, "orders": ["1001"], "since": began.isoformat()}
    announce.of_incident(incident, Event.BEGAN, facts, began)
