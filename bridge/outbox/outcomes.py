"""What a handler says of a message: done, waiting for a person, not tried, or failed with an error of the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bridge.connections.models import Connection
from bridge.domain.errors import Problem
from bridge.outbox.models import OutboxMessage
from connectors.errors import ConnectorError


@dataclass(frozen=True)
class Done:
    """Brought over, or nothing to bring. `answered`: the other side was asked and answered, so it is not away."""

    detail: str = ""
    answered: bool = True


@dataclass(frozen=True)
class Parked:
    problem: Problem


@dataclass(frozen=True)
class Failed:
    """`of`: the connection that failed, where it is not the message's own."""

    error: ConnectorError
    of: Connection | None = None


@dataclass(frozen=True)
class Untried:
    """Left as it was: the connection failed, or the job's time was up, before its turn came. No try is counted."""


@dataclass(frozen=True)
class Interrupted:
    """Our own database failed in passing (a deadlock, a lock): it may have been sent, so it is looked up first."""

    detail: str


@dataclass(frozen=True)
class Crashed:
    """The bridge itself failed: a bug, for whoever looks after it."""

    detail: str


Outcome = Done | Parked | Failed | Untried | Interrupted | Crashed
Handler = Callable[[Sequence[OutboxMessage]], Mapping[int, Outcome]]


class Kind(NamedTuple):
    """How messages of a kind are delivered: by which handler, at most `batch` of one connection in one go."""

    handler: Handler
    batch: int = 1
