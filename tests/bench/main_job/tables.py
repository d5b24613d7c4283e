"""Writes the figures of the last runs (figures.py) into docs/benchmarks.md, between its two markers:

    python -m tests.bench.main_job.tables

Prints the summary; ends with 1 where a figure is far from its target.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.main_job.figures import KEPT, NOISE, Figure, number

DOCUMENT = Path(__file__).parents[3] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures of the main job: written by make bench -->", "<!-- end of the figures -->"
GROUNDS = {
    "postgresql": "PostgreSQL, empty",
    "sqlite": "SQLite, empty",
    "postgresql_filled": "PostgreSQL, 1,000,000 orders of the shop in it",
}
SAME = 1.3
"""So many times worse a figure may be with a million orders of the shop than with none."""


def main() -> int:
    found = {ground: _read(ground) for ground in GROUNDS}
    text = "\n\n".join(
        [_machine(), *(_table(GROUNDS[ground], rows) for ground, rows in found.items() if rows)]
    )
    if found["postgresql"] and found["postgresql_filled"]:
        text += "\n\n" + _compared(found["postgresql"], found["postgresql_filled"])
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}")
    print(text)
    every = [row for rows in found.values() for row in rows]
    near = all(row.within(NOISE) for row in every)
    same = all(
        worse <= SAME * NOISE for _name, worse in _worse(found["postgresql"], found["postgresql_filled"])
    )
    return 0 if every and near and same else 1


def _read(ground: str) -> list[Figure]:
    path = KEPT / f"{ground}.json"
    return [Figure(**row) for row in json.loads(path.read_text()).values()] if path.exists() else []


def _machine() -> str:
    processors = Path("/proc/cpuinfo").read_text()
    model = next(
        (line.partition(":")[2].strip() for line in processors.splitlines() if "model name" in line), ""
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024 / 1024
    server = subprocess.run(["psql", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} processors ({model or platform.machine()}), "
        f"{memory:.0f} GB, {platform.system()} {platform.release()}, Python {platform.python_version()}, {server}."
    )


def _table(title: str, rows: list[Figure]) -> str:
    lines = [f"### {title}", "", "| | target | measured | naive way | times better | generator |"]
    lines.append("|---|---|---|---|---|---|")
    return "\n".join(lines + [_row(row) for row in rows])


def _row(row: Figure) -> str:
    target = (
        "" if row.target is None else f"{'≥' if row.more_is_better else '≤'} {number(row.target)} {row.unit}"
    )
    measured = f"{number(row.measured)} {row.unit}" + ("" if row.met else ", **not met**")
    naive = "" if row.naive is None else f"{number(row.naive)} {row.unit}"
    better = "" if row.ratio is None else number(row.ratio)
    share = "" if row.generator is None else f"{row.generator:.0%}"
    return f"| {row.name} | {target} | {measured} | {naive} | {better} | {share} |"


def _compared(empty: list[Figure], filled: list[Figure]) -> str:
    """How many times worse each figure is with a million orders."""
    lines = ["### A million orders against none", "", "| | times the figure without | |", "|---|---|---|"]
    for name, worse in _worse(empty, filled):
        lines.append(f"| {name} | {number(worse)} | {'' if worse <= SAME else f'**above {SAME}**'} |")
    return "\n".join(lines)


def _worse(empty: list[Figure], filled: list[Figure]) -> Iterator[tuple[str, float]]:
    known = {row.name: row for row in empty}
    for row in filled:
        one = known.get(row.name)
        if one is not None and one.measured and row.measured:
            yield row.name, one.measured / row.measured if row.more_is_better else row.measured / one.measured


if __name__ == "__main__":
    sys.exit(main())
