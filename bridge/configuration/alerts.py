"""[alerts] and [[alerts.recipients]]: when something is worth an alert, how they are sent, who is told what."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from bridge.alerts.channels import telegram
from bridge.alerts.channels.refused import Refused
from bridge.alerts.models import AlertRules, Kind, Recipient
from bridge.configuration.errors import ConfigurationError
from bridge.configuration.shapes import Flag, OneOf, Shape, Text, Texts, Whole
from bridge.connections.models import Shop
from bridge.problems import sentence

HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
RULES: dict[str, Shape] = {
    "backlog_minutes": Whole(1, 1440, "minutes"),
    "away_minutes": Whole(0, 1440, "minutes"),
    "budget_percent": Whole(10, 100, "percent"),
    "digest_weekday": Whole(1, 7, "days of the week (1 is Monday)"),
    "digest_hour": Whole(0, 23, "hours"),
    "smtp_host": Text(255),
    "smtp_port": Whole(1, 65535, "ports"),
    "smtp_security": OneOf(*AlertRules.Security.values),
    "smtp_user": Text(255),
    "smtp_sender": Text(255),
}
SECRETS: dict[str, Shape] = {"smtp_password": Text(500), "telegram_token": Text(150)}
RECIPIENT: dict[str, Shape] = {
    "name": Text(100),
    "channel": OneOf(*Recipient.Channel.values),
    "address": Text(255),
    "active": Flag(),
    "language": OneOf(*(code for code, _label in settings.LANGUAGES)),
    "time_zone": Text(60),
    "quiet_from": Text(5),
    "quiet_to": Text(5),
    "kinds": Texts(10, tuple(Kind.values)),
    "urgent": Texts(10, tuple(Kind.values)),
    "shops": Texts(60),
}
NEEDED = ("name", "channel", "address")
LIST = "recipients"


def mistakes(table: Any) -> Iterator[str]:
    """What is wrong with [alerts] of a file."""
    if not isinstance(table, dict):
        yield "[alerts] must be a table"
        return
    known = {**RULES, **SECRETS}
    for key, value in table.items():
        if key in known:
            yield from (f"[alerts] “{key}” {said}" for said in known[key].mistakes(value))
        elif key != LIST:
            yield f"[alerts] unknown key “{key}”; known: {', '.join((*known, LIST))}"
    rows = table.get(LIST, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        yield f"[alerts] write [[alerts.{LIST}]], one table for each recipient"
        return
    names = [row.get("name") for row in rows]
    for number, row in enumerate(rows, 1):
        place = f"[[alerts.{LIST}]] number {number}:"
        yield from (f"{place} {said}" for said in _of_recipient(row))
        if names.count(row.get("name")) > 1:
            yield f"{place} the name “{row.get('name')}” is there twice"


def _of_recipient(row: Mapping[str, Any]) -> Iterator[str]:
    bad = False
    for key, value in row.items():
        found = list(RECIPIENT[key].mistakes(value)) if key in RECIPIENT else []
        yield from (f"“{key}” {said}" for said in found)
        bad = bad or bool(found)
        if key not in RECIPIENT:
            yield f"unknown key “{key}”; known: {', '.join(RECIPIENT)}"
    yield from (f"“{key}” is missing" for key in NEEDED if not row.get(key))
    if bad:
        return
    if row.get("time_zone", "UTC") not in zoneinfo.available_timezones():
        yield f"“{row['time_zone']}” is no time zone; write it like Europe/Moscow"
    hours = [row.get(name, "") for name in ("quiet_from", "quiet_to")]
    if any(hour and not HOUR.fullmatch(hour) for hour in hours):
        yield "quiet hours are written like 22:00"
    if bool(hours[0]) != bool(hours[1]):
        yield "quiet hours need both quiet_from and quiet_to, or neither"
    if row.get("channel") == Recipient.Channel.EMAIL and row.get("address"):
        try:
            validate_email(row["address"])
        except ValidationError:
            yield f"“{row['address']}” is no e-mail address"
    if row.get("channel") == Recipient.Channel.TELEGRAM and not re.fullmatch(
        r"-?\d+|@\w+", str(row.get("address", ""))
    ):
        yield "“address” of a Telegram chat is its number"


def check(table: Mapping[str, Any]) -> str:
    """The name of the bot whose token the file gives; '' without one. Asks Telegram. Raises ConfigurationError."""
    token = table.get("telegram_token")
    if not token:
        return ""
    try:
        return telegram.bot(token).username
    except Refused as refused:
        said = sentence(refused.problem.code, refused.problem.params)
        raise ConfigurationError(f"[alerts] telegram_token: {said}") from None


def apply(table: Mapping[str, Any], bot_name: str) -> None:
    """Store what the file says; keys it leaves out keep their values, a list of recipients replaces all. Shops are
    there already. Raises ConfigurationError; call it in a transaction."""
    rules = AlertRules.now()
    for key in RULES.keys() & table.keys():
        setattr(rules, key, table[key])
    given = {key: table[key] for key in SECRETS if key in table}
    rules.secrets = {key: value for key, value in {**rules.secrets, **given}.items() if value}
    if "telegram_token" in table:
        rules.bot_name = bot_name
    rules.save()
    if LIST in table:
        _replace(table[LIST])


def _replace(rows: list[dict[str, Any]]) -> None:
    """One that keeps its name stays who it is, so what was sent to it stays known."""
    Recipient.objects.exclude(name__in=[row["name"] for row in rows]).delete()
    shops = dict(Shop.objects.values_list("name", "pk"))
    for row in rows:
        wanted = row.get("shops", [])
        if unknown := [name for name in wanted if name not in shops]:
            there = ", ".join(sorted(shops)) or "none"
            raise ConfigurationError(
                f"[[alerts.{LIST}]] {row['name']}: no shop “{unknown[0]}”; there are: {there}"
            )
        recipient = Recipient.objects.filter(name=row["name"]).first() or Recipient(name=row["name"])
        for key in row.keys() - {"name", "shops", "quiet_from", "quiet_to"}:
            setattr(recipient, key, row[key])
        for key in {"quiet_from", "quiet_to"} & row.keys():
            setattr(recipient, key, time.fromisoformat(row[key]) if row[key] else None)
        recipient.save()
        if "shops" in row:
            recipient.shops.set(shops[name] for name in wanted)


def dump(*, secrets: bool = False) -> dict[str, Any]:
    """The table that would give the present settings; without `secrets` they are left out."""
    rules = AlertRules.now()
    return {
        **{key: getattr(rules, key) for key in RULES},
        **({key: rules.secrets.get(key, "") for key in SECRETS} if secrets else {}),
        LIST: [_written(row) for row in Recipient.objects.prefetch_related("shops")],
    }


def _written(row: Recipient) -> dict[str, Any]:
    plain = {key: getattr(row, key) for key in RECIPIENT if key not in ("shops", "quiet_from", "quiet_to")}
    hours = {name: getattr(row, name) for name in ("quiet_from", "quiet_to")}
    return {
        **plain,
        **{name: f"{hour:%H:%M}" if hour is not None else "" for name, hour in hours.items()},
        "shops": [shop.name for shop in row.shops.all()],
    }
