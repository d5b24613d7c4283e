"""The bridge as an owner runs it, between both stand-ins, for the figures of the main job.

Real processes over loopback: gunicorn with two workers, four queue workers, every setting as it is shipped, a MoySklad
100 ms away that allows 11 calls in 3 s. Beside PostgreSQL the queue is Redis, as in docker-compose.yml, where one
answers at TEST_REDIS_URL. The ground is the tests' database, empty; with BENCH_FILLED_URL a copy of that PostgreSQL
database, in which the shop has a million orders already (ground.py).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import connection
from warm import WarmBridge
from world import World, database_url, eventually

from bridge.connections.models import Shop
from bridge.models import Listing
from bridge.sync.models import Watermark
from connectors.sandbox.control import running_sandbox
from tests.bench.main_job.ground import FILLED, SHOP
from tests.bench.main_job.one_by_one import OneByOne
from tests.bench.main_job.processors import GeneratorShare

AS_SHIPPED = {"LOG_LEVEL": "WARNING", "BEAT_SECONDS": "5"}
WINDOW = 3.2
"""Seconds after which MoySklad's window is empty again."""


class Rig(World):
    """One bridge with one shop, `site`; on a filled ground it is the one with a million orders, and alone at work."""

    ground: str = ""

    @property
    def shop(self) -> Shop:
        return Shop.objects.select_related("site", "account").get(name=SHOP)

    @property
    def secret(self) -> str:
        return str(self.shop.site.credentials["event_secret"])

    @property
    def address(self) -> str:
        """Host and port of the web process."""
        return urlsplit(self.bridge.url).netloc

    @cached_property
    def naive(self) -> OneByOne:
        return OneByOne(self.box.moysklad)

    def generator(self) -> GeneratorShare:
        return GeneratorShare(self.box.pid)

    def buyers(self, count: int) -> list[dict[str, str]]:
        """Contacts of so many buyers whom MoySklad knows, each with an order."""
        found = [{"email": f"known{n}@example.org", "phone": f"+7 916 100-00-{n:02}"} for n in range(count)]
        for one in found:
            self.document(self.box.store.place_order({"S-00001": 1}, **one)["id"])
        self.quiet()
        return found

    def fresh_window(self) -> None:
        self.quiet()
        time.sleep(WINDOW)

    def without_limits(self) -> None:
        """From now on MoySklad answers at once, as often as it is asked; the bridge knows."""
        self.box.moysklad.configure(limiter=False, latency_ms=0)
        self.bridge.stop()
        self.bridge.env |= {"MOYSKLAD_CALLS": "100000"}
        self.bridge.start()


def _queue() -> dict[str, str]:
    address = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
    if connection.vendor != "postgresql":
        return {}
    try:
        redis.Redis.from_url(address, socket_connect_timeout=1).ping()
    except redis.RedisError:
        return {}
    return {"REDIS_URL": address, "QUEUE_NAME": f"bench-{os.getpid()}"}


@contextmanager
def running(directory: Path) -> Iterator[Rig]:
    """A configured bridge whose goods are linked and whose stock is written; yields once it is quiet."""
    environment = {
        **AS_SHIPPED,
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": database_url(),
        **_queue(),
    }
    with running_sandbox(items=50, latency_ms=100, limiter=True) as box:
        with WarmBridge(directory, environment, web_workers=2) as bridge:
            rig = Rig(bridge, box, directory)
            rig.ground = connection.vendor + ("_filled" if FILLED else "")
            rig.configure()
            box.store.pair(rig.event_url, rig.secret)
            linked = Listing.objects.filter(shop=rig.shop, match="linked")
            eventually(lambda: linked.count() >= 45, "the goods are linked", 240)
            # Of a shop with a million orders the first whole report of its stock reckons tens of thousands anew.
            unread = Watermark.objects.filter(
                connection__in=(rig.shop.site, rig.shop.account), last_success_at=None
            )
            eventually(lambda: not unread.exists(), "every flow has run", 240)
            rig.quiet()
            try:
                yield rig
            finally:
                if os.environ.get("SHOW_LOGS"):
                    print(bridge.log_tail("web.log"), bridge.log_tail("worker.log", 80))
        connection.close()
