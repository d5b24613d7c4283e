"""What breaks: every method without an underscore is a kind of trouble that a plan may name (KINDS).

A method begins the trouble and, where it lasts, says what ends it and when; `tick` ends what is due.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from killing import kill
from shop_file import toml

from chaos.bridge import StormBridge, faketime
from chaos.plan import Injection
from chaos.servers import Database, Postgres
from connectors.sandbox.control import Sandbox

OUTAGE = 1800.0
"""Seconds MoySklad is away for, times RETRY_SCALE: what waits for it is scaled too."""
SITE = r"/wc/v3/|/sklad-bridge/"
JUMP = 300
CLOCK = ("clock_forward", "clock_back")
WITH_QUEUE_SERVER = ("queue_server_restarted",)


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
        self.notes: Counter[str] = Counter()
        self._ends: list[tuple[float, Callable[[], None]]] = []

    def fire(self, injection: Injection) -> None:
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
        while self._ends:
            ends, self._ends = self._ends, []
            for _moment, end in ends:
                end()
        self._mend_moysklad()
        self.box.store.faults.clear()

    def _for(self, seconds: float, end: Callable[[], None]) -> None:
        self._ends.append((time.monotonic() + seconds, end))

    def _mend_moysklad(self) -> None:
        self.box.moysklad.faults.clear()

    # --- answers of MoySklad ------------------------------------------------------------------------

    def too_many_calls(self, draw: float) -> None:
        self.box.moysklad.faults.add("status", status=429, flavour="rate", ms=int(200 + 1500 * draw), count=4)

    def too_many_at_once(self, draw: float) -> None:
        self.box.moysklad.faults.add("status", status=429, flavour="parallel", count=4)

    def server_errors(self, draw: float) -> None:
        for status in range(500, 505):
            self.box.moysklad.faults.add("status", status=status, count=2, skip=int(draw * 3))

    def web_page(self, draw: float) -> None:
        self.box.moysklad.faults.add("html", status=200 if draw < 0.5 else 502, count=3)

    def slow_answers(self, draw: float) -> None:
        self.box.moysklad.faults.add("slow", ms=int(800 + 3000 * draw), count=6)

    def cut_before_commit(self, draw: float) -> None:
        self.box.moysklad.faults.add("cut_before", count=3, skip=int(draw * 4))

    def cut_after_commit(self, draw: float) -> None:
        self.box.moysklad.faults.add("cut_after", method="POST|PUT", count=3, skip=int(draw * 2))

    def gateway_gave_up(self, draw: float) -> None:
        """The call was carried out, its answer is a proxy's."""
        self.box.moysklad.faults.add("status", method="POST|PUT", status=504, after_commit=True, count=2)

    def moysklad_away(self, draw: float) -> None:
        self.box.moysklad.faults.add("status", status=503, count=None)
        self._for(OUTAGE * self.retry_scale, self._mend_moysklad)

    def token_replaced(self, draw: float) -> None:
        """Revoked now; a while later a person enters the new one."""
        self.box.moysklad.revoke_token()
        self._for(4 + 4 * draw, self._enter_token)

    def _enter_token(self) -> None:
        path = Path(self.bridge.directory) / "shop.toml"
        path.write_text(toml(self.box, **self.settings))
        try:
            self.bridge.manage("configure", str(path))
        except RuntimeError as error:  # an account or a site that is away just now: the person tries again
            self.notes["settings refused, entered again"] += 1
            if self.notes["settings refused, entered again"] > 100:
                raise error
            self._for(1, self._enter_token)

    # --- answers of the site ------------------------------------------------------------------------

    def site_errors(self, draw: float) -> None:
        for status in range(500, 505):
            self.box.store.faults.add("status", path=SITE, status=status, count=1)

    def site_web_page(self, draw: float) -> None:
        self.box.store.faults.add("html", path=SITE, status=200 if draw < 0.5 else 503, count=2)

    def site_slow(self, draw: float) -> None:
        self.box.store.faults.add("slow", path=SITE, ms=int(800 + 3000 * draw), count=4)

    def site_cut(self, draw: float) -> None:
        kind = "cut_before" if draw < 0.5 else "cut_after"
        self.box.store.faults.add(kind, path=SITE, count=2)

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
            order = "reverse" if draw < 0.3 else "shuffle"
            self.box.store.release_events(order)
            self.box.moysklad.release_webhooks(order)

        self._for(4, go)

    def _news(self, **knobs: object) -> None:
        self.box.store.event_knobs(**knobs)
        self.box.moysklad.webhook_knobs(**knobs)

    # --- processes ----------------------------------------------------------------------------------

    def busy_worker_killed(self, draw: float) -> None:
        deadline = time.monotonic() + 2
        while not (busy := self._busy()) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.notes["of them with a message in hand"] += bool(busy)
        kill(busy[:1] or self.bridge.leaves()[:1])

    def idle_worker_killed(self, draw: float) -> None:
        busy, every = self._busy(), self.bridge.leaves()
        idle = [pid for pid in every if pid not in busy]
        kill(idle[int(draw * len(idle)) :][:1])

    def all_idle_workers_killed(self, draw: float) -> None:
        """With the queue's lock in a dead hand: nothing but the supervisor brings this cluster back."""
        busy = self._busy()
        kill([pid for pid in self.bridge.leaves() if pid not in busy])

    def guard_killed(self, draw: float) -> None:
        guard = self.bridge.guard()
        kill([guard] if guard else [])

    def web_workers_killed(self, draw: float) -> None:
        self.bridge.kill_web_workers()

    def web_killed(self, draw: float) -> None:
        self.bridge.restart_web()

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
    """The kinds this machine can make with this database, and a sentence for each it cannot."""
    missing: dict[str, str] = {}
    if faketime() is None:
        missing |= dict.fromkeys(CLOCK, "libfaketime is not installed (Debian's package libfaketime)")
    if database == "sqlite":
        missing |= dict.fromkeys(WITH_QUEUE_SERVER, "SQLite alone has no queue server")
    return [kind for kind in KINDS if kind not in missing], [
        f"{kind}: {why}" for kind, why in missing.items()
    ]
