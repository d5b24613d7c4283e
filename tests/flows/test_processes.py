"""Processes are killed: what they held is taken up again, once; a hung cluster is started anew."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

WORLD = {"latency_ms": 300}


def children(pid: int) -> list[int]:
    """Every descendant of a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(int(child))]
    return found


def cluster_workers(supervisor: int) -> list[int]:
    """The queue's leaf processes: its workers, its monitor and its pusher."""
    every = children(supervisor)
    return [pid for pid in every if not children(pid)]


def kill(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def test_workers_killed_between_steps_lose_and_double_nothing(world: Any) -> None:
    orders = []
    for _round in range(3):
        orders += world.box.store.place_orders(6)
        time.sleep(0.35)  # some are being sent just now
        kill(cluster_workers(world.bridge.worker.pid)[:2])
    for order in orders:
        world.document(order)
    world.quiet(60)
    assert all(len(world.documents(order)) == 1 for order in orders)


def test_all_idle_workers_killed_at_once_recover_by_themselves(world: Any) -> None:
    world.quiet()
    kill(cluster_workers(world.bridge.worker.pid))
    orders = world.box.store.place_orders(3)
    for order in orders:
        world.until(lambda order=order: world.documents(order), f"order {order} arrives after the kill", 60)
    world.quiet(60)
    assert all(len(world.documents(order)) == 1 for order in orders)
    assert world.get("/readyz").status_code == 200


def test_the_clusters_guard_killed_is_started_anew(world: Any) -> None:
    [cluster] = [pid for pid in children(world.bridge.worker.pid) if os.getpgid(pid) == pid]
    kill([cluster])
    order = world.box.store.place_order({"S-00001": 1})
    world.until(lambda: world.documents(order["id"]), "the order arrives", 60)


def test_the_web_process_killed_loses_no_event(world: Any) -> None:
    from bridge.demo.launch import stop

    world.bridge.web.kill()
    stop(world.bridge.web)
    os.killpg(world.bridge.web.pid, signal.SIGKILL)
    orders = world.box.store.place_orders(3)
    time.sleep(0.5)
    world.bridge.start_web()
    world.bridge.wait_ready()
    for order in orders:
        world.document(order)
    world.quiet(60)
    assert all(len(world.documents(order)) == 1 for order in orders)


def test_the_worker_stops_within_ten_seconds_and_goes_on_where_it_was(world: Any) -> None:
    orders = world.box.store.place_orders(5)
    started = time.monotonic()
    world.bridge.worker.terminate()
    world.bridge.worker.wait(15)
    assert time.monotonic() - started <= 11
    assert not [pid for pid in children(os.getpid()) if pid == world.bridge.worker.pid]
    world.bridge.start_worker()
    for order in orders:
        world.until(lambda order=order: world.documents(order), f"order {order} arrives", 60)
    world.quiet(60)
    assert all(len(world.documents(order)) == 1 for order in orders)
