"""What a storm was and what is left of it, as a page of text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from chaos.injector import ANSWERS, KILLINGS, NEWS, WITH_MESSAGE

LARGE = 1000
"""Orders from which on nothing that breaks can have met nobody."""


@dataclass
class Report:
    seed: int
    database: str
    orders: int
    injected: dict[str, int] = field(default_factory=dict)
    struck: dict[str, int] = field(default_factory=dict)
    not_injected: list[str] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    moysklad: dict[str, Any] = field(default_factory=dict)
    site: dict[str, Any] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not (self.differences or self.dead or self.refused or self.unmet)

    @property
    def unmet(self) -> list[str]:
        """Troubles that a large storm must have made, and did not: it proves less than it says."""
        if self.orders < LARGE:
            return []
        said = list(self.not_injected)
        said += [
            f"{kind} struck nothing"
            for kind in (*ANSWERS, *NEWS, *KILLINGS)
            if kind in self.injected and not self.struck.get(kind)
        ]
        if "busy_worker_killed" in self.injected and not self.notes.get(WITH_MESSAGE):
            said.append("no killed worker had a message in hand")
        return said

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "unmet": self.unmet, "passed": self.passed}

    def lines(self) -> Iterator[str]:
        yield f"Storm: {self.orders} orders, {self.database}, seed {self.seed}"
        yield from _table(
            "Injected / calls, news or processes struck", {kind: self._met(kind) for kind in self.injected}
        )
        for sentence in self.not_injected:
            yield f"  not injected: {sentence}"
        yield from _table("Of that", self.notes)
        yield from _table("Done by people", self.done)
        yield from _table("Seconds", {name: f"{value:.1f}" for name, value in self.seconds.items()})
        yield from _table("MoySklad answered", self.moysklad)
        yield from _table("The site answered", self.site)
        for title, rows in (
            ("Waits for a person, unexplained", self.dead),
            ("Refused by the sandboxes", self.refused),
            ("Differences", self.differences),
            ("Not met", self.unmet),
        ):
            yield f"{title}: {len(rows)}"
            yield from (f"  {row}" for row in rows[:40])
        yield "PASSED: both sides agree" if self.passed else "FAILED"

    def _met(self, kind: str) -> str:
        return (
            f"{self.injected[kind]} / {self.struck.get(kind, 0)}"
            if kind in (*ANSWERS, *NEWS, *KILLINGS)
            else f"{self.injected[kind]}"
        )


def _table(title: str, rows: Mapping[str, Any]) -> Iterator[str]:
    if rows:
        yield f"{title}:"
        width = max(len(name) for name in rows)
        yield from (f"  {name:<{width}}  {value}" for name, value in rows.items())
