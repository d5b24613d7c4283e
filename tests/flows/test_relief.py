"""A bridge at rest: its processes are relieved by new ones that hold little, and what comes then is done as before.
On a busy machine its workers give way to its web process.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from killing import children, cluster_workers

WORLD = {"env": {"WORKERS": "2", "WORKER_NICENESS": "10"}, "web_workers": 2}


def test_idle_workers_are_relieved_and_nothing_is_lost_by_that(world: Any) -> None:
    world.quiet()
    supervisor = world.bridge.worker.pid
    at_first = set(children(supervisor))
    gone: set[int] = set()

    def relieved() -> bool:
        gone.update(at_first - set(children(supervisor)))
        return len(gone) == 2

    world.until(relieved, "both workers go, once they have been idle")
    order = world.box.store.place_order({"S-00001": 1})
    assert world.document(order["id"])
    world.quiet()
    assert len(world.documents(order["id"])) == 1
    assert at_first - gone <= set(children(supervisor)), "all others are there still"


def test_grown_web_processes_are_relieved_one_at_a_time_and_nothing_is_lost_by_that(world: Any) -> None:
    world.quiet()
    arbiter = world.bridge.web.pid
    at_first, fewest = set(children(arbiter)), 2

    def relieved() -> bool:
        nonlocal fewest
        now = set(children(arbiter))
        fewest = min(fewest, len(now))
        return not at_first & now

    assert len(at_first) == 2
    world.until(relieved, "both go, once nobody has asked them for a while", 90)
    assert fewest >= 1, "one of them answers meanwhile"
    order = world.box.store.place_order({"S-00001": 1})
    assert world.document(order["id"])
    world.quiet()
    assert len(world.documents(order["id"])) == 1


def test_workers_give_way_to_whoever_answers(world: Any) -> None:
    def weight(pid: int) -> tuple[int, str]:
        """Niceness of a process, and that of its session where this system has such groups."""
        group = Path(f"/proc/{pid}/autogroup")
        named = group.read_text().split()[2] if group.exists() else ""
        return os.getpriority(os.PRIO_PROCESS, pid), named

    own = os.getpriority(os.PRIO_PROCESS, 0)
    (web,) = {weight(pid) for pid in children(world.bridge.web.pid)}
    (workers,) = {weight(pid) for pid in cluster_workers(world.bridge.worker.pid)}
    assert web in ((own, "0"), (own, ""))
    assert workers in ((min(19, own + 10), "10"), (min(19, own + 10), ""))
