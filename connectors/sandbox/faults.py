"""Faults on demand: which calls of a stand-in go wrong, how, how often; the stand-ins ask before and after handling."""

from __future__ import annotations

import itertools
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = ("status", "html", "slow", "cut_before", "cut_after", "late", "error")


@dataclass
class Fault:
    """One rule. `count` None means until cleared; `probability` is drawn from `seed`, so a run can be repeated.

    status: answer `status` (429 with `flavour` "rate" or "parallel"); html: the same with an HTML page; slow: wait `ms`
    first and go on; cut_before / cut_after: close the connection before / after the call was carried out; late: answer
    `status` at once and carry the call out after `ms`; error: the vendor's error `code`. `after_commit` lets status and
    html happen although the call was carried out (a gateway that gave up). `skip` calls pass before the rule starts to
    work. `hits` counts the calls it struck, `number` names it.
    """

    kind: str
    method: str = ".*"
    path: str = ".*"
    count: int | None = 1
    probability: float = 1.0
    seed: int = 1
    status: int = 500
    flavour: str = "rate"
    code: int = 0
    ms: int = 0
    after_commit: bool = False
    skip: int = 0
    hits: int = 0
    number: int = 0
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}, known: {', '.join(KINDS)}")
        self._random = random.Random(self.seed)
        re.compile(self.method)
        re.compile(self.path)

    @property
    def happens_after(self) -> bool:
        return self.kind == "cut_after" or (self.after_commit and self.kind in ("status", "html"))

    @property
    def is_late(self) -> bool:
        return self.kind == "late"

    def strikes(self, method: str, path: str) -> bool:
        if self.count is not None and self.hits >= self.count:
            return False
        if not re.fullmatch(self.method, method) or not re.search(self.path, path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.probability < 1.0 and self._random.random() >= self.probability:
            return False
        self.hits += 1
        return True


@dataclass
class Plan:
    """What the faults have in mind for one call: a wait in seconds, then at most one fault."""

    wait: float = 0.0
    fault: Fault | None = None


class Faults:
    """The rules of one stand-in; the first matching one wins, slowness adds up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []
        self._numbers = itertools.count(1)
        self._held = False
        self._late: list[threading.Timer] = []

    def add(self, *, first: bool = False, **rule: Any) -> int:
        """Behind the rules there are, or before them. Returns the rule's number."""
        fault = Fault(**rule)
        with self._lock:
            fault.number = next(self._numbers)
            self._rules.insert(0 if first else len(self._rules), fault)
        return fault.number

    def end(self, number: int) -> None:
        """This rule strikes no more; it stays in the list with its hits. LookupError for a number that is not there."""
        with self._lock:
            found = [rule for rule in self._rules if rule.number == number]
            if not found:
                raise LookupError(f"no fault {number}")
            found[0].count = found[0].hits

    def hold(self, held: bool) -> None:
        """While held no rule strikes; each goes on afterwards as if no call had come meanwhile."""
        self._held = held

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {key: value for key, value in asdict(rule).items() if key != "_random"}
                for rule in self._rules
            ]

    def plan(self, method: str, path: str) -> Plan:
        plan = Plan()
        with self._lock:
            if self._held:
                return plan
            for rule in self._rules:
                if plan.fault is not None and rule.kind != "slow":
                    continue
                if rule.strikes(method, path):
                    if rule.kind == "slow":
                        plan.wait += rule.ms / 1000
                    else:
                        plan.fault = rule
        return plan

    def later(self, fault: Fault, carry_out: Callable[[], object]) -> None:
        """A gateway gave up, the server behind it goes on."""
        timer = threading.Timer(fault.ms / 1000, carry_out)
        timer.daemon = True
        with self._lock:
            self._late = [one for one in self._late if one.is_alive()] + [timer]
            timer.start()

    def settle(self, timeout: float) -> bool:
        """Wait until no call is to be carried out any more. False when the time ran out."""
        deadline = time.monotonic() + timeout
        for timer in self._late:
            timer.join(max(0.0, deadline - time.monotonic()))
        return not any(timer.is_alive() for timer in self._late)
