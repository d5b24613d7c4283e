"""What a value of the file may be, what it is in the database, and how it is written out again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bridge.configuration.names import Names
from connectors.errors import WrongHost
from connectors.transport.hosts import normal_address

NAME_THERE = 255


class Shape(ABC):
    """`mistakes` end a sentence that begins with the key; `stored` and `written` undo one another."""

    @abstractmethod
    def mistakes(self, value: Any) -> Iterator[str]: ...

    def stored(self, value: Any, names: Names, where: str) -> Any:
        return value

    def written(self, stored: Any, names: Names) -> Any:
        return stored


@dataclass(frozen=True)
class Text(Shape):
    """At most so many visible characters."""

    most: int

    def mistakes(self, value: Any) -> Iterator[str]:
        if not isinstance(value, str):
            yield "must be text"
            return
        if len(value) > self.most:
            yield f"has at most {self.most} characters, not {len(value)}"
        if not value.isprintable():
            yield "holds a character that cannot be seen"


@dataclass(frozen=True)
class Address(Text):
    most: int = 255

    def mistakes(self, value: Any) -> Iterator[str]:
        yield from super().mistakes(value)
        if isinstance(value, str) and value:
            try:
                normal_address(value)
            except WrongHost as error:
                yield f"is no address: {error.detail}"


class Flag(Shape):
    def mistakes(self, value: Any) -> Iterator[str]:
        if not isinstance(value, bool):
            yield "must be true or false"


@dataclass(frozen=True)
class Whole(Shape):
    """A whole number in bounds; where it may be absent, an empty text stands for none."""

    low: int
    high: int
    unit: str
    optional: bool = False

    def mistakes(self, value: Any) -> Iterator[str]:
        if self.optional and value == "":
            return
        if not isinstance(value, int) or isinstance(value, bool) or not self.low <= value <= self.high:
            yield f"is whole {self.unit} from {self.low} to {self.high}"

    def stored(self, value: Any, names: Names, where: str) -> Any:
        return None if value == "" else value

    def written(self, stored: Any, names: Names) -> Any:
        return "" if stored is None else stored


class Moment(Shape):
    """A time with its offset, as TOML writes it or as text."""

    def mistakes(self, value: Any) -> Iterator[str]:
        if _moment(value) is None:
            yield "is a time with its offset, like 2026-01-31T09:00:00+03:00"

    def stored(self, value: Any, names: Names, where: str) -> datetime | None:
        return _moment(value)

    def written(self, stored: Any, names: Names) -> str:
        text: str = stored.astimezone(UTC).isoformat()
        return text


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return moment.astimezone(UTC) if isinstance(moment, datetime) and moment.tzinfo else None


class OneOf(Shape):
    """One of the choices; `empty` is how the file writes the choice that is kept as an empty text."""

    def __init__(self, *choices: str, empty: str = "") -> None:
        self.choices = choices
        self.empty = empty

    def mistakes(self, value: Any) -> Iterator[str]:
        words = [choice or self.empty for choice in self.choices]
        if value not in words:
            yield f"is one of {', '.join(words)}, not “{value}”"

    def stored(self, value: Any, names: Names, where: str) -> Any:
        return "" if self.empty and value == self.empty else value

    def written(self, stored: Any, names: Names) -> Any:
        return stored or self.empty


@dataclass(frozen=True)
class Texts(Shape):
    """A list of texts, each at most so long and, where there are `choices`, one of them and there once."""

    most: int
    choices: tuple[str, ...] = ()

    def mistakes(self, value: Any) -> Iterator[str]:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            yield "must be a list of texts"
            return
        for one in value:
            yield from Text(self.most).mistakes(one)
        if self.choices and set(value) - set(self.choices):
            yield f"has only {', '.join(self.choices)}, not “{(set(value) - set(self.choices)).pop()}”"
        if self.choices and len(set(value)) < len(value):
            yield "names something twice"


@dataclass(frozen=True)
class Name(Shape):
    """The name of a thing in MoySklad, or its id; kept as its id. `detail`: only of those with this detail."""

    kind: str
    detail: str = ""

    def mistakes(self, value: Any) -> Iterator[str]:
        yield from Text(NAME_THERE).mistakes(value)

    def stored(self, value: Any, names: Names, where: str) -> str:
        return names.find(self.kind, value, where, self.detail)

    def written(self, stored: Any, names: Names) -> str:
        return names.name(self.kind, stored, self.detail)


@dataclass(frozen=True)
class NameList(Shape):
    """Names, each once, in the order that is written."""

    kind: str

    def mistakes(self, value: Any) -> Iterator[str]:
        yield from Texts(NAME_THERE).mistakes(value)

    def stored(self, value: Any, names: Names, where: str) -> list[str]:
        return list(dict.fromkeys(names.find(self.kind, one, where) for one in value))

    def written(self, stored: Any, names: Names) -> list[str]:
        return [names.name(self.kind, one) for one in stored]
