"""A configuration file as checked tables; every mistake in it is named at once (docs/configuration.md)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.configuration.errors import ConfigurationError
from bridge.configuration.keys import ACCOUNT_KEYS, KEYS, REQUIRED, SITE_KEYS, TABLES
from bridge.configuration.rows import ROWS
from bridge.configuration.shapes import Shape

NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
Shapes = Mapping[str, Shape]


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
    accounts, shops = _tables(data, "moysklad", mistakes), _tables(data, "shop", mistakes)
    for name, table in accounts.items():
        mistakes += _names_and_needed("moysklad", name, table)
        mistakes += _values(f"moysklad.{name}", table, ACCOUNT_KEYS)
        if not table.get("token") and not (table.get("login") and table.get("password")):
            mistakes.append(f"[moysklad.{name}] needs a token, or login and password")
    for name, table in shops.items():
        mistakes += _names_and_needed("shop", name, table)
        mistakes += _shop(f"shop.{name}", table)
    if mistakes:
        raise ConfigurationError(*mistakes)
    return Configuration(accounts, shops)


def _tables(data: dict[str, Any], kind: str, mistakes: list[str]) -> dict[str, dict[str, Any]]:
    tables = data.get(kind, {})
    good = {name: t for name, t in tables.items() if isinstance(t, dict)} if isinstance(tables, dict) else {}
    if not isinstance(tables, dict) or len(good) < len(tables):
        mistakes.append(f"write [{kind}.NAME], one table for each")
    return good


def _names_and_needed(kind: str, name: str, table: dict[str, Any]) -> Iterator[str]:
    if not NAME.fullmatch(name):
        yield f"[{kind}.{name}] a name has Latin letters, digits, - and _, at most 60 of them"
    yield from (f"[{kind}.{name}] “{key}” is missing" for key in REQUIRED[kind] if not table.get(key))


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
