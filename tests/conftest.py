"""What every test shares: the marker for tests that touch SQL, and no skips where CI forbids them."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import migrated
import pytest
from hypothesis import HealthCheck, settings
from operation import databases
from pytest_django.plugin import blocking_manager_key
from world import bridge, database, unfinished, world, world_options

__all__ = ["bridge", "database", "world", "world_options"]

# How long an example takes says what else the machine does.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

WHOLE_PATHS = ("flows", "browser")
# Begun first: files that take minutes leave the other processes idle when they come last.
LONG = {"test_never_oversold", "test_every_page", "test_small_storm"}
REAL_PROCESSES = {"bench", "browser", "flows", "live"}
SQL_FIXTURES = {"db", "transactional_db", "bridge", "live_bridge"}
# Of the flows, those in which processes want the same rows, or a great many of them: only there can a database make
# the difference. `make postgres-flows` runs all.
CONTENDED = {
    "test_customers",
    "test_events",
    "test_faults",
    "test_limits",
    "test_limits_backlog",
    "test_main_job",
    "test_previews",
    "test_processes",
    "test_reconcile",
    "test_stock",
    "test_stock_of_many",
    "test_uploads",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`sql` and `flow` mark themselves; measurements run only when asked for by `-m bench`."""
    wants_bench = "bench" in (config.option.markexpr or "")
    kept, dropped = [], []
    for item in items:
        is_flow = item.path.parent.name in WHOLE_PATHS
        if is_flow:
            item.add_marker(pytest.mark.flow)
        touches = item.get_closest_marker("django_db") or SQL_FIXTURES & set(
            getattr(item, "fixturenames", ())
        )
        if touches and (not is_flow or item.path.stem in CONTENDED):
            item.add_marker(pytest.mark.sql)
        (kept if wants_bench or not item.get_closest_marker("bench") else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    kept.sort(key=lambda item: (item.path.stem not in LONG, not item.get_closest_marker("flow")))
    items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the bridge's processes said last stands beside a failure of a flow."""
    report = yield
    world_of = getattr(item, "funcargs", {}).get("world")
    if report.failed and hasattr(world_of, "bridge"):
        for log in ("web.log", "worker.log"):
            report.sections.append((log, world_of.bridge.log_tail(log, 40)))
        report.sections.append(("unfinished", unfinished()))
    return report


def pytest_configure(config: pytest.Config) -> None:
    migrated.begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        with config.stash[blocking_manager_key].unblock():
            migrated.end_run()
        databases.end_run()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With NO_SKIPS a skipped test fails the run, except those against a real shop."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("NO_SKIPS") or reporter is None:
        return
    live = str(Path("tests") / "live")
    hidden = [
        report.nodeid for report in reporter.stats.get("skipped", []) if not report.nodeid.startswith(live)
    ]
    if hidden:
        reporter.write_line("Skipped although NO_SKIPS is set:\n  " + "\n  ".join(hidden), red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """The test database of this process. In place of pytest-django's, which migrates in every process."""
    with django_db_blocker.unblock():
        made = migrated.own_database()
        made.__enter__()
    yield
    with django_db_blocker.unblock():
        made.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest) -> None:
    """Hashing that takes its time is Django's matter. Where real processes check passwords they hash as Django does."""
    if request.path.parent.name not in REAL_PROCESSES and "db" in request.fixturenames:
        settings = request.getfixturevalue("settings")
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def nobody_has_knocked() -> None:
    """Each test begins as a minute does: also for tokens, whose numbers SQLite gives again."""
    from django.core.cache import cache

    from bridge.people import knocks

    knocks._counts.clear()
    cache.clear()


@pytest.fixture
def shop(db: None) -> object:
    """A shop with an account, its directory and one linked product; no network behind it."""
    from bridge.connections.models import Connection, DirectoryEntry, Shop, Vendor

    account = Connection.objects.create(
        vendor=Vendor.MOYSKLAD,
        name="main",
        base_url="http://127.0.0.1:9/api/remap/1.2",
        account_id="account-1",
        stock_types=["freeStock", "quantity", "stock"],
    )
    site = Connection.objects.create(
        vendor=Vendor.WOOCOMMERCE,
        name="site",
        base_url="http://127.0.0.1:9",
        credentials={"event_secret": "secret-1", "consumer_key": "ck_x", "consumer_secret": "cs_x"},
    )
    kind = DirectoryEntry.Kind
    for what, name, detail, default in (
        (kind.ORGANIZATION, "org", "", False),
        (kind.STORE, "store", "", False),
        (kind.CURRENCY, "rub", "RUB", True),
    ):
        DirectoryEntry.objects.create(
            connection=account, kind=what, external_id=name, name=name, detail=detail, is_default=default
        )
    return Shop.objects.create(
        name="site",
        site=site,
        account=account,
        home_url="http://shop.example.test",
        organization_id="org",
        store_ids=["store"],
        shipping_service_id="shipping",
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
