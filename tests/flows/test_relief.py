"""A bridge at rest: its processes are relieved by new ones that hold little, and what comes then is done as before.
On a busy machine its workers give way to its web process.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from killing import children, cluster_workers

from bridge import web_relief

# A niceness that shows and starves nobody on a busy machine.
WORLD = {"env": {"WORKERS": "2", "WORKER_NICENESS": "1"}, "web_workers": 2}


def test_idle_workers_are_relieved_and_nothing_is_lost_by_that(world: Any) -> None:
    world.quiet()
    supervisor = world.bridge.worker.pid
    at_first = set(children(supervisor))
    gone: set[int] = set()

    def relieved() -> bool:
        gone.update(at_first - set(children(supervisor)))
        return len(gone) == 2

    world.until(relieved, "both workers and no other of its processes are relieved")
    order = world.box.store.place_order({"S-00001": 1})
    assert world.document(order["id"])
    world.quiet()
    assert len(world.documents(order["id"])) == 1
    assert at_first - gone <= set(children(supervisor)), "all others are there still"


def test_grown_web_processes_are_relieved_one_at_a_time_and_nothing_is_lost_by_that(world: Any) -> None:
    world.quiet()
    arbiter = world.bridge.web.pid
    at_first: set[int] = set()
    seen: list[int] = []

    def grown() -> bool:
        """Both have answered: pages, over as many connections as it takes."""
        nonlocal at_first
        with ThreadPoolExecutor(8) as many:
            assert {one.status_code for one in many.map(world.get, ["/admin/login/"] * 24)} == {200}
        at_first = set(children(arbiter))
        return len(at_first) == 2 and all(
            web_relief.own_mb(pid) > web_relief.GROWN_MB + 1 for pid in at_first
        )

    def relieved() -> bool:
        assert world.get("/healthz").status_code == 200, "somebody answers meanwhile"
        seen.append(len(at_first & set(children(arbiter))))
        return seen[-1] == 0

    world.until(grown, "both have grown")
    world.until(relieved, "both go, once nobody has asked them for a while")
    assert 1 in seen, "one after the other"
    order = world.box.store.place_order({"S-00001": 1})
    assert world.document(order["id"])
    world.quiet()
    assert len(world.documents(order["id"])) == 1


def test_workers_give_way_to_whoever_answers(world: Any) -> None:
    def weights(pids: list[int]) -> set[tuple[int, str]]:
        """Niceness of the processes, and that of their session where this system has such groups."""
        found = set()
        for pid in pids:
            group = Path(f"/proc/{pid}/autogroup")
            with suppress(ProcessLookupError, FileNotFoundError):  # just relieved
                named = group.read_text().split()[2] if Path("/proc/self/autogroup").exists() else ""
                found.add((os.getpriority(os.PRIO_PROCESS, pid), named))
        return found

    own = os.getpriority(os.PRIO_PROCESS, 0)
    (web,) = weights(children(world.bridge.web.pid))
    (workers,) = weights(cluster_workers(world.bridge.worker.pid))
    assert web in ((own, "0"), (own, ""))
    assert workers in ((min(19, own + 1), "1"), (min(19, own + 1), ""))
