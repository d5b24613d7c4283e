"""Two machines' worth of web processes and workers over one PostgreSQL and Redis: nothing is doubled."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from killing import children, kill
from world import FAST, eventually, toml

from bridge.demo.launch import Bridge
from connectors.sandbox.control import Sandbox, running_sandbox

ORDERS = 24


class Machines:
    """`rows` asks the database they share."""

    def __init__(self, box: Sandbox, bridges: list[Bridge], database: str) -> None:
        self.box, self.bridges, self.database = box, bridges, database

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database) as connection:
            return connection.execute(query).fetchall()

    def pair(self, bridge: Bridge) -> None:
        """From now on the shop sends its events to this machine's web process."""
        [(site,)] = self.rows("SELECT id FROM bridge_connection WHERE vendor = 'woocommerce'")
        self.box.store.pair(f"{bridge.url}/api/v1/events/woocommerce/{site}/", self.secret)

    secret = ""

    def documents(self) -> Counter[str]:
        every = self.box.moysklad.documents() + self.box.moysklad.documents(binned=True)
        return Counter(name for name, _id in {(row["name"], row["id"]) for row in every})

    def arrived(self, orders: list[int]) -> bool:
        found = self.documents()
        return all(f"WOO-{order}" in found for order in orders)


@pytest.fixture(scope="module")
def machines(
    migrated_postgres: str, queue: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machines]:
    env = {**FAST, **queue, "DATABASE_URL": migrated_postgres, "SECRET_KEY": "of-both", "LEASE_SECONDS": "8"}
    with ExitStack() as stack:
        box = stack.enter_context(running_sandbox(items=4, limiter=False, latency_ms=100))
        bridges = [Bridge(tmp_path_factory.mktemp(f"machine{n}"), env, web_workers=1) for n in (1, 2)]
        for bridge in bridges:
            stack.callback(bridge.stop)
            bridge.start_web()
            bridge.start_worker()
        found = Machines(box, bridges, migrated_postgres)
        path = bridges[0].directory / "shop.toml"
        path.write_text(toml(box))
        told = bridges[0].manage("configure", str(path))
        for bridge in bridges:
            bridge.wait_ready()
        found.secret = json.loads(told)["shops"]["site"]["event_secret"]
        found.pair(bridges[0])
        linked = "SELECT 1 FROM bridge_listing WHERE match = 'linked' LIMIT 3"
        eventually(lambda: len(found.rows(linked)) == 3, "goods are linked")
        yield found


def workers_of(bridge: Bridge) -> set[str]:
    assert bridge.worker is not None
    return {str(pid) for pid in children(bridge.worker.pid)}


def test_all_workers_of_both_machines_share_the_work_and_double_none(machines: Machines) -> None:
    orders = machines.box.store.place_orders(ORDERS // 2)
    machines.pair(machines.bridges[1])
    orders += machines.box.store.place_orders(ORDERS // 2)
    eventually(lambda: machines.arrived(orders), "every order has arrived")

    def shared() -> bool:
        """Which machine is woken is chance, so there is work until both had some."""
        claims = machines.rows("SELECT claim FROM bridge_outboxmessage WHERE claim <> ''")
        took = {claim.split("-")[1] for (claim,) in claims}
        if all(took & workers_of(bridge) for bridge in machines.bridges):
            return True
        orders.extend(machines.box.store.place_orders(4))
        eventually(lambda: machines.arrived(orders), "every order has arrived")
        return False

    eventually(shared, "workers of each machine brought something")
    assert max(machines.documents().values()) == 1
    twice = (
        "SELECT message_id FROM bridge_deliveryattempt WHERE outcome = 'done' "
        "GROUP BY message_id, started_at HAVING count(*) > 1"
    )
    assert machines.rows(twice) == []
    assert machines.rows("SELECT dedup_key FROM bridge_inboxevent GROUP BY 1 HAVING count(*) > 1") == []


def test_when_a_machine_dies_the_other_finishes_what_it_held(machines: Machines) -> None:
    survivor, lost = machines.bridges
    machines.pair(survivor)
    orders = machines.box.store.place_orders(ORDERS // 2)
    assert lost.worker is not None
    kill([lost.worker.pid, *children(lost.worker.pid)])
    eventually(lambda: machines.arrived(orders), "every order has arrived")
    assert max(machines.documents().values()) == 1
    assert Path(survivor.env["DATA_DIR"], "worker.pulse").exists()
