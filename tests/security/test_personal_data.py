"""What is kept of people ends in time, and a customer's data is shown, given out and taken out of every table."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bridge.domain import order as canonical
from bridge.domain.errors import Problem
from bridge.history import deeds
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import replay_all
from bridge.inbox.receive import receive
from bridge.orders import flags
from bridge.orders.contacts import BuyerContacts
from bridge.orders.models import CustomerBinding, Order
from bridge.orders.record import Change, Reading, record
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.people.roles import Role
from bridge.personal import retention, whose
from bridge.personal.anonymise import MASK, anonymise
from bridge.sync.orders import orders_to_moysklad
from tests import factories
from tests.people.conftest import person
from tests.security.dump import tables_with

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TOLD = {
    "name": "Аполлинария",
    "family": "Вышнеградская",
    "email": "apollinaria@example.test",
    "phone": "+7 921 555-48-73",
    "normal phone": "79215554873",
    "backwards": "37845551297",
    "street": "Конногвардейский бульвар 11",
    "note": "Звонить Аполлинарии после шести",
    "inn": "780204893183",
    "further": "паспорт 4012 554873",
}


def buyer(source_id: str, **changes: Any) -> canonical.Order:
    who = canonical.Customer(
        source_id="4711",
        first_name=TOLD["name"],
        last_name=TOLD["family"],
        email="Apollinaria@example.test",
        phone=TOLD["phone"],
        inn=TOLD["inn"],
        country="RU",
        meta=(canonical.Meta("passport", TOLD["further"]),),
    )
    place = canonical.Address(
        first_name=TOLD["name"], last_name=TOLD["family"], country="RU", city="Выборг", line1=TOLD["street"]
    )
    return factories.canonical_order(
        source_id, customer=who, billing=place, shipping=place, note=TOLD["note"], **changes
    )


@pytest.fixture
def order() -> Order:
    """An order with everything that may hang on one, long done."""
    row: Order = factories.OrderFactory(seen=buyer("5000"), source_id="5000")
    said = {"description": f"{TOLD['note']}, {TOLD['phone']}", "shipmentAddress": f"Выборг, {TOLD['street']}"}
    factories.BindingFactory(order=row, written=said, agent_id="agent-1")
    message = factories.MessageFactory(
        order=row, state=OutboxMessage.State.DONE, problem_params={"detail": TOLD["email"]}
    )
    factories.AttemptFactory(message=message, detail=f"412 {TOLD['family']}")
    event = factories.EventFactory(
        connection=row.shop.site,
        source_id="5000",
        body=json.dumps({"order": canonical.to_json(buyer("5000"))}),
    )
    factories.CallFactory(connection=row.shop.account, message=message, response_body=TOLD["note"])
    factories.CallFactory(connection=row.shop.site, event=event, request_body=TOLD["name"])
    factories.RefundFactory(order=row, content={"reason": TOLD["note"]})
    flags.show(row, Problem("contacts_differ", {"there": TOLD["email"]}))
    for key, value in (
        ("email", TOLD["email"]),
        ("phone", "+79215554873"),
        ("inn", TOLD["inn"]),
        ("site", "4711"),
    ):
        CustomerBinding.objects.create(
            connection=row.shop.account, key=key, value=value, external_id="agent-1"
        )
    BuyerContacts.objects.create(
        connection=row.shop.account,
        external_id="agent-1",
        written={"email": TOLD["email"]},
        as_of=timezone.now(),
    )
    deeds.note(person("olga", Role.OWNER), row, f"Sent to {TOLD['email']}.")
    return row


def test_a_customer_is_taken_out_of_every_table_and_the_orders_stay(order: Order) -> None:
    other = factories.OrderFactory(shop=order.shop, source_id="5001")
    before = {name: tables_with(text) for name, text in TOLD.items()}
    assert all(before.values()), before
    found = whose.of(" APOLLINARIA@example.test ")
    olga = LogEntry.objects.get().user
    assert anonymise(found, olga) == 1
    assert {name: tables for name, text in TOLD.items() if (tables := tables_with(text))} == {}
    order.refresh_from_db()
    assert (order.number, order.total_minor, len(order.canonical.lines)) == ("5000", 189170, 1)
    assert order.canonical.lines[0].name == "Кружка"
    assert order.canonical.shipping.country == "RU"
    assert order.canonical.customer.email == MASK
    assert order.binding.document_name
    assert Order.objects.get(pk=other.pk).email == other.email
    last = LogEntry.objects.order_by("-pk").first()
    assert last is not None
    assert last.user == olga
    assert str(order.pk) == last.object_id
    assert whose.of(TOLD["email"]).orders == whose.of(TOLD["phone"]).orders == []


def test_what_looks_like_a_customers_word_is_none_in_ids_sums_and_plans(order: Order) -> None:
    """Further fields may hold anything: “yes”, a number, the name of a kind."""
    agent, goods = "10000000-0000-4000-8000-780204893183", "a100b100-0100-4100-8100-100100100100"
    told = [
        *order.content["customer"]["meta"],
        *({"key": "more", "value": text} for text in ("100", "yes", "product", goods)),
    ]
    Order.objects.filter(pk=order.pk).update(
        content=order.content | {"customer": order.content["customer"] | {"meta": told}}
    )
    part = {
        "source_id": "100",
        "total_minor": 100,
        "lines": [{"line_id": "100", "quantity": "100"}],
        "origin": agent,
    }
    body = {
        "demand": {"meta": {"href": f"https://x.example/{goods}", "type": "product"}},
        "positions": [{"quantity": 100.0, "price": 10000.0, "assortment": goods}],
    }
    plan = {
        "positions": [part | {"reason": "{}"}],
        "return": [{"demand": goods, "body": body | {"description": "{}"}}],
    }
    refund = factories.RefundFactory(
        order=order, source_id="100", plan=_with(plan, f"yes: {TOLD['note']}, 1100 yesterday")
    )
    agreed = {"content": {"lines": [{"item": goods, "kind": "product", "quantity": "100"}]}, "gone": False}
    returned = factories.ReturnFactory(
        order=order, connection=order.shop.account, done=agreed["content"], agreed=agreed
    )
    said = {
        "name": "100",
        "positions": [{"item": goods, "quantity": "100"}],
        "attributes": [
            {"meta": {"type": "product"}, "value": "100"},
            {"meta": {"type": "product"}, "value": "yes"},
        ],
        "description": f"100 yes, {TOLD['email']}; {agent}",
    }
    order.binding.written = said
    order.binding.save()
    assert anonymise(whose.of(TOLD["email"]), LogEntry.objects.get().user) == 1
    for row in (refund, returned, order.binding):
        row.refresh_from_db()
    assert refund.plan == _with(plan, f"yes: {MASK}, 1100 yesterday")
    assert (returned.done, returned.agreed) == (agreed["content"], agreed)
    masked = [{"meta": {"type": "product"}, "value": MASK}] * 2
    assert order.binding.written == said | {"attributes": masked, "description": f"100 yes, {MASK}; {agent}"}


def _with(plan: dict[str, Any], text: str) -> dict[str, Any]:
    """The plan, with this for what was said of the refund."""
    filled: dict[str, Any] = json.loads(json.dumps(plan).replace('"{}"', json.dumps(text)))
    return filled


@pytest.mark.parametrize("asked", ["8 (921) 555-48-73", "+79215554873", "apollinaria@EXAMPLE.test"])
def test_they_are_found_by_any_spelling(order: Order, asked: str) -> None:
    assert whose.of(asked).orders == [order]


@pytest.mark.parametrize("asked", ["", "Вышнеградская", "4873", "%", "@", "5000"])
def test_half_a_contact_finds_nobody(order: Order, asked: str) -> None:
    assert whose.of(asked).orders == []


@pytest.mark.parametrize("what", ["message", "event"])
def test_what_is_still_to_be_sent_is_left_alone(order: Order, what: str) -> None:
    if what == "message":
        factories.MessageFactory(order=order, kind="payment")
    else:
        factories.EventFactory(connection=order.shop.site, source_id="5000", state=InboxEvent.State.WAITING)
    found = whose.of(TOLD["email"])
    assert (found.orders, found.busy) == ([], [order])
    assert anonymise(found, LogEntry.objects.get().user) == 0
    order.refresh_from_db()
    assert order.email == TOLD["email"]


def test_the_site_telling_the_same_again_brings_nothing_back(order: Order) -> None:
    Order.objects.update(digest="")
    record(order.shop, [Reading(buyer("5000"), None)], sure=True)
    anonymise(whose.of(TOLD["email"]), LogEntry.objects.get().user)
    later = buyer("5000", modified_at=timezone.now())
    [(_order, change)] = record(order.shop, [Reading(later, None)], sure=True)
    assert change is Change.SAME
    order.refresh_from_db()
    assert order.email == ""
    assert TOLD["family"] not in str(order.content)
    completed = buyer("5000", modified_at=timezone.now(), status="completed")
    record(order.shop, [Reading(completed, None)], sure=True)
    order.refresh_from_db()
    assert order.anonymised_at is None, "what the site changed is the site's word"


def test_a_document_of_such_an_order_is_left_as_it_is(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    anonymise(whose.of(TOLD["email"]), LogEntry.objects.get().user)
    monkeypatch.setattr(orders_to_moysklad, "_bring", lambda *_args: pytest.fail("it was called"))
    message = factories.MessageFactory(order=order)
    assert list(orders_to_moysklad.deliver([message])) == [message.pk]


def test_an_export_holds_everything_and_no_secret(order: Order, capsys: Any) -> None:
    call_command("personal_data", "export", TOLD["email"])
    told = capsys.readouterr().out
    given = json.loads(told)
    assert all(TOLD[name] in told for name in ("name", "family", "phone", "street", "note", "inn", "further"))
    assert {name for name, rows in given.items() if rows} >= {
        *("orders", "documents", "refunds", "flags", "events", "messages", "calls", "known_again"),
        *("contacts", "history"),
    }
    secrets = [*order.shop.site.credentials.values(), order.shop.account.hook_token]
    assert not any(secret in told for secret in secrets)


def test_the_command_counts_and_wants_an_owner(order: Order, capsys: Any) -> None:
    call_command("personal_data", "show", TOLD["phone"])
    assert "orders: 1" in capsys.readouterr().out
    person("anna", Role.STAFF)
    with pytest.raises(CommandError, match="--by"):
        call_command("personal_data", "anonymise", TOLD["phone"], "--by", "anna")
    call_command("personal_data", "anonymise", TOLD["phone"], "--by", "olga")
    assert "1 orders hold no personal data" in capsys.readouterr().out


def test_only_owners_reach_the_page(order: Order) -> None:
    page = reverse("admin:bridge_order_personal")
    for role in (Role.STAFF, Role.VIEWER):
        client = Client()
        client.force_login(person(f"a-{role}", role))
        assert client.post(page, {"who": TOLD["email"], "do": "anonymise"}).status_code == 403
    owner = Client()
    owner.force_login(LogEntry.objects.get().user)
    shown = owner.post(page, {"who": TOLD["email"]}).content.decode()
    assert TOLD["family"] not in shown
    heading = re.findall(r'class="align-middle[^"]*truncate[^"]*">\s*([^<]*?)\s*<', shown)
    assert heading == ["Персональные данные"]
    assert 'value="anonymise"' in shown
    given = owner.post(page, {"who": TOLD["email"], "do": "export"})
    assert TOLD["family"] in json.loads(given.content)["orders"][0]["content"]["customer"]["last_name"]
    assert owner.post(page, {"who": TOLD["email"], "do": "anonymise"}).status_code == 200
    assert tables_with(TOLD["family"]) == []


def test_what_is_too_old_goes_and_what_is_needed_stays(order: Order, settings: Any) -> None:
    settings.KEEP_HISTORY_DAYS = 400
    now = timezone.now()
    failed = factories.EventFactory(connection=order.shop.site, state=InboxEvent.State.FAILED, body="{}")
    retention.forget(now)
    assert DeliveryAttempt.objects.exists()
    assert InboxEvent.objects.filter(body="").count() == 0
    retention.forget(now + 91 * DAY)
    assert list(InboxEvent.objects.exclude(body="")) == [failed]
    retention.forget(now + 366 * DAY)
    assert not DeliveryAttempt.objects.exists()
    assert OutboxMessage.objects.count() == 1
    assert LogEntry.objects.exists()
    retention.forget(now + 401 * DAY)
    assert not LogEntry.objects.exists()
    order.refresh_from_db()
    assert order.email == TOLD["email"]


def test_no_more_than_a_portion_goes_at_once_and_zero_keeps_for_good(
    order: Order, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PORTION", 3)
    factories.EventFactory.create_batch(5, connection=order.shop.site)
    later = timezone.now() + 100 * DAY
    assert [retention.forget(later) for _time in range(3)] == [3, 3, 0]
    settings.KEEP_ATTEMPTS_DAYS = 0
    retention.forget(later + 1000 * DAY)
    assert DeliveryAttempt.objects.exists()


def test_a_delivery_is_still_recognised_when_its_body_is_gone(order: Order) -> None:
    event = factories.EventFactory(connection=order.shop.site)
    retention.forget(timezone.now() + 91 * DAY)
    event.refresh_from_db()
    assert event.body == ""
    assert receive(order.shop.site, event.topic, event.dedup_key, "{}") is None
    assert replay_all([event.pk]) == 0, "there is nothing left to process"
