"""The inbox: events found and read, of buyers no more than needed, one or many handled once more."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bridge.inbox.models import InboxEvent
from bridge.people.roles import Role, give_role
from bridge.sync import leased, once_more
from bridge.sync.models import ReplayRun
from bridge.sync.replays import replay_portions, replays
from bridge.sync.replays.selection import ACCOUNT, SITE, Selection, from_json
from tests import factories

LIST = "/admin/bridge/inboxevent/"
ADD = "/admin/bridge/replayrun/add/"
BODY = {
    "event": "order.changed",
    "order": {
        "id": 77,
        "total": "1500.00",
        "order_key": "wc_order_Secret123",
        "billing": {
            "first_name": "Анна",
            "last_name": "Петрова",
            "email": "anna@example.org",
            "phone": "+79160000001",
        },
    },
}


def event(**values: Any) -> InboxEvent:
    made: InboxEvent = factories.EventFactory(**{"body": json.dumps(BODY, ensure_ascii=False), **values})
    return made


def page_of(one: InboxEvent) -> str:
    return f"{LIST}{one.pk}/change/"


@pytest.fixture
def staff_client(db: None, client: Client) -> Client:
    person = User.objects.create_user("anna", password="a long password")
    give_role(person, Role.STAFF)
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


def test_of_buyers_an_event_shows_no_more_than_the_log_of_calls_does(staff_client: Client) -> None:
    one = event()
    for address in (page_of(one), f"{page_of(one)}?whole=1"):
        html = staff_client.get(address).content.decode()
        assert "1500.00" in html
        for secret in ("anna@example.org", "Петрова", "79160000001", "wc_order_Secret123"):
            assert secret not in html, (address, secret)
        assert "are masked" in html
        assert "Show them" not in html


def test_an_owner_sees_what_is_of_buyers_when_asking_for_it(desk: Any) -> None:
    one = event()
    assert "anna@example.org" not in desk.get(page_of(one), "en")
    whole = desk.get(page_of(one), "en", whole="1")
    assert "anna@example.org" in whole
    assert "Hide what is of buyers" in whole


def test_the_shops_own_secret_is_shown_to_nobody(desk: Any) -> None:
    site = factories.SiteFactory(credentials={"event_secret": "a-very-secret-word"})
    one = event(connection=site, body='{"note": "a-very-secret-word"}')
    assert "a-very-secret-word" not in desk.get(page_of(one), "en", whole="1")


def test_what_is_no_json_is_shown_as_it_is(desk: Any) -> None:
    assert "&lt;html&gt;oops" in desk.get(page_of(event(body="<html>oops")), "en")


def test_an_event_leads_to_its_order_and_its_calls(desk: Any) -> None:
    order = factories.OrderFactory()
    one = event(connection=order.shop.site, source_id=order.source_id)
    html = desk.get(page_of(one), "en")
    assert f"/admin/bridge/order/{order.pk}/change/" in html
    assert f"/admin/bridge/apicall/?of=event:{one.pk}" in html


def found(desk: Any, **query: str) -> int:
    return int(desk.get(LIST, "en", **query).count('name="_selected_action"'))


def test_events_are_found_by_order_and_by_delivery(desk: Any) -> None:
    order = factories.OrderFactory(number="A-1005")
    mine = event(connection=order.shop.site, source_id=order.source_id, delivery_id="a-known-delivery")
    event(connection=order.shop.site, source_id="999999")
    for words in ("A-1005", order.source_id, "a-known-delivery", "A-1005 a-known-delivery"):
        html = desk.get(LIST, "en", q=words)
        assert html.count('name="_selected_action"') == 1, words
        assert page_of(mine) in html
    assert found(desk, q="nothing-like-it") == 0


def test_events_are_narrowed_by_state_kind_and_day(desk: Any) -> None:
    old = event(state="failed")
    InboxEvent.objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=9))
    event(topic="moysklad.stock", connection=factories.AccountFactory())
    today = timezone.localdate().isoformat()
    assert found(desk) == 2
    assert found(desk, state__exact="failed") == 1
    assert found(desk, topic="moysklad.stock") == 1
    assert found(desk, received_at_from=today) == 1


def test_a_few_chosen_ones_are_put_back_at_once(desk: Any) -> None:
    rows = [event(state="done") for _n in range(3)]
    [said] = desk.do("inboxevent", "replay_many", rows)
    assert "3" in said
    assert InboxEvent.objects.filter(state="waiting").count() == 3
    assert not ReplayRun.objects.exists()


def test_many_chosen_ones_are_work_of_its_own(desk: Any) -> None:
    shop = factories.ShopFactory()
    rows = [event(connection=shop.site, state="done") for _n in range(51)]
    desk.do("inboxevent", "replay_many", rows)
    run = ReplayRun.objects.get()
    assert (run.shop, run.total, run.by) == (shop, 51, "owner")
    assert InboxEvent.objects.filter(state="done").count() == 51, "not before their portion"
    assert "51" in desk.get(f"/admin/bridge/replayrun/{run.pk}/change/", "en")


def test_a_period_is_estimated_before_anything_begins(desk: Any) -> None:
    shop = factories.ShopFactory()
    for _n in range(3):
        event(connection=shop.site, state="done")
    event(connection=shop.account, topic="moysklad.customerorder", state="done")
    event(connection=shop.site, state="waiting")
    answer = desk.post(ADD, {"shop": shop.pk, "since": "2020-01-01T00:00", "look": "1"}, "en")
    html = answer.content.decode()
    assert "Events to process again: 4." in html
    assert "About 1 calls to MoySklad" in html
    assert not ReplayRun.objects.exists()
    desk.post(ADD, {"shop": shop.pk, "since": "2020-01-01T00:00", "of": SITE, "start": "1"}, "en")
    assert ReplayRun.objects.get().total == 3


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"since": "2020-01-01T00:00"}, "No event fits."),
        ({"since": "2999-01-01T00:00"}, "This moment is still to come."),
        ({"since": "2020-01-02T00:00", "until": "2020-01-01T00:00"}, "The end lies before the beginning."),
        ({"since": "yesterday"}, "Enter a valid date/time."),
    ],
)
def test_a_choice_that_cannot_be_is_said(desk: Any, answers: dict[str, str], said: str) -> None:
    shop = factories.ShopFactory()
    answer = desk.post(ADD, {"shop": shop.pk, "start": "1", **answers}, "en")
    assert said in answer.content.decode()
    assert not ReplayRun.objects.exists()


def test_a_second_run_waits_for_the_first(desk: Any) -> None:
    shop = factories.ShopFactory()
    event(connection=shop.site, state="done")
    asked = {"shop": shop.pk, "since": "2020-01-01T00:00", "start": "1"}
    desk.post(ADD, asked, "en")
    assert "being processed again just now" in desk.post(ADD, asked, "en").content.decode()
    assert ReplayRun.objects.count() == 1


@pytest.mark.django_db
def test_the_oldest_go_first_and_no_more_than_a_portion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once_more, "PORTION", 2)
    shop = factories.ShopFactory()
    rows = [event(connection=shop.site, state="done") for _n in range(5)]
    run = replays.start(shop, Selection(), "anna")
    run = taken(run)
    assert replay_portions.portion(run) == once_more.WAIT
    assert keys() == [rows[0].pk, rows[1].pk]
    InboxEvent.objects.filter(pk=rows[0].pk).update(state="done")
    InboxEvent.objects.filter(pk=rows[1].pk).update(state="failed")
    assert replay_portions.portion(run) == once_more.WAIT
    assert keys() == [rows[2].pk, rows[3].pk]
    later = event(connection=shop.site, state="done")
    waiting().update(state="done")
    replay_portions.portion(run)
    assert keys() == [rows[4].pk]
    waiting().update(state="done")
    assert replay_portions.portion(run) == 0
    run.refresh_from_db()
    assert (run.state, run.done, run.went, run.failed) == ("done", 5, 4, 1)
    later.refresh_from_db()
    assert later.state == "done", "what came after the start is not meant"


@pytest.mark.django_db
def test_a_selection_is_kept_as_it_is() -> None:
    now = timezone.now()
    for one in (Selection(), Selection(now, now, ACCOUNT, True, (1, 2))):
        assert from_json(json.loads(json.dumps(one.to_json()))) == one


def taken(run: ReplayRun) -> ReplayRun:
    leased.take(ReplayRun.objects.filter(pk=run.pk))
    return ReplayRun.objects.select_related("shop").get(pk=run.pk)


def waiting() -> Any:
    return InboxEvent.objects.filter(state="waiting").order_by("pk")


def keys() -> list[int]:
    return list(waiting().values_list("pk", flat=True))
