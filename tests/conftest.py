"""What every test shares: the marker for tests that touch SQL, and no skips where CI forbids them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from world import bridge, database, world, world_options

__all__ = ["bridge", "database", "world", "world_options"]

SQL_FIXTURES = {"db", "transactional_db", "bridge", "live_bridge"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`sql` marks itself; measurements run only when asked for by `-m bench`."""
    wants_bench = "bench" in (config.option.markexpr or "")
    kept, dropped = [], []
    for item in items:
        if item.get_closest_marker("django_db") or SQL_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.sql)
        (kept if wants_bench or not item.get_closest_marker("bench") else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


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


@pytest.fixture
def shop(db: None) -> object:
    """A shop with an account, its directory and one linked product; no network behind it."""
    from bridge.connections.models import Connection, DirectoryEntry, Shop, Vendor

    account = Connection.objects.create(
        vendor=Vendor.MOYSKLAD,
        name="main",
        base_url="http://127.0.0.1:9/api/remap/1.2",
        account_id="account-1",
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
