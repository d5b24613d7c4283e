"""What breaks: every method without an underscore is a kind of trouble that a plan may name (KINDS).

A method begins the trouble and, where it lasts, says what ends it and when; `tick` ends what is due.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from killing import kill
from shop_file import toml

from chaos.bridge import StormBridge, faketime
from chaos.plan import Injection
from chaos.servers import Database, Postgres
from connectors.sandbox.control import Sandbox
from connectors.sandbox.control_base import Control

OUTAGE = 1800.0
"""Seconds MoySklad is away for, times RETRY_SCALE: what waits for it is scaled too."""
LATE = 120.0
"""Seconds within which a site carries out what its gateway gave up, times RETRY_SCALE."""
SITE = r"/wc/v3/|/sklad-bridge/"
JUMP = 300
CLOCK = ("clock_forward", "clock_back")
WITH_QUEUE_SERVER = ("queue_server_restarted",)
ANSWERS = (
    "too_many_calls",
    "too_many_at_once",
    "server_errors",
    "web_page",
    "slow_answers",
    "cut_before_commit",
    "cut_after_commit",
    "gateway_gave_up",
    "moysklad_away",
    "token_replaced",
    "site_errors",
    "site_web_page",
    "site_slow",
    "site_cut",
    "site_late",
)
"""Kinds that wait for a call to strike."""
NEWS = ("news_doubled", "news_delayed", "news_dropped", "news_reordered")
"""Kinds that wait for webhooks and events."""
KILLINGS = (
    "busy_worker_killed",
    "idle_worker_killed",
    "all_idle_workers_killed",
    "guard_killed",
    "web_workers_killed",
)
"""Kinds that look for processes to kill."""
WITH_MESSAGE = "busy workers killed with a message in hand"
ENTERED_WITHIN = 300
"""Seconds until the new token must be taken: nothing that lasts longer is in a plan."""
BUSY_WITHIN = 15
"""Seconds until any worker is killed, since none has a message."""


class Injector:
    def __init__(
        self,
        bridge: StormBridge,
        box: Sandbox,
        database: Database,
        retry_scale: float,
        settings: dict[str, object],
    ) -> None:
        self.bridge, self.box, self.database = bridge, box, database
        self.retry_scale, self.settings = retry_scale, settings
        self.done: Counter[str] = Counter()
        self.struck: Counter[str] = Counter()
        """Calls and news that went wrong, processes that were killed, by the kind of trouble; whole after `end_all`."""
        self.notes: Counter[str] = Counter()
        self._ends: list[tuple[float, Callable[[], None]]] = []
        self._rules: dict[tuple[str, int], str] = {}
        self._kind = ""
        self._over = False

    def fire(self, injection: Injection) -> None:
        self._kind = injection.kind
        getattr(self, injection.kind)(injection.draw)
        self.done[injection.kind] += 1

    def tick(self) -> None:
        """End what has lasted long enough."""
        now = time.monotonic()
        due = [one for one in self._ends if one[0] <= now]
        self._ends = [one for one in self._ends if one[0] > now]
        for _moment, end in due:
            end()

    def end_all(self) -> None:
        """The storm is over: everything that lasts ends now, and nothing is broken any more."""
        self._over = True
        while self._ends:
            ends, self._ends = self._ends, []
            for _moment, end in ends:
                end()
        for side in (self.box.moysklad, self.box.store):
            for rule in side.faults.listed():
                self.struck[self._rules[side.address, rule["number"]]] += rule["hits"]
            side.faults.clear()
        for met in (self.box.moysklad.webhooks_met(), self.box.store.events_met()):
            self.struck.update({f"news_{kind}": count for kind, count in met.items()})
        self.struck["token_replaced"] = self.box.moysklad.stats()["by_status"].get("401", 0)

    def _for(self, seconds: float, end: Callable[[], None]) -> None:
        self._ends.append((time.monotonic() + seconds, end))

    def _arm(self, side: Control, fault: str, **rule: Any) -> int:
        """A rule of what goes wrong; those armed before strike first, and all wait while an outage lasts."""
        number = side.faults.add(fault, **rule)
        self._rules[side.address, number] = self._kind
        return number

    # --- answers of MoySklad ------------------------------------------------------------------------

    def too_many_calls(self, draw: float) -> None:
        self._arm(self.box.moysklad, "status", status=429, flavour="rate", ms=int(200 + 1500 * draw), count=4)

    def too_many_at_once(self, draw: float) -> None:
        self._arm(self.box.moysklad, "status", status=429, flavour="parallel", count=4)

    def server_errors(self, draw: float) -> None:
        for status in range(500, 505):
            self._arm(self.box.moysklad, "status", status=status, count=2, skip=int(draw * 3))

    def web_page(self, draw: float) -> None:
        self._arm(self.box.moysklad, "html", status=200 if draw < 0.5 else 502, count=3)

    def slow_answers(self, draw: float) -> None:
        self._arm(self.box.moysklad, "slow", ms=int(800 + 3000 * draw), count=6)

    def cut_before_commit(self, draw: float) -> None:
        self._arm(self.box.moysklad, "cut_before", count=3, skip=int(draw * 4))

    def cut_after_commit(self, draw: float) -> None:
        self._arm(self.box.moysklad, "cut_after", method="POST|PUT", count=3, skip=int(draw * 2))

    def gateway_gave_up(self, draw: float) -> None:
        """The call was carried out, its answer is a proxy's."""
        self._arm(self.box.moysklad, "status", method="POST|PUT", status=504, after_commit=True, count=2)

    def moysklad_away(self, draw: float) -> None:
        outage = self._arm(self.box.moysklad, "status", status=503, count=None, first=True)
        self._for(OUTAGE * self.retry_scale, lambda: self.box.moysklad.faults.end(outage))

    def token_replaced(self, draw: float) -> None:
        """Revoked now; a while later a person enters the new one."""
        self.box.moysklad.revoke_token()
        deadline = time.monotonic() + ENTERED_WITHIN

        def enter() -> None:
            path = Path(self.bridge.directory) / "shop.toml"
            path.write_text(toml(self.box, **self.settings))
            self._hold(True)
            try:
                self.bridge.manage("configure", str(path))
            except RuntimeError:  # a database that is away just now: the person tries again
                self.notes["settings refused, entered again"] += 1
                if time.monotonic() > deadline:
                    raise
                self._for(1, enter)
            finally:
                self._hold(False)

        self._for(4 + 4 * draw, enter)

    def _hold(self, held: bool) -> None:
        """The person's own calls are no aim: with the bridge shut out they would meet every fault that waits."""
        self.box.moysklad.faults.hold(held)
        self.box.store.faults.hold(held)

    # --- answers of the site ------------------------------------------------------------------------

    def site_errors(self, draw: float) -> None:
        for status in range(500, 505):
            self._arm(self.box.store, "status", path=SITE, status=status, count=1)

    def site_web_page(self, draw: float) -> None:
        self._arm(self.box.store, "html", path=SITE, status=200 if draw < 0.5 else 503, count=2)

    def site_slow(self, draw: float) -> None:
        self._arm(self.box.store, "slow", path=SITE, ms=int(800 + 3000 * draw), count=4)

    def site_cut(self, draw: float) -> None:
        """Before the commit of any call, or after that of one that changes something."""
        kind, method = ("cut_before", ".*") if draw < 0.5 else ("cut_after", "POST|PUT|DELETE")
        self._arm(self.box.store, kind, method=method, path=SITE, count=2)

    def site_late(self, draw: float) -> None:
        """A gateway gives up, and the site makes the refund nevertheless, when nobody waits for it any more."""
        ms = int(LATE * 1000 * self.retry_scale * (0.3 + draw / 2))
        self._arm(self.box.store, "late", method="POST", path="/refunds$", status=504, ms=ms)

    # --- news on its way ----------------------------------------------------------------------------

    def news_doubled(self, draw: float) -> None:
        self._news(copies=2 + int(draw * 2))
        self._for(5, lambda: self._news(copies=1))

    def news_delayed(self, draw: float) -> None:
        self._news(delay_ms=int(1000 + 4000 * draw))
        self._for(5, lambda: self._news(delay_ms=0))

    def news_dropped(self, draw: float) -> None:
        self._news(drop_next=2 + int(draw * 4))

    def news_reordered(self, draw: float) -> None:
        self._news(hold=True)

        def go() -> None:
            order, seed = "reverse" if draw < 0.3 else "shuffle", int(draw * 1_000_000)
            self.box.store.release_events(order, seed=seed)
            self.box.moysklad.release_webhooks(order, seed=seed)

        self._for(4, go)

    def _news(self, **knobs: object) -> None:
        self.box.store.event_knobs(**knobs)
        self.box.moysklad.webhook_knobs(**knobs)

    # --- processes ----------------------------------------------------------------------------------

    def busy_worker_killed(self, draw: float) -> None:
        """While people go on and MoySklad takes its time, so that some worker soon has a message in hand."""
        self._arm(self.box.moysklad, "slow", ms=1500, count=6)
        deadline = time.monotonic() + BUSY_WITHIN

        def go() -> None:
            busy = self._busy()
            if not (busy or self._over or time.monotonic() > deadline):
                self._for(0, go)
                return
            self.notes[WITH_MESSAGE] += bool(busy)
            self._kill("busy_worker_killed", busy[:1] or self.bridge.leaves()[:1])

        self._for(0, go)

    def idle_worker_killed(self, draw: float) -> None:
        busy, every = self._busy(), self.bridge.leaves()
        idle = [pid for pid in every if pid not in busy]
        self._kill("idle_worker_killed", idle[int(draw * len(idle)) :][:1])

    def all_idle_workers_killed(self, draw: float) -> None:
        """With the queue's lock in a dead hand: nothing but the supervisor brings this cluster back."""
        busy = self._busy()
        self._kill("all_idle_workers_killed", [pid for pid in self.bridge.leaves() if pid not in busy])

    def guard_killed(self, draw: float) -> None:
        guard = self.bridge.guard()
        self._kill("guard_killed", [guard] if guard else [])

    def web_workers_killed(self, draw: float) -> None:
        self.struck["web_workers_killed"] += self.bridge.kill_web_workers()

    def web_killed(self, draw: float) -> None:
        self.bridge.restart_web()

    def _kill(self, kind: str, found: Sequence[int]) -> None:
        self.struck[kind] += len(found)
        kill(found)

    def _busy(self) -> list[int]:
        """Workers that hold messages just now: a claim begins with the mark of its process."""
        with suppress(Exception):  # a database that is away tells nothing, and that is no part of the storm
            rows = self.database.rows("SELECT claim FROM bridge_outboxmessage WHERE state = 'in_flight'")
            alive = set(self.bridge.leaves())
            return sorted({int(claim.split("-")[1]) for (claim,) in rows if claim} & alive)
        return []

    # --- servers, clock, disk -----------------------------------------------------------------------

    def database_restarted(self, draw: float) -> None:
        self.database.restart("fast")

    def database_crashed(self, draw: float) -> None:
        self.database.restart("immediate")

    def queue_flushed(self, draw: float) -> None:
        self.database.flush_queue()

    def queue_server_restarted(self, draw: float) -> None:
        assert isinstance(self.database, Postgres)
        self.database.restart_queue()

    def clock_forward(self, draw: float) -> None:
        self._jump(JUMP)

    def clock_back(self, draw: float) -> None:
        self._jump(-JUMP)

    def _jump(self, seconds: int) -> None:
        self.bridge.set_clock(seconds)
        self._for(6, lambda: self.bridge.set_clock(0))

    def log_disk_full(self, draw: float) -> None:
        self._disk(full=True)
        self._for(5, lambda: self._disk(full=False))

    def _disk(self, *, full: bool) -> None:
        self.bridge.disk_is_full = full
        self.bridge.restart_web()
        self.bridge.restart_worker()


KINDS = tuple(
    name
    for name, value in vars(Injector).items()
    if callable(value) and not name.startswith("_") and name not in ("fire", "tick", "end_all")
)


def kinds(database: str) -> tuple[list[str], list[str]]:
    """The kinds this machine can make with this database, and a sentence for each it cannot. SQLite alone has no queue
    server that could restart.
    """
    missing: dict[str, str] = {}
    if faketime() is None:
        missing |= dict.fromkeys(CLOCK, "libfaketime is not installed (Debian's package libfaketime)")
    possible = [kind for kind in KINDS if database != "sqlite" or kind not in WITH_QUEUE_SERVER]
    return [kind for kind in possible if kind not in missing], [
        f"{kind}: {why}" for kind, why in missing.items()
    ]
