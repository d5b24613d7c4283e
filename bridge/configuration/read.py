"""A configuration file as checked tables; every mistake in it is named at once (docs/configuration.md)."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.configuration import alerts
from bridge.configuration.errors import ConfigurationError
from bridge.configuration.keys import ACCOUNT_KEYS, KEYS, PEOPLE_KEYS, REQUIRED, SITE_KEYS, TABLES, TOGETHER
from bridge.configuration.rows import ROWS
from bridge.configuration.shapes import Shape

NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
Shapes = Mapping[str, Shape]


@dataclass
class Configuration:
    """`moysklad` and `shop` tables by name, and the tables `people` and `alerts`, with the keys of the file."""

    moysklad: dict[str, dict[str, Any]] = field(default_factory=dict)
    shop: dict[str, dict[str, Any]] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)
    alerts: dict[str, Any] = field(default_factory=dict)


def read(path: Path) -> Configuration:
    """Parse and check a file, TOML or, by its ending, JSON as `--show` prints it. Raises ConfigurationError."""
    as_json = path.suffix.lower() == ".json"
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text) if as_json else tomllib.loads(text)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # also of both parsers, and of what is no UTF-8
        raise ConfigurationError(f"{path} is not valid {'JSON' if as_json else 'TOML'}: {error}") from None
    if not isinstance(data, dict):
        raise ConfigurationError(f"{path} holds no tables")
    return check(data)


def check(data: dict[str, Any]) -> Configuration:
    """Tables of a parsed file. Raises ConfigurationError with every mistake found."""
    mistakes = [
        f"unknown table [{name}]; there are [moysklad.NAME], [shop.NAME], [people] and [alerts]"
        for name in data
        if name not in (*REQUIRED, "people", "alerts")
    ]
    accounts, shops = _tables(data, "moysklad", mistakes), _tables(data, "shop", mistakes)
    for name, table in accounts.items():
        mistakes += _names_and_needed("moysklad", name, table)
        mistakes += _values(f"moysklad.{name}", table, ACCOUNT_KEYS)
    for name, table in shops.items():
        mistakes += _names_and_needed("shop", name, table)
        mistakes += _shop(f"shop.{name}", table)
    people = data.get("people", {})
    if isinstance(people, dict):
        mistakes += _values("people", people, PEOPLE_KEYS)
    else:
        mistakes.append("[people] must be a table")
    mistakes += alerts.mistakes(data.get("alerts", {}))
    if mistakes:
        raise ConfigurationError(*mistakes)
    return Configuration(accounts, shops, people, data.get("alerts", {}))


def _tables(data: dict[str, Any], kind: str, mistakes: list[str]) -> dict[str, dict[str, Any]]:
    tables = data.get(kind, {})
    good = {name: t for name, t in tables.items() if isinstance(t, dict)} if isinstance(tables, dict) else {}
    if not isinstance(tables, dict) or len(good) < len(tables):
        mistakes.append(f"write [{kind}.NAME], one table for each")
    return good


def _names_and_needed(kind: str, name: str, table: dict[str, Any]) -> Iterator[str]:
    if not NAME.fullmatch(name):
        yield f"[{kind}.{name}] a name has Latin letters, digits, - and _, at most 60 of them"
    needed = [*REQUIRED[kind]]
    if any(table.get(key) for key in TOGETHER[kind]) and not table.get("token"):
        needed += TOGETHER[kind]
    yield from (f"[{kind}.{name}] “{key}” is missing" for key in needed if not table.get(key))


def _shop(where: str, table: dict[str, Any]) -> Iterator[str]:
    """Mistakes in one shop's keys, in the tables within it, and in its rows."""
    rows = {row.name: row for row in ROWS}
    inner = {key: value for key, value in table.items() if key in TABLES}
    own = {key: value for key, value in table.items() if key not in inner and key not in rows}
    yield from _values(where, own, SITE_KEYS | _shapes(""), also=(*TABLES, *rows))
    for name, value in inner.items():
        if isinstance(value, dict):
            yield from _values(f"{where}.{name}", value, _shapes(name))
        else:
            yield f"[{where}] “{name}” must be a table"
    for name in rows.keys() & table.keys():
        yield from rows[name].mistakes(where, table[name])


def _shapes(table: str) -> dict[str, Shape]:
    return {key.name: key.shape for key in KEYS if key.table == table}


def _values(where: str, table: dict[str, Any], shapes: Shapes, also: tuple[str, ...] = ()) -> Iterator[str]:
    for key, value in table.items():
        if key in shapes:
            yield from (f"[{where}] “{key}” {said}" for said in shapes[key].mistakes(value))
        else:
            yield f"[{where}] unknown key “{key}”; known: {', '.join((*shapes, *also))}"
