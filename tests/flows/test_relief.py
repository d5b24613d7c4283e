"""A bridge at rest: its workers are relieved by new ones that hold little, and what comes then is done as before."""

from __future__ import annotations

from typing import Any

from killing import children

WORLD = {"env": {"WORKERS": "2"}}


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
