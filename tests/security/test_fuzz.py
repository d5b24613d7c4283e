"""Whatever anybody sends: no 5xx, nothing is kept of who proved nothing, and the memory stays as it is.

A small part runs with all tests; `make fuzz` sends FUZZ_REQUESTS, the last FUZZ_SERVED of them to a real server.
"""

from __future__ import annotations

import gc
import logging
import os
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from world import FAST, SLOW_MACHINE, database_url, eventually

from bridge.apilog import buffer
from bridge.connections.models import Shop
from bridge.demo.launch import Bridge
from bridge.inbox.models import InboxEvent
from tests.security.described_requests import described
from tests.security.requests_of_any_kind import Idea, Sent, ideas, in_process, proved, unproved
from tests.security.wire import as_bytes, ask

ALL = int(os.environ.get("FUZZ_REQUESTS", "0"))
SERVED = int(os.environ.get("FUZZ_SERVED", "0"))
SMALL, SMALL_SERVED, AN_IDEA = 540, 300, 36
# Requests to the described API that go with each idea, after one to each of its operations.
WITH_AN_IDEA = 6
# The log of calls notes strangers up to its limit, and the sign-in counts wrong passwords.
NOTED = {
    "bridge.ApiCall",
    "bridge.InboxEvent",
    "axes.AccessAttempt",
    "axes.AccessFailureLog",
    "django_q.OrmQ",
}
# Bytes that Python may hold once every address was asked: a few that are made once, and for each request next to
# nothing. And how many more may be in memory in all.
HELD_ONCE, HELD_FOR_A_REQUEST, GROWTH = 64 * 1024, 100, 24 * 1024**2


@dataclass
class Campaign:
    """Everything that is sent. `put` answers with the status, or 0 for what cannot be put on the wire."""

    shop: Shop
    put: Callable[[Sent, str], int]
    statuses: Counter[int] = field(default_factory=Counter)
    kept: int = 0

    def run(self, examples: list[Idea], rounds: list[list[Sent]], warm: Callable[[], None]) -> None:
        """`warm` is called once every address was asked and a third of what comes has come."""
        first, *others = rounds
        for sent in first:
            self.stranger(sent)
        more = iter([sent for others_calls in others for sent in others_calls])
        for number, idea in enumerate(examples):
            for sent in unproved(idea, self.shop):
                self.stranger(sent)
            for _time, sent in zip(range(WITH_AN_IDEA), more, strict=False):
                self.stranger(sent)
            assert InboxEvent.objects.count() == self.kept, "something unproved was kept"
            for sent in proved(idea, self.shop, number):
                self.send(sent)
            self.kept = InboxEvent.objects.count()
            if number == len(examples) // 3:
                warm()
        assert self.kept > 0
        # Else most would be turned away before anybody looked at what they are.
        assert self.statuses[429] < self.statuses.total() // 20, self.statuses

    def stranger(self, sent: Sent) -> None:
        status = self.send(sent)
        assert status not in (202, 204), sent
        assert not (sent.shut and 200 <= status < 400), (status, sent)

    def send(self, sent: Sent) -> int:
        asked = self.statuses.total()
        status = self.put(sent, f"10.{asked // 30 // 250 % 250}.{asked // 30 % 250}.1")
        self.statuses[status] += 1
        assert status < 500, (status, sent)
        return status


def rows() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label not in NOTED
    }


def the_schema(django_user_model: Any) -> dict[str, Any]:
    owner = django_user_model.objects.create_superuser("owner")
    client = Client()
    client.force_login(owner)
    described: dict[str, Any] = client.get("/api/v1/schema/?format=json").json()
    return described


def told(what: str, statuses: Counter[int], began: float, before: int, after: int) -> None:
    said = ", ".join(f"{status or 'not sent'}: {count}" for status, count in sorted(statuses.items()))
    print(
        f"\n{what}: {statuses.total()} requests in {time.monotonic() - began:.0f} s; {said}; "
        f"memory {before / 1024**2:.1f} → {after / 1024**2:.1f} MB"
    )


def invented(django_user_model: Any, count: int) -> tuple[list[Idea], list[list[Sent]]]:
    """Before anything is measured: what invents requests remembers them."""
    schema, found = the_schema(django_user_model), list[Idea]()

    @settings(
        max_examples=count // AN_IDEA + 1,
        database=None,
        derandomize=not ALL,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(idea=ideas(schema))
    def collect(idea: Idea) -> None:
        found.append(idea)

    collect()
    rounds = described(schema, 2 + len(found) * WITH_AN_IDEA // 138)
    gc.collect()
    return found, rounds


@pytest.fixture
def no_records() -> Iterator[None]:
    """Django logs each refused request, and pytest keeps all that is logged."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@contextmanager
def connection_stays() -> Iterator[None]:
    """The test's transaction goes on from one request to the next, as with Django's own client, which sees to it
    at each of its requests."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.fixture
def held() -> Iterator[Callable[[], int]]:
    """Bytes that Python holds, to the byte: what a few requests leave behind is seen among millions."""

    def count() -> int:
        buffer._waiting.clear()  # calls wait there to be written, which a test's transaction never lets them
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    yield count
    tracemalloc.stop()


def test_whatever_comes_nothing_breaks_and_nothing_unproved_is_kept(
    no_records: None,
    shop: Shop,
    django_user_model: Any,
    held: Callable[[], int],
) -> None:
    tracemalloc.stop()
    examples, rounds = invented(django_user_model, (ALL - SERVED) if ALL else SMALL)
    tracemalloc.start()
    application = get_wsgi_application()
    before, began, at_first = rows(), time.monotonic(), [0, 0, 0]
    campaign = Campaign(shop, lambda sent, address: in_process(application, sent, address))

    def warm() -> None:
        at_first[:] = held(), resident("self"), campaign.statuses.total()

    with connection_stays():
        campaign.run(examples, rounds, warm)
    now_held, now_resident = held(), resident("self")
    told("in process", campaign.statuses, began, at_first[1], now_resident)
    since = campaign.statuses.total() - at_first[2]
    print(f"held for a request: {(now_held - at_first[0]) / since:.0f} bytes")
    assert {name: count for name, count in rows().items() if count != before[name]} == {}
    assert now_held - at_first[0] < HELD_ONCE + HELD_FOR_A_REQUEST * since
    assert now_resident - at_first[1] < GROWTH


def test_a_real_server_stands_it_too(
    database: None, transactional_db: None, shop: Shop, django_user_model: Any, tmp_path: Path
) -> None:
    examples, rounds = invented(django_user_model, SERVED or SMALL_SERVED)
    env = {
        **FAST,
        "SECRET_KEY": django_settings.SECRET_KEY,
        "DATABASE_URL": database_url(),
        "BEHIND_PROXY": "true",
    }
    bridge = Bridge(tmp_path, env)
    try:
        bridge.start_web()
        home = urlsplit(bridge.url).netloc

        def put(sent: Sent, address: str) -> int:
            raw = as_bytes(sent, home, address)
            return 0 if raw is None else ask(home, raw, sent.method, SLOW_MACHINE)

        eventually(lambda: len(workers(bridge)) == 2 and answers(put), "the web answers", SLOW_MACHINE)
        at_work, before = workers(bridge), rows()
        began, at_first = time.monotonic(), [0]
        campaign = Campaign(shop, put)

        def warm() -> None:
            at_first[:] = [sum(map(resident, at_work))]

        campaign.run(examples, rounds, warm)
        assert workers(bridge) == at_work, "a process of the web is not the one it was"
        now = sum(map(resident, at_work))
        told("a real server", campaign.statuses, began, at_first[0], now)
        assert campaign.statuses[0] < campaign.statuses.total() // 10, campaign.statuses
        assert {name: count for name, count in rows().items() if count != before[name]} == {}
        assert now - at_first[0] < GROWTH
    finally:
        bridge.stop()
        connection.close()
    call_command("flush", interactive=False, verbosity=0)


def answers(put: Callable[[Sent, str], int]) -> bool:
    try:
        return put(Sent("GET", "/healthz"), "10.0.0.1") == 200
    except OSError:  # it does not listen yet
        return False


def resident(pid: int | str) -> int:
    """Bytes of a process that are in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def workers(bridge: Bridge) -> list[int]:
    """The processes that answer."""
    assert bridge.web is not None
    children = Path(f"/proc/{bridge.web.pid}/task/{bridge.web.pid}/children").read_text()
    return sorted(map(int, children.split()))
