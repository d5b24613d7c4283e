"""What all processes of one account know about its call budget: a small record that fits into one JSON
column.

`limits_rules.py` changes it, always on a copy; a GovernorStore keeps it. All moments are seconds of one
clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Grant:
    """A call that was let through. `landed` is the latest moment it may have reached the server."""

    landed: float
    cost: float
    call: str


@dataclass(frozen=True, slots=True)
class Lease:
    """A call in flight. A killed process never gives it back, so it ends by itself at `until`."""

    until: float


@dataclass(frozen=True, slots=True)
class Ticket:
    """Somebody who waits. It disappears at `until` unless the waiter asks again before."""

    id: str
    priority: int
    tenant: str
    cost: float
    seq: int
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Sample:
    """What one answer said: units `used` at the server, while `ours` calls of ours were in the window, of
    which `flying` had no answer yet.
    """

    used: float
    ours: float
    flying: int


@dataclass(slots=True)
class GovernorState:
    grants: list[Grant] = field(default_factory=list)
    leases: dict[str, Lease] = field(default_factory=dict)
    tickets: list[Ticket] = field(default_factory=list)
    next_seq: int = 1
    served: dict[str, int] = field(default_factory=dict)
    """Tenant → number of its last grant, for taking turns."""
    served_at: dict[str, float] = field(default_factory=dict)
    """Priority → moment of its last grant: a kind that got nothing for long is let in once."""
    blocked_until: float = 0.0
    foreign_cost: float = 0.0
    """Calls in the window that are not ours: somebody else uses the same token."""
    foreign_until: float = 0.0
    parallel_cut: int = 0
    """A lower limit of calls in flight, learned from a refusal; 0 when there was none."""
    parallel_until: float = 0.0
    learned_calls: int = 0
    """Calls per window the headers prove; 0 while unknown."""
    learned_units: float = 0.0
    distrust_until: float = 0.0
    """After a refusal nothing above the configured budget is believed until then."""
    samples: list[Sample] = field(default_factory=list)

    def copy(self) -> Self:
        """A state whose containers can be changed without touching this one; their items are immutable."""
        return replace(
            self,
            grants=list(self.grants),
            leases=dict(self.leases),
            tickets=list(self.tickets),
            served=dict(self.served),
            served_at=dict(self.served_at),
            samples=list(self.samples),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain lists, dicts and numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Self:
        """The state from `to_json`; an empty one from None, {} or the record of another version."""
        if not data:
            return cls()
        try:
            plain = {
                name: data[name]
                for name in cls.__dataclass_fields__
                if name in data and name not in ("grants", "leases", "tickets", "samples")
            }
            return cls(
                grants=[Grant(**item) for item in data.get("grants", ())],
                leases={key: Lease(**item) for key, item in data.get("leases", {}).items()},
                tickets=[Ticket(**item) for item in data.get("tickets", ())],
                samples=[Sample(**item) for item in data.get("samples", ())],
                **plain,
            )
        except (TypeError, KeyError, AttributeError):
            # Fields changed between versions: forgetting three seconds of history is safe, failing is not.
            return cls()
