"""Whatever anybody sends: no 5xx, nothing is kept of who proved nothing, and the memory stays as it is.

A small part runs with all tests; `make fuzz` sends FUZZ_REQUESTS, the last FUZZ_SERVED of them to a real server.
"""

from __future__ import annotations

import gc
import http.client
import logging
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from world import FAST, database_url, eventually

from bridge.connections.models import Shop
from bridge.demo.launch import Bridge
from bridge.inbox.models import InboxEvent
from tests.security.requests_of_any_kind import Idea, Sent, ideas, in_process, proved, unproved

ALL = int(os.environ.get("FUZZ_REQUESTS", "0"))
SERVED = int(os.environ.get("FUZZ_SERVED", "0"))
SMALL, AN_EXAMPLE = 750, 30
# The log of calls notes strangers up to its limit, and the sign-in counts wrong passwords.
NOTED = {
    "bridge.ApiCall",
    "bridge.InboxEvent",
    "axes.AccessAttempt",
    "axes.AccessFailureLog",
    "django_q.OrmQ",
}
GROWTH = 24 * 1024**2


def memory(pid: int | str = "self") -> int:
    """Resident bytes of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


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
    said = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    print(
        f"\n{what}: {statuses.total()} requests in {time.monotonic() - began:.0f} s; {said}; "
        f"memory {before / 1024**2:.0f} → {after / 1024**2:.0f} MB"
    )


def invented(django_user_model: Any, count: int) -> list[Idea]:
    """Before anything is measured: what invents requests remembers them."""
    described, found = the_schema(django_user_model), list[Idea]()

    @settings(
        max_examples=count,
        database=None,
        derandomize=not ALL,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(idea=ideas(described))
    def collect(idea: Idea) -> None:
        found.append(idea)

    collect()
    gc.collect()
    return found


@pytest.fixture
def no_records() -> Iterator[None]:
    """Django logs each refused request, and pytest keeps all that is logged."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_whatever_comes_nothing_breaks_and_nothing_unproved_is_kept(
    no_records: None, shop: Shop, django_user_model: Any
) -> None:
    examples = invented(django_user_model, ((ALL - SERVED) if ALL else SMALL) // AN_EXAMPLE + 1)
    client = Client(raise_request_exception=False)
    before = rows()
    statuses: Counter[int] = Counter()
    kept, at_first, began = 0, 0, time.monotonic()

    def send(sent: Sent) -> int:
        status = in_process(client, sent, f"10.{number % 250}.{statuses.total() % 250}.1")
        statuses[status] += 1
        assert status < 500, (status, sent)
        return status

    for number, idea in enumerate(examples):
        for sent in unproved(idea, shop):
            assert send(sent) not in (202, 204), sent
        assert InboxEvent.objects.count() == kept, "something unproved was kept"
        for sent in proved(idea, shop, number):
            send(sent)
        kept = InboxEvent.objects.count()
        if number == len(examples) // 10:
            gc.collect()
            at_first = memory()
    gc.collect()
    told("in process", statuses, began, at_first, memory())
    assert kept > 0
    assert {name: count for name, count in rows().items() if count != before[name]} == {}
    assert memory() - at_first < GROWTH


if SERVED:

    def test_a_real_server_stands_it_too(
        database: None, transactional_db: None, shop: Shop, django_user_model: Any, tmp_path: Path
    ) -> None:
        examples = invented(django_user_model, SERVED // AN_EXAMPLE + 1)
        env = {**FAST, "SECRET_KEY": django_settings.SECRET_KEY, "DATABASE_URL": database_url()}
        bridge = Bridge(tmp_path, env)
        statuses: Counter[int] = Counter()
        try:
            bridge.start_web()
            home = urlsplit(bridge.url).netloc
            eventually(lambda: ask(home, Sent("GET", "/healthz")) == 200, "the web answers", 120)
            began, at_first = time.monotonic(), 0
            for number, idea in enumerate(examples):
                for sent in [*unproved(idea, shop), *proved(idea, shop, number)]:
                    status = ask(home, sent)
                    statuses[status] += 1
                    assert status < 500, (status, sent)
                if number == len(examples) // 10:
                    at_first = memory_of(bridge)
            told("a real server", statuses, began, at_first, memory_of(bridge))
            assert memory_of(bridge) - at_first < 2 * GROWTH
        finally:
            bridge.stop()
            connection.close()
        call_command("flush", interactive=False, verbosity=0)


def ask(home: str, sent: Sent) -> int:
    """Its status over a socket; 0 where the request cannot be put on the wire, or the server hangs up on it."""
    line = http.client.HTTPConnection(home, timeout=30)
    try:
        line.request(
            sent.method,
            sent.path,
            sent.body,
            {"Content-Type": sent.content_type.encode("latin-1", "replace"), **_latin(sent.headers)},
        )
        return line.getresponse().status
    except (ValueError, http.client.HTTPException, ConnectionError):
        return 0
    finally:
        line.close()


def _latin(headers: dict[str, str]) -> dict[str, bytes]:
    return {name: value.encode("latin-1", "replace") for name, value in headers.items()}


def memory_of(bridge: Bridge) -> int:
    """Of all web processes together."""
    assert bridge.web is not None
    children = Path(f"/proc/{bridge.web.pid}/task/{bridge.web.pid}/children").read_text().split()
    return sum(memory(pid) for pid in children)
