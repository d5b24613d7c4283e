"""The whole path for flow tests: both sandboxes, gunicorn and the workers as real processes over the test database.

A module shares one bridge; tests use orders of their own. They act through the sandboxes and look at the sandboxes,
at the bridge's HTTP answers, and at its tables.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from shop_file import toml
from warm import WarmBridge

from bridge.demo.launch import Bridge
from bridge.inbox.models import InboxEvent
from bridge.models import Connection, Listing, Shop
from bridge.orders.models import Order
from bridge.outbox import pauses
from bridge.outbox.models import OutboxMessage, Pause
from bridge.routes import LONG_WORK
from bridge.sync import flows
from bridge.sync.leased import OPEN
from bridge.sync.models import Watermark
from connectors.sandbox.control import Sandbox, running_sandbox

T = TypeVar("T")

FAST = {
    "MOYSKLAD_CALLS": "1000",  # the limits have tests of their own
    "MOYSKLAD_PARALLEL": "5",
    "RETRY_SCALE": "0.1",
    "HEARTBEAT_TIMEOUT": "60",
    "LEASE_SECONDS": "60",
    "LOG_LEVEL": "WARNING",
    "WORKERS": "3",
    # Four worlds on two processors give way to each other all the time; a module of its own is about that.
    "WORKER_NICENESS": "0",
}
# For modules that kill processes. What these held is free again because they are seen to be gone: no test waits for the
# lease, which must leave a busy machine its time.
KILLING = {"HEARTBEAT_TIMEOUT": "15"}


# Seconds something may take. Whatever takes longer here is not slow but wrong; how fast things are, tests/bench says.
SLOW_MACHINE = 120.0


def eventually(probe: Callable[[], T], what: str, seconds: float = SLOW_MACHINE) -> T:
    """The first true value of `probe`; AssertionError naming what did not happen."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := probe():
            return value
        time.sleep(0.1)
    raise AssertionError(f"did not happen within {seconds} s: {what}")


@dataclass
class World:
    """One running bridge between the sandboxes, already configured."""

    bridge: Bridge
    box: Sandbox
    directory: Path

    until = staticmethod(eventually)

    @property
    def shop(self) -> Shop:
        return Shop.objects.select_related("site", "account").get()

    @property
    def event_url(self) -> str:
        return f"{self.bridge.url}/api/v1/events/woocommerce/{self.shop.site_id}/"

    @property
    def secret(self) -> str:
        return str(Connection.objects.get(vendor="woocommerce").credentials["event_secret"])

    def configure(self, **shop: Any) -> dict[str, Any]:
        """Run `manage.py configure` with the usual file; arguments change keys of [shop.site]."""
        path = self.directory / "shop.toml"
        path.write_text(toml(self.box, **shop))
        return dict(json.loads(self.bridge.manage("configure", str(path))))

    def documents(self, order_id: int) -> list[dict[str, Any]]:
        """The documents in MoySklad that carry this order's number, those in the bin too."""
        every = self.box.moysklad.documents() + self.box.moysklad.documents(binned=True)
        unique = {row["id"]: row for row in every if row["name"] == f"WOO-{order_id}"}
        return list(unique.values())

    def document(self, order_id: int) -> dict[str, Any]:
        """The one document of an order, waiting for it; a second one fails the test."""
        found = eventually(lambda: self.documents(order_id), f"order {order_id} is in MoySklad")
        assert len(found) == 1, f"{len(found)} documents for one order"
        return found[0]

    def site_status(self, order_id: int) -> str:
        order = self.box.store.order(order_id)
        return str(order["status"]) if order else "deleted"

    def row(self, order_id: int) -> Order:
        return eventually(
            lambda: Order.objects.filter(source_id=str(order_id)).select_related("binding").first(),
            f"order {order_id} is recorded",
        )

    def message(self, order_id: int, **filters: Any) -> OutboxMessage:
        """The outgoing message of an order with these values, waiting for it."""
        key = self.row(order_id).object_key
        return eventually(
            lambda: OutboxMessage.objects.filter(object_key=key, **filters).order_by("-pk").first(),
            f"a message of order {order_id} with {filters}",
        )

    def flag(self, order_id: int, code: str) -> dict[str, Any]:
        """The figures of an order's flag, waiting for it."""
        row = self.row(order_id)
        found = eventually(lambda: row.flags.filter(code=code).first(), f"order {order_id} is flagged {code}")
        return dict(found.params)

    def quiet(self, seconds: float = SLOW_MACHINE) -> None:
        """Wait until nothing is waiting or in flight."""

        def idle() -> bool:
            figures = self.status()
            return (
                figures["inbox"]["waiting"]
                == figures["outbox"]["waiting"]
                == figures["outbox"]["in_flight"]
                == 0
            )

        def quiet() -> bool:
            """Nothing to do, nothing on its way, and nothing came of what arrived while that was looked at."""
            return idle() and self.box.settle(0.1) and idle()

        eventually(self.box.settle, "nothing is on its way to the bridge", seconds)
        eventually(quiet, "the bridge has nothing left to do", seconds)

    @contextmanager
    def backlog(self) -> Iterator[None]:
        """What this brings about gathers, however slowly it is taken in, and goes out together; counted from then."""
        pauses.begin(self.shop, until=None)
        try:
            yield
            self.quiet()
            self.box.moysklad.reset_stats()
        finally:
            pauses.end(Pause.objects.all())

    def run_flow(self, name: str, seconds: float = SLOW_MACHINE) -> Watermark:
        """Run a flow of the shop's account or site now; returns once a run that began after this call has ended.

        A run that only the database stood in the way of is repeated by the bridge, and waited for.
        """
        shop = self.shop
        watermark = Watermark.objects.get(connection__in=[shop.account, shop.site], flow=name)
        flows.run_soon(watermark.connection, name)
        asked = timezone.now()

        def ran() -> bool:  # being asked makes it due at once, having run makes it due later
            watermark.refresh_from_db()
            again = watermark.problem == "internal" or (watermark.cursor and not watermark.problem)
            ended = watermark.running_since is None and watermark.next_due_at > asked + timedelta(seconds=1)
            return bool(ended and not again)

        eventually(ran, f"the flow {name} has run", seconds)
        self.quiet()
        return watermark

    def status(self) -> dict[str, Any]:
        from bridge.status import status

        return status()

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.bridge.url}{path}", timeout=SLOW_MACHINE)


def unfinished() -> str:
    """What the tables say is still to be done, for a failure's report."""
    rows = [f"now {timezone.now()}"]
    for model, fields in (
        (InboxEvent, ("topic", "state", "due_at", "in_flight_since", "problem")),
        (OutboxMessage, ("kind", "object_key", "state", "due_at", "in_flight_since", "attempts", "problem")),
    ):
        open_rows = model._default_manager.exclude(state__in=("done", "discarded")).order_by("-pk")
        rows += [f"{model.__name__} {values}" for values in open_rows.values_list(*fields)[:20]]
    for work in LONG_WORK.values():
        row = ("pk", "state", "due_at", "running_since", "held_by", "problem", "place")
        open_work = work.model._default_manager.filter(state__in=OPEN)
        rows += [f"{work.model.__name__} {values}" for values in open_work.values_list(*row)]
    flow = ("flow", "next_due_at", "again_at", "running_since", "last_success_at", "problem")
    rows += [f"Watermark {values}" for values in Watermark.objects.values_list(*flow)]
    stale = Listing.objects.exclude(stock_stale=False, stock_differs=False, unheard=0, write_error="")
    numbers = (
        "sku",
        "site_quantity",
        "wanted_quantity",
        "unheard",
        "unheard_until",
        "stock_stale",
        "write_error",
    )
    rows += [f"Listing {values}" for values in stale.values_list(*numbers)[:20]]
    return "\n".join(rows)


def database_url() -> str:
    """The test database as the processes must be told of it."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    values = settings.DATABASES["default"]
    return f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{name}"


def patient(box: Sandbox) -> None:
    """A bridge that is slow to answer is no outage: a webhook that got no answer in time is lost."""
    box.moysklad.configure(webhook_timeout_ms=60_000)
    box.store.configure(event_timeout_ms=60_000)


def open_world(
    directory: Path,
    env: dict[str, str],
    web_workers: int = 1,
    made_by: type[WarmBridge] = WarmBridge,
    **sandbox: Any,
) -> Iterator[World]:
    """A configured bridge with its catalogue linked and stock written; yields once it is quiet."""
    call_command("flush", interactive=False, verbosity=0)
    environment = {**FAST, "SECRET_KEY": settings.SECRET_KEY, "DATABASE_URL": database_url(), **env}
    with running_sandbox(**{"items": 20, "limiter": False, **sandbox}) as box:
        patient(box)
        with made_by(directory, environment, web_workers=web_workers) as bridge:
            world = World(bridge, box, directory)
            world.configure()
            box.store.pair(world.event_url, world.secret)
            eventually(
                lambda: Listing.objects.filter(match="linked").count() >= 16,
                "the goods are linked",
                3 * SLOW_MACHINE,
            )
            unread = Watermark.objects.filter(last_success_at=None)
            eventually(lambda: not unread.exists(), "every flow has run, the webhooks are made")
            world.quiet()
            try:
                yield world
            finally:
                if os.environ.get("SHOW_LOGS"):
                    print(bridge.log_tail("web.log"), bridge.log_tail("worker.log", 80))
        connection.close()


def empty_world(directory: Path) -> Iterator[World]:
    """A running bridge that knows nothing, beside a shop one of whose goods MoySklad does not have."""
    call_command("flush", interactive=False, verbosity=0)
    environment = {**FAST, "SECRET_KEY": settings.SECRET_KEY, "DATABASE_URL": database_url()}
    with running_sandbox(items=10, limiter=False, special=["missing_in_moysklad"]) as box:
        patient(box)
        with Bridge(directory, environment, web_workers=2) as bridge:
            yield World(bridge, box, directory)
        connection.close()
    call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def world_options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A module may set WORLD = {"env": {...}, ...sandbox options}."""
    return dict(getattr(request.module, "WORLD", {}))


@pytest.fixture(scope="session")
def database(django_db_setup: None) -> None:
    """The test database, which processes share with the test."""


@pytest.fixture(scope="module")
def bridge(
    database: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
    world_options: dict[str, Any],
) -> Iterator[World]:
    with django_db_blocker.unblock():
        env = world_options.pop("env", {})
        yield from open_world(tmp_path_factory.mktemp("bridge"), env, **world_options)
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def world(bridge: World) -> Iterator[World]:
    """The module's bridge, with no faults and no held events left over from the test before."""
    for control in (bridge.box.moysklad, bridge.box.store):
        control.faults.clear()
    yield bridge
    for control in (bridge.box.moysklad, bridge.box.store):
        control.faults.clear()
