"""What a check found: how it stands, in whose words, and with which figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

OK, NOTE, WARN, BAD = "ok", "note", "warn", "bad"
LEVELS = (OK, NOTE, WARN, BAD)


class Found(NamedTuple):
    """`level`: ok; note is worth knowing; warn works, though less well; bad does not work. `code` names a sentence of
    words.py, or a problem of the catalogue.
    """

    level: str
    code: str
    params: Mapping[str, Any] = {}

    def stored(self) -> dict[str, Any]:
        return {"level": self.level, "code": self.code, "params": dict(self.params)}


class Later(NamedTuple):
    """Nothing is known yet; look again in so many seconds."""

    seconds: float


def ok(code: str, **params: Any) -> Found:
    return Found(OK, code, params)


def note(code: str, **params: Any) -> Found:
    return Found(NOTE, code, params)


def warn(code: str, **params: Any) -> Found:
    return Found(WARN, code, params)


def bad(code: str, **params: Any) -> Found:
    return Found(BAD, code, params)
