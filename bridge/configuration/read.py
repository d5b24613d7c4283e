"""A configuration file as checked tables; every mistake in it is named at once (docs/configuration.md)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.errors import WrongHost
from connectors.transport.hosts import normal_address

MOYSKLAD_KEYS: dict[str, type] = {"base_url": str, "token": str, "login": str, "password": str}
SHOP_KEYS: dict[str, type] = {
    "url": str,
    "consumer_key": str,
    "consumer_secret": str,
    "event_secret": str,
    "moysklad": str,
    "organization": str,
    "stores": list,
    "sku_field": str,
    "stock_type": str,
    "send_statuses": list,
    "sales_channel": str,
    "number_prefix": str,
    "shipping_service": str,
    "reserve": bool,
    "intervals": dict,
    "states": dict,
    "statuses": dict,
}
REQUIRED = {"moysklad": ("base_url",), "shop": ("url", "consumer_key", "consumer_secret", "moysklad")}
INTERVALS = {"orders": (1, 86400), "statuses": (1, 86400), "stock": (1, 86400)}
CHOICES = {"sku_field": ("article", "code"), "stock_type": ("freeStock", "quantity", "stock")}
NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
# Characters that fit where a value is kept; everything else has room for MOST.
LONGEST = {"base_url": 255, "url": 255, "number_prefix": 30, "send_statuses": 60}
MOST = 500
STATUS, NAME_THERE = 60, 255
ADDRESSES = ("base_url", "url")


class ConfigurationError(Exception):
    """What is wrong with a file, one sentence per mistake."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass
class Configuration:
    """`moysklad` and `shop` tables by name, with the keys of the file."""

    moysklad: dict[str, dict[str, Any]] = field(default_factory=dict)
    shop: dict[str, dict[str, Any]] = field(default_factory=dict)


def read(path: Path) -> Configuration:
    """Parse and check a file. Raises ConfigurationError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from None
    return check(data)


def check(data: dict[str, Any]) -> Configuration:
    """Tables of a parsed file. Raises ConfigurationError with every mistake found."""
    mistakes = [
        f"unknown table [{name}]; there are [moysklad.NAME] and [shop.NAME]"
        for name in data
        if name not in REQUIRED
    ]
    for kind, keys in (("moysklad", MOYSKLAD_KEYS), ("shop", SHOP_KEYS)):
        for name, table in _tables(data, kind, mistakes).items():
            mistakes += _check_table(f"{kind}.{name}", table, keys, REQUIRED[kind])
    accounts, shops = _tables(data, "moysklad", []), _tables(data, "shop", [])
    for name, table in accounts.items():
        if not table.get("token") and not (table.get("login") and table.get("password")):
            mistakes.append(f"[moysklad.{name}] needs a token, or login and password")
    for name, table in shops.items():
        mistakes += _check_shop(f"shop.{name}", table)
    if mistakes:
        raise ConfigurationError(*mistakes)
    return Configuration(accounts, shops)


def _tables(data: dict[str, Any], kind: str, mistakes: list[str]) -> dict[str, dict[str, Any]]:
    tables = data.get(kind, {})
    good = {name: t for name, t in tables.items() if isinstance(t, dict)} if isinstance(tables, dict) else {}
    if not isinstance(tables, dict) or len(good) < len(tables):
        mistakes.append(f"write [{kind}.NAME], one table for each")
    return good


def _check_table(
    where: str, table: dict[str, Any], keys: dict[str, type], required: tuple[str, ...]
) -> list[str]:
    mistakes = [
        f"[{where}] unknown key “{key}”; known: {', '.join(keys)}" for key in table if key not in keys
    ]
    mistakes += [f"[{where}] “{key}” is missing" for key in required if not table.get(key)]
    names = {str: "text", list: "a list", dict: "a table", bool: "true or false"}
    mistakes += [
        f"[{where}] “{key}” must be {names[keys[key]]}"
        for key, value in table.items()
        if key in keys and not isinstance(value, keys[key])
    ]
    if not NAME.fullmatch(where.partition(".")[2]):
        mistakes.append(f"[{where}] a name has Latin letters, digits, - and _, at most 60 of them")
    for key, value in table.items():
        for text, limit in _texts(key, value):
            if len(text) > limit:
                mistakes.append(f"[{where}] “{key}” has at most {limit} characters, not {len(text)}")
            if not text.isprintable():
                mistakes.append(f"[{where}] “{key}” holds a character that cannot be seen")
        if key in ADDRESSES and key in keys and isinstance(value, str) and value:
            try:
                normal_address(value)
            except WrongHost as error:
                mistakes.append(f"[{where}] “{key}”: {error.detail}")
    return mistakes


def _texts(key: str, value: Any) -> Iterator[tuple[str, int]]:
    """The texts of a value, each with the most characters it may have."""
    limit = LONGEST.get(key, MOST)
    if isinstance(value, str):
        yield value, limit
    elif isinstance(value, list):
        yield from ((one, limit) for one in value if isinstance(one, str))
    elif isinstance(value, dict):
        left, right = (STATUS, NAME_THERE) if key == "states" else (NAME_THERE, STATUS)
        yield from ((one, left) for one in value)
        yield from ((one, right) for one in value.values() if isinstance(one, str))


def _check_shop(where: str, table: dict[str, Any]) -> list[str]:
    mistakes = [
        f"[{where}] “{key}” is one of {', '.join(choices)}, not “{table[key]}”"
        for key, choices in CHOICES.items()
        if key in table and table[key] not in choices
    ]
    intervals = table.get("intervals")
    for key, value in (intervals if isinstance(intervals, dict) else {}).items():
        low, high = INTERVALS.get(key, (0, 0))
        if not high:
            mistakes.append(f"[{where}.intervals] unknown key “{key}”; known: {', '.join(INTERVALS)}")
        elif not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            mistakes.append(f"[{where}.intervals] “{key}” is whole seconds from {low} to {high}")
    for key in ("stores", "send_statuses"):
        value = table.get(key)
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            mistakes.append(f"[{where}] “{key}” is a list of texts")
    for key in ("states", "statuses"):
        value = table.get(key)
        if isinstance(value, dict) and not all(isinstance(item, str) for item in value.values()):
            mistakes.append(f"[{where}.{key}] every value is text")
    return mistakes
