"""Links of large catalogues: 100,000 items on each side, every fifth without an equal SKU, in a process of its own.

Beside each figure the naive way stands (a question for each SKU, each name against every name), of a sample in the
same run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]
COUNT = 100_000
SECONDS, MEGABYTES = 60, 300
SCRIPT = Path(__file__).with_name("catalogue_of_links.py")


def show(name: str, value: str, target: str = "") -> None:
    print(f"  {name:<62} {value:>14}   {target}")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('links') / 'links.sqlite3'}"
    made = step("make", url)
    assert made["items"] == made["listings"] >= COUNT
    return url


def step(name: str, url: str) -> dict[str, Any]:
    """Run a step in a process of its own; what it measured."""
    root = Path(__file__).parents[2]
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(root)}
    command = [sys.executable, str(SCRIPT), name, str(COUNT)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=root, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def test_100_000_items_on_each_side_find_one_another(database: str) -> None:
    naive = step("naive", database)
    found = step("match", database)
    seconds = found["match"] + found["suggest"]
    unlinked = found["looked_at"]
    print(f"\nLinks of {COUNT} items on each side, SQLite, {os.cpu_count()} cores")
    show("links by SKU", f"{found['match']:.1f} s", f"naive {naive['by_sku'] * COUNT:.0f} s")
    show(
        f"suggestions for {unlinked} listings",
        f"{found['suggest']:.1f} s",
        f"naive {naive['by_name'] * unlinked:.0f} s",
    )
    show(
        "both",
        f"{seconds:.1f} s",
        f"≤ {SECONDS} s, naive {naive['by_sku'] * COUNT + naive['by_name'] * unlinked:.0f} s",
    )
    show("of it on the processor", f"{found['cpu']:.1f} s")
    show(
        "memory (before the work)", f"{found['rss']:.0f} ({found['rss_before']:.0f}) MB", f"≤ {MEGABYTES} MB"
    )
    show("linked by SKU, wrongly", f"{found['linked']}, {found['wrong_links']}", "0 wrong")
    show("not linked", str(unlinked), str(found["states"]))
    rewritten = found["states"]["no_sku"]
    show("names written otherwise that found their item", f"{found['right'] / rewritten:.1%}", "≥ 90%")
    show("sure from 95%, of them right", f"{found['sure']}, {found['sure_right']}")
    assert seconds <= SECONDS
    assert found["rss"] <= MEGABYTES
    assert found["wrong_links"] == 0
    assert found["right"] >= 0.9 * rewritten
    assert found["sure_right"] >= 0.999 * found["sure"]
    assert unlinked >= 0.19 * COUNT


def test_a_file_of_100_000_lines_is_checked_made_and_taken_back(database: str) -> None:
    found = step("file", database)
    print(f"\nA file of {COUNT} lines, {found['megabytes']:.1f} MB")
    for name in ("check", "make", "undo"):
        show(name, f"{found[name]:.1f} s")
    show("memory", f"{found['rss']:.0f} MB", f"≤ {MEGABYTES} MB")
    show("lines", str(found["counts"]))
    assert found["rss"] <= MEGABYTES
    assert found["counts"]["made"] == found["counts"]["taken_back"] == found["counts"]["new"]
