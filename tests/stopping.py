"""How long the bridge's processes take to stop when they are told to: what is promised, and what compose gives them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

from operation.compose import seconds, services

PROMISED = 10.0
"""Seconds (docs/operations.md)."""
KILLED_AFTER = min(seconds(services()[name]["stop_grace_period"]) for name in ("web", "worker"))


def ended(process: subprocess.Popen[bytes], asked: float) -> float:
    """Seconds from the moment `asked` it was told to, by a clock that nobody sets. It must end by itself, say that all
    went well, and never need as long as it is given.
    """
    code = process.wait(max(0.0, asked + KILLED_AFTER - time.monotonic()))
    took = time.monotonic() - asked
    assert code == 0, f"it ended with {code}"
    assert took < KILLED_AFTER
    return took


def told_to_stop(process: subprocess.Popen[bytes]) -> float:
    """Seconds it took."""
    asked = time.monotonic()
    process.terminate()
    return ended(process, asked)


def as_promised(attempt: Callable[[], float]) -> None:
    """The attempt returns the seconds of a stop. Where the machine was too busy for it, a second one decides."""
    if (first := attempt()) > PROMISED:
        second = attempt()
        assert second <= PROMISED, f"stopped after {first:.1f} s, and then after {second:.1f} s"
