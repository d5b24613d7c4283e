"""A problem a person can understand: a code from the catalogue and what fills its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """`code` names an entry of bridge/problems/; `params` are the names and figures in its sentence."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


class DomainError(Exception):
    """Something cannot go on as it is; carries the problem to show."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(f"{code} {params}" if params else code)
        self.problem = Problem(code, {key: str(value) for key, value in params.items()})


class BadPayload(DomainError):
    """What came in is not what its sender promised; sending it again will not help."""


class Unmappable(DomainError):
    """A record cannot be expressed on the other side until a person changes something."""
