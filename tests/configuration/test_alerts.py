"""[alerts] of the file and back: what is wrong is named at once, what is right comes out as it went in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.alerts.models import AlertRules, Kind, Recipient
from bridge.configuration import alerts
from bridge.configuration.apply import apply
from bridge.configuration.dump import dump
from bridge.configuration.errors import ConfigurationError
from bridge.configuration.read import check
from tests import factories
from tests.alerts.telegram_box import TOKEN, TelegramBox, telegram_box

ROOT = Path(__file__).parents[2]
ANNA = {
    "name": "Anna",
    "channel": "email",
    "address": "anna@example.test",
    "active": True,
    "language": "en",
    "time_zone": "Asia/Omsk",
    "quiet_from": "22:00",
    "quiet_to": "08:30",
    "kinds": ["failure", "over"],
    "urgent": [],
    "shops": ["kruzhki"],
}
CHAT = {"name": "Chat", "channel": "telegram", "address": "-100500"}
WHOLE: dict[str, Any] = {
    "backlog_minutes": 45,
    "away_minutes": 0,
    "budget_percent": 70,
    "digest_weekday": 7,
    "digest_hour": 20,
    "smtp_host": "smtp.example.test",
    "smtp_port": 587,
    "smtp_security": "starttls",
    "smtp_user": "shop@example.test",
    "smtp_sender": "",
    "smtp_password": "geheim",
    "telegram_token": TOKEN,
    "recipients": [ANNA, CHAT],
}


@pytest.fixture(autouse=True)
def box(settings: Any) -> Iterator[TelegramBox]:
    with telegram_box() as found:
        settings.TELEGRAM_API_URL = found.url
        yield found


@pytest.fixture
def shop(db: None) -> Any:
    return factories.ShopFactory(name="kruzhki")


def test_what_goes_in_comes_out(shop: Any) -> None:
    apply(check({"alerts": WHOLE}))
    out = dump(secrets=True)["alerts"]
    assert {key: value for key, value in out.items() if key != "recipients"} == {
        key: value for key, value in WHOLE.items() if key != "recipients"
    }
    anna, chat = out["recipients"]
    assert anna == ANNA
    assert chat["urgent"] == ["worker", "auth"]
    assert set(chat["kinds"]) == set(Kind.values)
    assert AlertRules.now().bot_name == "sklad_alerts_bot"
    apply(check({"alerts": out}))
    assert dump(secrets=True)["alerts"] == out


def test_secrets_are_shown_only_when_asked_for(shop: Any) -> None:
    apply(check({"alerts": WHOLE}))
    assert TOKEN not in str(dump())
    assert "geheim" not in str(dump())


def test_keys_left_out_keep_their_values_and_a_name_stays_who_it_was(shop: Any) -> None:
    apply(check({"alerts": WHOLE}))
    anna = Recipient.objects.get(name="Anna")
    apply(check({"alerts": {"away_minutes": 9}}))
    assert Recipient.objects.count() == 2
    assert AlertRules.now().secrets["telegram_token"] == TOKEN
    apply(check({"alerts": {"recipients": [{**ANNA, "language": "ru"}]}}))
    [row] = Recipient.objects.all()
    assert (row.pk, row.language) == (anna.pk, "ru")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"backlog_minutes": 0}, "backlog_minutes"),
        ({"colour": 1}, "unknown key “colour”"),
        ({"recipients": {}}, "write [[alerts.recipients]]"),
        ({"recipients": [{**ANNA, "address": "anna"}]}, "no e-mail address"),
        ({"recipients": [{**CHAT, "address": "anna"}]}, "is its number"),
        ({"recipients": [{**ANNA, "time_zone": "Mars/Base"}]}, "no time zone"),
        ({"recipients": [{**ANNA, "quiet_to": ""}]}, "both quiet_from and quiet_to"),
        ({"recipients": [{**ANNA, "quiet_to": "25:00"}]}, "like 22:00"),
        ({"recipients": [{**ANNA, "kinds": ["rumours"]}]}, "rumours"),
        ({"recipients": [ANNA, ANNA]}, "there twice"),
        ({"recipients": [{"name": "Anna"}]}, "“channel” is missing"),
    ],
)
def test_mistakes_are_named(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError) as found:
        check({"alerts": table})
    assert said in str(found.value)


def test_a_token_telegram_does_not_know_changes_nothing(shop: Any, box: TelegramBox) -> None:
    box.token = "1:another"
    with pytest.raises(ConfigurationError, match="telegram_token"):
        apply(check({"alerts": WHOLE}))
    assert not Recipient.objects.exists()


def test_a_shop_that_is_not_there_changes_nothing(db: None) -> None:
    with pytest.raises(ConfigurationError, match="no shop “kruzhki”"):
        apply(check({"alerts": WHOLE}))
    assert not Recipient.objects.exists()


def test_every_key_is_documented() -> None:
    text = (ROOT / "docs" / "alerts.md").read_text()
    keys = {**alerts.RULES, **alerts.SECRETS, **alerts.RECIPIENT}
    assert [key for key in keys if f"{key} = " not in text] == []
    assert [kind for kind in Kind.values if f"`{kind}`" not in text] == []


def test_every_rule_and_field_is_a_key() -> None:
    own = {"id", "secrets"} | {f.name for f in AlertRules._meta.concrete_fields if not f.editable}
    assert {f.name for f in AlertRules._meta.concrete_fields} - own == set(alerts.RULES)
    kept = {"id"} | {f.name for f in Recipient._meta.concrete_fields if not f.editable}
    fields = {f.name for f in Recipient._meta.concrete_fields} - kept | {"shops"}
    assert fields == set(alerts.RECIPIENT)
