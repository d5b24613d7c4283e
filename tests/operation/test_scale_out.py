"""Two machines' worth of web processes and workers over one PostgreSQL: nothing is doubled, by either broker."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from killing import children, kill
from operation import databases
from world import FAST, eventually, toml

from bridge.demo.launch import Bridge
from connectors.sandbox.control import Sandbox, running_sandbox

ORDERS = 24
OTHER_MACHINE = Path(__file__).parent / "other_machine"
"""Of another name: what its processes hold is nobody's but theirs until the lease is over."""


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

    def done(self) -> bool:
        """Nothing waits and nothing is in flight."""
        return not self.rows(
            "SELECT 1 FROM bridge_outboxmessage WHERE state IN ('waiting', 'in_flight') LIMIT 1"
        )

    def arrived(self, orders: list[int]) -> bool:
        found = self.documents()
        return all(f"WOO-{order}" in found for order in orders)


TRIED_AT_THE_SAME_TIME = """
SELECT one.message_id, one.started_at, one.finished_at, other.started_at, other.finished_at
FROM bridge_deliveryattempt one JOIN bridge_deliveryattempt other
  ON other.message_id = one.message_id AND other.id > one.id
WHERE one.started_at < other.finished_at AND other.started_at < one.finished_at
"""


@pytest.fixture(scope="module", params=["redis", "orm"])
def machines(
    request: pytest.FixtureRequest, require_postgres: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machines]:
    """Two of them over one Redis, or over one PostgreSQL alone."""
    broker = request.getfixturevalue("queue") if request.param == "redis" else {"REDIS_URL": ""}
    with ExitStack() as stack:
        database = stack.enter_context(databases.migrated())
        env = {**FAST, **broker, "DATABASE_URL": database, "SECRET_KEY": "of-both", "LEASE_SECONDS": "30"}
        box = stack.enter_context(running_sandbox(items=4, limiter=False, latency_ms=100))
        bridges = [
            Bridge(tmp_path_factory.mktemp("machine"), {**env, **also}, web_workers=1)
            for also in (
                {},
                {"PYTHONPATH": os.pathsep.join([str(OTHER_MACHINE), os.environ.get("PYTHONPATH", "")])},
            )
        ]
        for bridge in bridges:
            stack.callback(bridge.stop)
            bridge.start_web()
            bridge.start_worker()
        found = Machines(box, bridges, database)
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


def none_doubled(machines: Machines, orders: list[int]) -> None:
    """Once all is done: each order was made into a document once, and no two workers had a message at one time."""
    eventually(machines.done, "nothing is left to do")
    made, held = machines.box.moysklad.created(), machines.documents()
    names = [f"WOO-{order}" for order in orders]
    assert {name: made[name] for name in names} == dict.fromkeys(names, 1)
    assert {name: held[name] for name in names} == dict.fromkeys(names, 1)
    [(tried,)] = machines.rows("SELECT count(DISTINCT message_id) FROM bridge_deliveryattempt")
    assert tried >= len(orders)
    assert machines.rows(TRIED_AT_THE_SAME_TIME) == []


def test_all_workers_of_both_machines_share_the_work_and_double_none(machines: Machines) -> None:
    orders = machines.box.store.place_orders(ORDERS // 2)
    machines.pair(machines.bridges[1])
    orders += machines.box.store.place_orders(ORDERS // 2)
    eventually(lambda: machines.arrived(orders), "every order has arrived")

    def shared() -> bool:
        """Which machine is woken is chance, so there is work until both had some."""
        claims = machines.rows("SELECT claim FROM bridge_outboxmessage WHERE claim <> ''")
        took = dict(claim.split("-")[1::-1] for (claim,) in claims)
        names = [{took[pid] for pid in workers_of(one) & took.keys()} for one in machines.bridges]
        if all(names):
            assert not names[0] & names[1], "each has a name of its own"
            return True
        orders.extend(machines.box.store.place_orders(4))
        eventually(lambda: machines.arrived(orders), "every order has arrived")
        return False

    eventually(shared, "workers of each machine brought something")
    none_doubled(machines, orders)


def test_when_a_machine_dies_the_other_finishes_what_it_held(machines: Machines) -> None:
    survivor, lost = machines.bridges
    machines.pair(survivor)
    machines.box.moysklad.faults.add("slow", method="POST", path="entity/customerorder$", ms=5000, count=None)
    orders: list[int] = []

    def held_by_lost() -> bool:
        claims = machines.rows("SELECT claim FROM bridge_outboxmessage WHERE state = 'in_flight'")
        if {claim.split("-")[1] for (claim,) in claims} & workers_of(lost):
            return True
        orders.extend(machines.box.store.place_orders(4))
        return False

    eventually(held_by_lost, "its workers have orders in hand")
    assert lost.worker is not None
    kill([lost.worker.pid, *children(lost.worker.pid)])
    machines.box.moysklad.faults.clear()
    eventually(lambda: machines.arrived(orders), "every order has arrived")
    none_doubled(machines, orders)
    assert Path(survivor.env["DATA_DIR"], "worker.pulse").exists()
