"""A storm from its beginning to its report."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shop_file import toml

from chaos import plan, servers, settle, workload
from chaos.bridge import StormBridge
from chaos.injector import Injector, kinds
from chaos.report import Report
from chaos.servers import Database
from connectors.sandbox.control import Sandbox, running_sandbox

ITEMS = 20
ENVIRONMENT = {
    "MOYSKLAD_CALLS": "45",  # a solution's token: a storm has much to do (tests/flows/test_limits.py has the user's)
    "HEARTBEAT_TIMEOUT": "12",
    "LEASE_SECONDS": "15",
    "LOG_LEVEL": "WARNING",
    "WORKERS": "4",
}


def run(
    *,
    seed: int,
    orders: int,
    database: str,
    directory: Path,
    per_second: float,
    retry_scale: float,
    look_every: int,
    patience: float,
    say: Callable[[str], None] = print,
    only: tuple[str, ...] = (),
    fill: Callable[[Database], None] = lambda _database: None,
) -> Report:
    """`retry_scale`: the bridge's setting; `look_every`: seconds between its looks for what no news told of;
    `patience`: seconds after the storm until both sides must agree; `only`: these kinds of trouble alone;
    `fill`: may put tables into the empty database, so that less is left to migrate.

    Raises servers.Missing where the machine lacks a program.
    """
    possible, missing = kinds(database)
    possible = [kind for kind in possible if not only or kind in only]
    report = Report(seed, database, orders, not_injected=missing)
    settings: dict[str, object] = {
        "intervals": dict.fromkeys(("orders", "statuses", "stock"), look_every),
        "money": {"expense_item": "Возврат"},
        "payments": {"cod": {"document": "cashin"}},
    }
    environment = {**ENVIRONMENT, "RETRY_SCALE": str(retry_scale)}
    begun = time.monotonic()
    with _running(directory, database, seed, environment, settings, fill) as (bridge, box, rows):
        report.seconds["starting"] = time.monotonic() - begun
        storm = plan.make(seed, orders, workload.skus(box), possible)
        people = workload.Workload(box, storm, per_second)
        injector = Injector(bridge, box, rows, retry_scale, settings)
        box.moysklad.configure(ban=True, weight=1, stock_webhook_interval_ms=2000)
        box.moysklad.reset_stats()
        say(f"{orders} orders and {len(storm.injections)} troubles on {database}, seed {seed} …")
        begun = time.monotonic()
        try:
            people.run(injector, patience)
            report.seconds["storm"] = time.monotonic() - begun
            begun = time.monotonic()
            injector.end_all()
            report.differences = settle.until_agreed(bridge, box, patience)
        except settle.NeverQuiet as stuck:
            report.differences = [f"the bridge did not come to rest: {stuck}"]
        report.seconds["until both sides agreed"] = time.monotonic() - begun
        report.injected, report.notes = dict(sorted(injector.done.items())), dict(injector.notes)
        report.struck = dict(sorted(injector.struck.items()))
        report.done, report.refused = dict(sorted(people.done.items())), people.refused
        report.dead = list(_waiting_for_people(rows))
        report.moysklad = _figures(box)
        report.site = {"calls": box.store.stats()["calls"], **box.store.stats()["by_status"]}
    return report


@contextmanager
def _running(
    directory: Path,
    name: str,
    seed: int,
    environment: dict[str, str],
    settings: dict[str, object],
    fill: Callable[[Database], None],
) -> Iterator[tuple[StormBridge, Sandbox, Database]]:
    database = servers.open_database(name, directory)
    try:
        env = {
            **environment,
            "DATABASE_URL": database.url,
            "REDIS_URL": database.redis_url,
            "SECRET_KEY": secrets.token_urlsafe(40),
        }
        with running_sandbox(items=ITEMS, seed=seed, limiter=True) as box:
            workload.fill(box)
            bridge = StormBridge(directory, env)
            fill(database)
            bridge.manage("migrate", "--verbosity", "0")
            with bridge:
                _introduce(bridge, box, directory, settings)
                yield bridge, box, database
    finally:
        database.stop()


def _introduce(bridge: StormBridge, box: Sandbox, directory: Path, settings: dict[str, object]) -> None:
    """The shop is set up, its goods are linked and carry MoySklad's numbers."""
    import json

    path = directory / "shop.toml"
    path.write_text(toml(box, **settings))
    shop = json.loads(bridge.manage("configure", str(path)))["shops"]["site"]
    box.store.pair(shop["event_url"], shop["event_secret"])
    deadline = time.monotonic() + 120
    while not all(number == workload.PLENTY for number in box.store.stocks().values()):
        if time.monotonic() > deadline:
            raise TimeoutError("the site's goods did not get MoySklad's numbers")
        time.sleep(0.2)
    settle.until_quiet(bridge, box, deadline)


def _waiting_for_people(database: Database) -> Iterator[str]:
    """Dead and parked messages and unread events. No story leads to one, so each is unexplained."""
    for kind, key, state, reason, problem, params in database.rows(
        "SELECT kind, object_key, state, dead_reason, problem, problem_params FROM bridge_outboxmessage"
        " WHERE state IN ('dead', 'parked')"
    ):
        yield f"{kind} of {key} is {state} {reason}: {problem} {params}"
    for topic, problem, params in database.rows(
        "SELECT topic, problem, problem_params FROM bridge_inboxevent WHERE state = 'failed'"
    ):
        yield f"event {topic} failed: {problem} {params}"


def _figures(box: Sandbox) -> dict[str, object]:
    stats = box.moysklad.stats()
    by_status = {f"answers {status}": n for status, n in sorted(stats.pop("by_status").items())}
    stats.pop("by_route")
    return {**stats, **by_status}
