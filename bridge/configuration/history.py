"""What a file changed, kept in the history beside what people changed on the pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from bridge.alerts.models import AlertRules
from bridge.configuration.dump import dump
from bridge.connections.models import Connection, Shop, Vendor
from bridge.history import deeds
from bridge.history.deeds import MASK, Value
from bridge.people.models import AccessRules


class Settings(NamedTuple):
    """All settings at one moment: those that may be read, and the same with logins, which are only compared."""

    shown: dict[str, Any]
    whole: dict[str, Any]

    @classmethod
    def now(cls) -> Settings:
        return cls(dump(), dump(secrets=True))


def note(by: User, before: Settings, after: Settings) -> None:
    """One deed per account, shop and set of rules that became another; of logins only that they changed."""
    for path, row in _rows():
        shown = {**_values(before.shown, path), **_values(after.shown, path)}
        was, now = _values(before.whole, path), _values(after.whole, path)
        changed = [key for key in sorted({*was, *now}) if was.get(key, "") != now.get(key, "")]
        values = [
            Value(key, was.get(key, ""), now.get(key, "")) if key in shown else Value(key, "", MASK)
            for key in changed
        ]
        if values:
            deeds.note(by, row, _("Set from a file with the command configure."), values)


def _rows() -> Iterator[tuple[tuple[str, ...], Model]]:
    for account in Connection.objects.filter(vendor=Vendor.MOYSKLAD):
        yield ("moysklad", account.name), account
    for shop in Shop.objects.all():
        yield ("shop", shop.name), shop
    yield ("people",), AccessRules.now()
    yield ("alerts",), AlertRules.now()


def _values(tables: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, str]:
    for name in path:
        tables = tables.get(name, {})
    return dict(_flat(tables))


def _flat(table: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """The keys of the file with their values in one line; keys of tables within are joined by dots."""
    if isinstance(table, Mapping):
        for name, value in table.items():
            yield from _flat(value, f"{key}.{name}" if key else str(name))
    elif isinstance(table, list):
        yield key, deeds.short("; ".join(_line(value) for value in table))
    else:
        yield key, deeds.short("" if table is None else table)


def _line(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {_line(part)}" for name, part in value.items() if part not in ("", None))
    if isinstance(value, list):
        return ", ".join(map(_line, value))
    return str(value)
