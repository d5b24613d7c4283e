"""Processes are killed: what they held is taken up again, once; a hung cluster is started anew."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from killing import alive, children, cluster_workers, kill
from stopping import as_promised, ended, told_to_stop
from world import KILLING, SLOW_MACHINE

from bridge.demo.launch import stop
from bridge.inbox.models import InboxEvent
from bridge.outbox.models import OutboxMessage
from bridge.sync import flows
from bridge.sync.models import Watermark

WORLD = {"latency_ms": 300, "env": KILLING}


def test_workers_killed_between_steps_lose_and_double_nothing(world: Any) -> None:
    orders: list[int] = []
    in_flight = OutboxMessage.objects.filter(kind="order_to_moysklad", state="in_flight")

    def sending() -> bool:
        """Just now; or all were sent while nobody looked."""
        return in_flight.exists() or all(world.documents(order) for order in orders)

    for _round in range(3):
        orders.extend(world.box.store.place_orders(6))
        world.until(sending, "orders are being sent")
        kill(cluster_workers(world.bridge.worker.pid)[:2])
    for order in orders:
        world.document(order)
    world.quiet()
    assert all(len(world.documents(order)) == 1 for order in orders)


def test_all_idle_workers_killed_at_once_recover_by_themselves(world: Any) -> None:
    world.quiet()
    kill(cluster_workers(world.bridge.worker.pid))
    orders = world.box.store.place_orders(3)
    for order in orders:
        world.until(lambda order=order: world.documents(order), f"order {order} arrives after the kill")
    world.quiet()
    assert all(len(world.documents(order)) == 1 for order in orders)
    assert world.get("/readyz").status_code == 200


def test_the_clusters_guard_killed_is_started_anew(world: Any) -> None:
    [cluster] = [pid for pid in children(world.bridge.worker.pid) if os.getpgid(pid) == pid]
    kill([cluster])
    order = world.box.store.place_order({"S-00001": 1})
    world.until(lambda: world.documents(order["id"]), "the order arrives")


def test_the_lookout_killed_is_posted_again_and_work_goes_on(world: Any) -> None:
    supervisor = world.bridge.worker.pid

    def lookout() -> int:
        own = os.getpgid(supervisor)
        return next((pid for pid in children(supervisor) if os.getpgid(pid) == own), 0)

    first = lookout()
    kill([first])
    world.until(lambda: lookout() not in (0, first), "another lookout is posted")
    order = world.box.store.place_order({"S-00001": 1})
    world.until(lambda: world.documents(order["id"]), "the order arrives")
    kill(cluster_workers(supervisor))
    order = world.box.store.place_order({"S-00001": 1})
    world.until(lambda: world.documents(order["id"]), "the new lookout hears that nobody works")


def test_the_supervisor_forks_with_one_thread_and_nothing_of_the_database_open(world: Any) -> None:
    """What SQLite knows of its own locks is wrong in a forked process: two that share it destroy the file."""
    supervisor = world.bridge.worker.pid
    for _round in range(2):
        assert len(list(Path(f"/proc/{supervisor}/task").iterdir())) == 1
        opened = [
            str(one.readlink()) for one in Path(f"/proc/{supervisor}/fd").iterdir() if int(one.name) > 2
        ]
        assert not [one for one in opened if "sqlite" in one]
        assert len([one for one in opened if one.startswith("socket:")]) == 1, "the lookout's line alone"
        kill(cluster_workers(supervisor))  # the second time after it was started anew
        order = world.box.store.place_order({"S-00001": 1})
        world.until(lambda order=order: world.documents(order["id"]), "the order arrives")


def test_when_the_supervisor_is_killed_its_workers_end_by_themselves(world: Any) -> None:
    supervisor = world.bridge.worker.pid
    left = children(supervisor)
    kill([supervisor])
    stop(world.bridge.worker)
    try:
        world.until(lambda: not [pid for pid in left if alive(pid)], "nothing of it is left")
    finally:
        world.bridge.start_worker()
    order = world.box.store.place_order({"S-00001": 1})
    world.until(lambda: world.documents(order["id"]), "the order arrives")


def test_the_web_process_killed_loses_no_event(world: Any) -> None:
    world.bridge.web.kill()
    stop(world.bridge.web)
    with suppress(ProcessLookupError):  # they end by themselves when their master is gone
        os.killpg(world.bridge.web.pid, signal.SIGKILL)
    orders = world.box.store.place_orders(3)
    world.box.settle()  # the shop's events found nobody
    world.bridge.start_web()
    world.bridge.wait_ready()
    for order in orders:
        world.document(order)
    world.quiet()
    assert all(len(world.documents(order)) == 1 for order in orders)


def test_the_worker_stops_within_its_grace_and_goes_on_where_it_was(world: Any) -> None:
    orders = world.box.store.place_orders(5)
    told_to_stop(world.bridge.worker)
    assert not [pid for pid in children(os.getpid()) if pid == world.bridge.worker.pid]
    world.bridge.start_worker()
    for order in orders:
        world.until(lambda order=order: world.documents(order), f"order {order} arrives")
    world.quiet()
    assert all(len(world.documents(order)) == 1 for order in orders)


def test_a_worker_that_waits_for_a_slow_answer_gives_back_what_it_holds(world: Any) -> None:
    """Within ten seconds, and at once free for a worker anywhere: no lease has to end first."""
    as_promised(lambda: _stopped_while_moysklad_hangs(world))


def _stopped_while_moysklad_hangs(world: Any) -> float:
    """Seconds from SIGTERM until the worker's end, while an order is sent, events are read and a flow runs."""
    world.quiet()
    world.box.moysklad.configure(latency_ms=60_000)
    order = world.box.store.place_order({"S-00001": 1})
    flow = Watermark.objects.get(connection=world.shop.account, flow="statuses")
    flows.run_soon(flow.connection, flow.flow)
    try:
        sending = OutboxMessage.objects.filter(kind="order_to_moysklad", state="in_flight")
        world.until(sending.exists, "the order is being sent")
        world.until(Watermark.objects.filter(running_since__isnull=False).exists, "a flow reads")
        took = told_to_stop(world.bridge.worker)
        assert not OutboxMessage.objects.filter(state="in_flight").exists()
        assert not InboxEvent.objects.filter(state="in_flight").exists()
        assert not Watermark.objects.filter(running_since__isnull=False).exists()
    finally:
        world.box.moysklad.configure(latency_ms=300)
        if world.bridge.worker.poll() is not None:
            world.bridge.start_worker()
    world.document(order["id"])
    world.quiet()
    assert len(world.documents(order["id"])) == 1
    return took


def test_a_worker_stops_in_time_though_its_cluster_and_its_lookout_hear_nothing(world: Any) -> None:
    """The moment of SIGTERM counts for all steps of the supervisor together."""
    as_promised(lambda: _stopped_while_nothing_listens(world))


def _stopped_while_nothing_listens(world: Any) -> float:
    supervisor = world.bridge.worker.pid
    everything = 1 + 2 + 3 + 2  # the lookout, the cluster and its guard, its workers, its monitor and pusher
    world.until(lambda: len(children(supervisor)) == everything, "all its processes run")
    hung = children(supervisor)
    for pid in hung:
        os.kill(pid, signal.SIGSTOP)
    try:
        return told_to_stop(world.bridge.worker)
    finally:
        assert not [pid for pid in hung if alive(pid)]
        world.bridge.start_worker()
        world.bridge.wait_ready()


def test_the_web_process_ends_what_it_was_asked_and_then_itself(world: Any) -> None:
    as_promised(lambda: _web_stopped_while_it_is_asked(world))


def _web_stopped_while_it_is_asked(world: Any) -> float:
    """One request comes to its end meanwhile; another never does, and nobody waits for it longer than is promised."""
    body = b'{"event": "order.changed", "order_id": 1}'
    head = (
        f"POST {urlsplit(world.event_url).path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )

    def stops() -> int:
        return int(world.bridge.log_tail("web.log", 1000).count("Handling signal: term"))

    before = stops()
    with ExitStack() as lines:
        address = ("127.0.0.1", world.bridge.port)
        asking, silent = (
            lines.enter_context(socket.create_connection(address, timeout=SLOW_MACHINE)) for _line in range(2)
        )
        for connection in (asking, silent):
            connection.sendall(head.encode() + body[:10])
            assert b" 100 " in connection.recv(200), "the request is taken in, and its body waited for"
        asked = time.monotonic()
        world.bridge.web.terminate()
        world.until(lambda: stops() > before, "it has heard that it must stop")
        asking.sendall(body[10:])
        assert b" 401 " in asking.recv(200), "it was answered, though with a refusal: nobody signed it"
        took = ended(world.bridge.web, asked)
    stop(world.bridge.web)
    world.bridge.start_web()
    world.bridge.wait_ready()
    return took
