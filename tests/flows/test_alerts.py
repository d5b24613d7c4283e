"""Alerts over the real path: noticed by the workers, told once by e-mail and Telegram; gone workers by others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from killing import children, kill
from world import SLOW_MACHINE

from bridge.alerts.models import Alert, AlertDelivery, AlertRules, Incident, Recipient
from bridge.demo.launch import free_port, stop
from bridge.people.roles import Role, give_role
from tests.alerts.mail_sink import MailSink, mail_sink
from tests.alerts.telegram_box import TOKEN, TelegramBox, telegram_box

MAIL, TELEGRAM = free_port(), free_port()
WORLD = {
    "env": {
        "EMAIL_URL": f"smtp://127.0.0.1:{MAIL}",
        "EMAIL_FROM": "bridge@example.test",
        "TELEGRAM_API_URL": f"http://127.0.0.1:{TELEGRAM}",
        # Pauses of minutes last seconds; two silent heartbeats' time and the workers count as gone.
        "RETRY_SCALE": "0.02",
        "HEARTBEAT_TIMEOUT": "20",
        "LEASE_SECONDS": "20",
    },
    "web_workers": 2,
}
RECIPIENTS = "/admin/bridge/recipient/"
ADDRESS = "anna@example.test"


@pytest.fixture(scope="module")
def sink() -> Iterator[MailSink]:
    with mail_sink(MAIL) as found:
        yield found


@pytest.fixture(scope="module")
def box() -> Iterator[TelegramBox]:
    with telegram_box(TELEGRAM) as found:
        yield found


@pytest.fixture(autouse=True)
def anew(world: Any, sink: MailSink, box: TelegramBox) -> Iterator[None]:
    yield
    Recipient.objects.all().delete()
    world.box.moysklad.faults.clear()
    wrong = Incident.objects.filter(over_at=None).exclude(kind="budget")  # which is remembered for long
    world.until(lambda: not wrong.exists(), "nothing is wrong any more")
    sink.messages.clear()
    sink.refuse.clear()
    box.messages.clear()
    box.blocked.clear()
    box.slow_down, box.down = 0, False


class Owner:
    """The owner with a browser, over HTTP."""

    def __init__(self, url: str) -> None:
        self.url, self.session = url, requests.Session()
        self.session.cookies.set("django_language", "en")
        person, _made = User.objects.get_or_create(username="owner")
        give_role(person, Role.OWNER)
        browser = Client()
        browser.force_login(person)
        self.session.cookies.set("sessionid", browser.cookies["sessionid"].value)

    def get(self, path: str) -> str:
        answer = self.session.get(f"{self.url}{path}", timeout=SLOW_MACHINE)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def post(self, path: str, **data: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path))
        assert token is not None
        answer = self.session.post(
            f"{self.url}{path}",
            data={"csrfmiddlewaretoken": token[1], **data},
            headers={"Referer": f"{self.url}{path}"},
            timeout=SLOW_MACHINE,
        )
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text


@pytest.fixture
def owner(world: Any) -> Owner:
    return Owner(world.bridge.url)


def anna(**fields: Any) -> Recipient:
    given = {"name": "Anna", "channel": "email", "address": ADDRESS, "language": "en", "kinds": ["failure"]}
    return Recipient.objects.create(**{**given, **fields})


def refused(world: Any, orders: int) -> list[int]:
    """Orders that MoySklad refuses for one cause."""
    world.box.moysklad.configure(closed_before="2099-01-01")
    try:
        placed = [world.box.store.place_order({"S-00001": 1})["id"] for _n in range(orders)]
        for order in placed:
            world.message(order, state="dead")
    finally:
        world.box.moysklad.configure(closed_before="")
    return placed


def repaired(world: Any, orders: list[int]) -> None:
    from bridge.outbox import enqueue

    for order in orders:
        enqueue.retry(world.message(order, state="dead"))
    world.quiet()


def test_refused_orders_are_a_few_messages_and_the_end_is_one(world: Any, sink: MailSink) -> None:
    anna(kinds=["failure", "again", "over"])
    orders = refused(world, 8)
    world.until(lambda: sink.to(ADDRESS), "Anna hears of it")
    repaired(world, orders)
    world.until(
        lambda: any("nothing waits" in one for one in sink.subjects(ADDRESS)), "Anna hears of its end"
    )
    subjects = sink.subjects(ADDRESS)
    assert subjects[0] == "site: something needs you"
    assert len(subjects) <= 4
    assert sum("nothing waits" in one for one in subjects) == 1
    first = sink.to(ADDRESS)[0].get_body(("plain",)).get_content()
    assert f"{world.bridge.url}/admin/bridge/outboxmessage/attention/?shop={world.shop.pk}" in first
    assert str(orders[0]) in first or "others" in first
    waiting = AlertDelivery.objects.filter(state="waiting")
    world.until(lambda: not waiting.exists(), "what was said is noted")


def test_no_secret_and_no_buyer_stands_in_an_alert(world: Any, sink: MailSink) -> None:
    anna()
    orders = refused(world, 1)
    [mail] = world.until(lambda: sink.to(ADDRESS), "Anna hears of it")
    text = mail.as_string()
    order = world.row(orders[0])
    secrets = [
        value for account in (world.shop.site, world.shop.account) for value in account.credentials.values()
    ]
    for private in (order.email, order.phone, *secrets):
        assert private
        assert private not in text
    repaired(world, orders)


def test_telegram_is_connected_by_a_person(world: Any, box: TelegramBox, owner: Owner) -> None:
    page = f"{RECIPIENTS}telegram/"
    assert "does not know this token" in owner.post(page, do="token", token=TOKEN[:-1] + "x")
    assert AlertRules.now().secrets == {}
    assert "@sklad_alerts_bot" in owner.post(page, do="token", token=TOKEN)
    box.updates.clear()
    assert "Nobody has written to the bot" in owner.post(page, do="find")
    box.write_to_bot(-5, title="Shop chat")
    assert "Shop chat" in owner.post(page, do="find")
    owner.post(page, do="choose", chat="-5")
    chat = Recipient.objects.get(channel="telegram")
    assert (chat.name, chat.address) == ("Shop chat", "-5")
    owner.post(f"{RECIPIENTS}{chat.pk}/test/", _form_submitted="1")
    assert len(box.texts(-5)) == 1
    orders = refused(world, 1)
    world.until(lambda: len(box.texts(-5)) > 1, "the chat hears of it")
    repaired(world, orders)
    for page in (
        RECIPIENTS,
        f"{RECIPIENTS}{chat.pk}/change/",
        f"{RECIPIENTS}telegram/",
        f"{RECIPIENTS}rules/",
    ):
        assert TOKEN not in owner.get(page)
    assert TOKEN not in world.bridge.log_tail("web.log", 10000) + world.bridge.log_tail("worker.log", 10000)


def with_bot(**fields: Any) -> Recipient:
    rules = AlertRules.now()
    rules.secrets, rules.bot_name = {"telegram_token": TOKEN}, "sklad_alerts_bot"
    rules.save()
    given = {"name": "Chat", "channel": "telegram", "address": "77", "language": "en", "kinds": ["failure"]}
    return Recipient.objects.create(**{**given, **fields})


def test_telegrams_429_is_waited_for_and_the_message_comes_once(world: Any, box: TelegramBox) -> None:
    with_bot()
    box.chats.add("77")
    box.slow_down = 4
    orders = refused(world, 1)
    world.until(lambda: box.texts(77), "the chat hears of it")
    assert box.calls.count("sendMessage") <= 3 + 1, "nobody asks again before the time Telegram said"
    repaired(world, orders)
    assert len(box.texts(77)) == 1


def test_a_blocked_bot_is_shown_and_a_test_mends_it(world: Any, box: TelegramBox, owner: Owner) -> None:
    chat = with_bot()
    box.chats.add("77")
    box.blocked.add("77")
    orders = refused(world, 1)
    world.until(lambda: "The bot may not write into this chat" in owner.get(RECIPIENTS), "the desk says so")
    assert "Alerts do not reach: Chat" in owner.get("/admin/bridge/alert/")
    box.blocked.clear()
    owner.post(f"{RECIPIENTS}{chat.pk}/test/", _form_submitted="1")
    world.until(lambda: len(box.texts(77)) == 2, "what was held up comes after the test")
    assert "does not work" not in owner.get(RECIPIENTS)
    repaired(world, orders)


def test_a_mail_server_that_is_away_delays_and_loses_nothing(world: Any, sink: MailSink) -> None:
    anna()
    sink.refuse["MAIL"] = "451 4.3.0 come back later"
    orders = refused(world, 1)
    world.until(lambda: Recipient.objects.get().problem == "mail_sender", "the desk knows")
    assert sink.messages == []
    sink.refuse.clear()
    world.until(lambda: sink.to(ADDRESS), "Anna hears of it after all")
    world.until(lambda: Recipient.objects.get().problem == "", "the desk knows that it works again")
    repaired(world, orders)
    assert len(sink.to(ADDRESS)) == 1


def test_quiet_hours_hold_and_sum_up(world: Any, sink: MailSink) -> None:
    local = timezone.localtime()
    begin, end = (local - timedelta(hours=1)).time(), (local + timedelta(hours=1)).time()
    asleep = anna(quiet_from=begin, quiet_to=end, time_zone=timezone.get_current_timezone_name(), urgent=[])
    orders = refused(world, 1)
    world.box.moysklad.faults.add(
        "error", method="POST", path="entity/customerorder$", code=1045, status=403, count=None
    )
    more = world.box.store.place_order({"S-00002": 1})["id"]
    world.message(more, state="dead")
    world.box.moysklad.faults.clear()
    world.until(lambda: AlertDelivery.objects.filter(recipient=asleep).count() == 2, "two alerts are held")
    assert set(AlertDelivery.objects.filter(recipient=asleep).values_list("state", flat=True)) == {"waiting"}
    assert sink.to(ADDRESS) == []
    Recipient.objects.update(quiet_from=None, quiet_to=None)
    world.until(lambda: sink.to(ADDRESS), "the night is summed up")
    assert sink.subjects(ADDRESS) == ["Summary: 2"]
    repaired(world, [*orders, more])


def test_an_outage_of_the_account_is_one_alert(world: Any, sink: MailSink) -> None:
    AlertRules.objects.filter(pk=1).update(away_minutes=0)
    anna(kinds=["away", "auth", "over", "backlog"])
    world.box.moysklad.faults.add("status", status=503, count=None)
    for _n in range(10):
        world.box.store.place_order({"S-00001": 1})
    world.until(lambda: sink.to(ADDRESS), "Anna hears of it")
    world.box.moysklad.faults.clear()
    world.until(lambda: len(sink.to(ADDRESS)) == 2, "Anna hears of its end")
    assert sink.subjects(ADDRESS) == ["MoySklad “main” does not answer", "MoySklad “main” answers again"]
    world.quiet()


def test_gone_workers_are_told_of_by_the_web_process(world: Any, sink: MailSink) -> None:
    """The whole worker service is killed, its supervisor too: two web processes tell once."""
    anna(kinds=["worker", "over"])
    supervisor = world.bridge.worker.pid
    kill([supervisor, *children(supervisor)])
    stop(world.bridge.worker)
    try:
        world.until(lambda: sink.to(ADDRESS), "Anna hears that the exchange stands still", 150)
        assert sink.subjects(ADDRESS) == ["The exchange stands still"]
        assert Alert.objects.filter(subject="worker", event="began").count() == 1
    finally:
        world.bridge.start_worker()
        world.bridge.wait_ready()
    world.until(lambda: len(sink.to(ADDRESS)) == 2, "Anna hears that it works again")
    assert sink.subjects(ADDRESS)[1] == "The exchange works again"
