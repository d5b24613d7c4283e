"""Alerts on the desk: what was told and what is held, recipients with a test, Telegram in steps, settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from bridge.alerts import announce
from bridge.alerts.episodes import Event
from bridge.alerts.models import Alert, AlertDelivery, AlertRules, Incident, Kind, Recipient
from tests import factories
from tests.admin.conftest import Desk
from tests.admin.test_pages import words_of
from tests.alerts.telegram_box import TOKEN, TelegramBox, telegram_box

LIST, RECIPIENTS = "/admin/bridge/alert/", "/admin/bridge/recipient/"


@pytest.fixture
def box(settings: Any) -> Iterator[TelegramBox]:
    with telegram_box() as found:
        settings.TELEGRAM_API_URL = found.url
        yield found


def anna(**fields: Any) -> Recipient:
    return Recipient.objects.create(name="Anna", channel="email", address="anna@example.test", **fields)


def told(**facts: Any) -> Alert:
    shop = factories.ShopFactory(name="kruzhki")
    incident = Incident.objects.create(key="f", kind="failure", shop=shop, since=timezone.now(), tellings=1)
    said = {
        "code": "unlinked_lines",
        "count": 7,
        "new": 7,
        "orders": ["1001"],
        "since": incident.since.isoformat(),
    }
    alert = announce.of_incident(incident, Event.BEGAN, {**said, **facts}, timezone.now())
    assert alert is not None
    return alert


def test_an_empty_list_says_how_to_begin(desk: Desk) -> None:
    html = desk.get(LIST, "en")
    assert "Nobody is told anything yet." in html
    assert f"{RECIPIENTS}telegram/" in html


def test_a_recipient_does_not_work_before_there_is_a_mail_server(desk: Desk, settings: Any) -> None:
    settings.EMAIL_URL = ""
    anna()
    assert "No mail server is entered" in words_of(desk.get(RECIPIENTS, "en"))
    AlertRules.objects.create(pk=1, smtp_host="mail.example.test")
    assert "No mail server" not in words_of(desk.get(RECIPIENTS, "en"))


def test_the_list_says_what_is_held_and_until_when(desk: Desk, settings: Any) -> None:
    settings.BRIDGE_PUBLIC_URL = "https://bridge.example.test"
    now = timezone.localtime()
    quiet = {"quiet_from": time(0, 0), "quiet_to": time(23, 59)}
    anna(urgent=[], time_zone=timezone.get_current_timezone_name(), **quiet)
    alert = told()
    text = words_of(desk.get(LIST, "en"))
    assert "kruzhki: something needs you" in text
    if now.time() < time(23, 59):
        assert "Anna — held in quiet hours until" in text
    page = desk.get(f"{LIST}{alert.pk}/change/", "en")
    assert "Orders: 1001 and others." in page
    assert "https://bridge.example.test/admin/bridge/outboxmessage/attention/?shop=" in page
    AlertDelivery.objects.update(state="sent", sent_at=now)
    assert "Anna — sent" in words_of(desk.get(LIST, "en"))


def test_a_channel_that_does_not_work_stands_on_top(desk: Desk) -> None:
    anna(problem="mail_login", problem_params={"detail": "535 no"})
    html = desk.get(LIST, "en")
    assert "Alerts do not reach: Anna" in html
    assert "535 no" in html
    assert "does not work" in desk.get(RECIPIENTS, "en")


def test_a_new_recipient_is_told_everything_unless_something_is_left_out(desk: Desk) -> None:
    html = desk.get(f"{RECIPIENTS}add/")
    chosen = re.findall(r'<input[^>]*name="kinds"[^>]*>', html)
    assert len(chosen) == len(Kind.choices)
    assert all("checked" in one for one in chosen)


def test_a_recipient_is_entered_and_changed(desk: Desk) -> None:
    data = {
        "name": "Anna",
        "address": "anna@example.test",
        "active": "on",
        "language": "ru",
        "time_zone": "Asia/Omsk",
        "quiet_from": "22:00",
        "quiet_to": "08:00",
        "kinds": ["failure", "auth"],
        "urgent": ["auth"],
    }
    desk.said(desk.post(f"{RECIPIENTS}add/", data))
    made = Recipient.objects.get()
    assert (made.channel, made.kinds, made.urgent) == ("email", ["failure", "auth"], ["auth"])
    assert (made.quiet_from, made.quiet_to) == (time(22), time(8))
    page = desk.post(f"{RECIPIENTS}{made.pk}/change/", {**data, "quiet_to": "", "address": "nowhere"}, "en")
    html = page.content.decode()
    assert "Enter both hours, or leave both empty." in html
    assert "Enter a valid email address." in html


def test_a_test_is_sent_and_a_refusal_is_told(desk: Desk, settings: Any) -> None:
    row = anna()
    assert "почтовый сервер" in desk.press("recipient", row.pk, "test")[0].lower() or mail.outbox == []
    settings.EMAIL_URL = "smtp://mail.example.test"
    desk.press("recipient", row.pk, "test")
    assert [message.to for message in mail.outbox] == [["anna@example.test"]]


def test_telegram_is_connected_in_three_steps(desk: Desk, box: TelegramBox) -> None:
    page = f"{RECIPIENTS}telegram/"
    assert "@BotFather" in desk.get(page, "en")
    bad = desk.post(page, {"do": "token", "token": "hello"}, "en").content.decode()
    assert "This is not a bot&#x27;s token." in bad or "This is not a bot's token." in bad
    desk.said(desk.post(page, {"do": "token", "token": TOKEN}))
    assert AlertRules.now().bot_name == "sklad_alerts_bot"
    box.write_to_bot(81, first_name="Мария", username="mkim")
    assert "Мария (@mkim)" in desk.post(page, {"do": "find"}).content.decode()
    desk.said(desk.post(page, {"do": "choose", "chat": "81"}))
    made = Recipient.objects.get()
    assert (made.channel, made.address, made.name) == ("telegram", "81", "Мария (@mkim)")
    desk.said(desk.post(page, {"do": "choose", "chat": "666"}))
    assert Recipient.objects.count() == 1
    desk.press("recipient", made.pk, "test")
    assert len(box.texts(81)) == 1
    for url in (page, RECIPIENTS, f"{RECIPIENTS}{made.pk}/change/", f"{RECIPIENTS}rules/"):
        assert TOKEN not in desk.get(url)


def test_settings_are_kept_and_the_password_never_shown(desk: Desk, settings: Any) -> None:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    data = {
        "backlog_minutes": "45",
        "away_minutes": "0",
        "budget_percent": "70",
        "digest_weekday": "5",
        "digest_hour": "18",
        "smtp_host": "127.0.0.1",
        "smtp_port": "587",
        "smtp_security": "starttls",
        "smtp_user": "shop@example.test",
        "smtp_password": "geheim-1",
        "smtp_sender": "",
    }
    desk.said(desk.post(f"{RECIPIENTS}rules/", data))
    desk.said(desk.post(f"{RECIPIENTS}rules/", {**data, "smtp_password": ""}))
    rules = AlertRules.now()
    assert (rules.backlog_minutes, rules.digest_weekday, rules.secrets) == (
        45,
        5,
        {"smtp_password": "geheim-1"},
    )
    assert "geheim-1" not in desk.get(f"{RECIPIENTS}rules/")
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = False
    page = desk.post(f"{RECIPIENTS}rules/", data, "en").content.decode()
    assert "This server cannot be used" in page
