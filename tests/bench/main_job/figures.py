"""A figure of the main job: measured, its target, the naive way of the same run, and who used the processors.

Figures are printed as they come and kept as JSON in build/bench, a file for each ground (a database, empty or filled);
tables.py writes them into docs/benchmarks.md.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

KEPT = Path(__file__).parents[3] / "build" / "bench"
NOISE = 2.0
"""Machines are shared: a run fails only when a figure is worse than its target by more than this."""
OF_POSTGRESQL = ("events accepted", "event accepted, p99")
"""On SQLite, where one writes at a time, these are measured and promised nothing."""


@dataclass(frozen=True)
class Figure:
    """`naive` is the same work one call per object, None where that has no meaning; `generator` the share of the
    processors that the load generator and the stand-ins of both systems took, 0 to 1, None where nothing is generated.
    """

    name: str
    measured: float
    unit: str
    target: float | None = None
    more_is_better: bool = False
    naive: float | None = None
    generator: float | None = None

    @property
    def met(self) -> bool:
        return self.within(1.0)

    def within(self, noise: float) -> bool:
        """Whether the target is met when it is made easier by this factor."""
        if self.target is None:
            return True
        if self.more_is_better:
            return self.measured * noise >= self.target
        return self.measured <= self.target * noise

    @property
    def ratio(self) -> float | None:
        """How many times better than the naive way."""
        if not self.naive or not self.measured:
            return None
        return self.measured / self.naive if self.more_is_better else self.naive / self.measured

    def line(self) -> str:
        sign = "≥" if self.more_is_better else "≤"
        said = [f"  {self.name:<58} {number(self.measured):>8} {self.unit:<7}"]
        if self.target is not None:
            said.append(f"{sign} {number(self.target)}: {'met' if self.met else 'NOT MET'}")
        if self.naive is not None:
            said.append(f"naive {number(self.naive)} (× {number(self.ratio or 0)})")
        if self.generator is not None:
            said.append(f"generator {self.generator:.0%}")
        return "   ".join(said)


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def tell(ground: str, *figures: Figure) -> None:
    """Print and keep; AssertionError for those far from their targets."""
    if ground == "sqlite":
        figures = tuple(replace(one, target=None) if one.name in OF_POSTGRESQL else one for one in figures)
    path = KEPT / f"{ground}.json"
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = json.loads(path.read_text()) if path.exists() else {}
    kept |= {figure.name: asdict(figure) for figure in figures}
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False))
    print()
    for figure in figures:
        print(figure.line())
    assert all(figure.within(NOISE) for figure in figures)
