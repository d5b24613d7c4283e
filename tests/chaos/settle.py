"""After the storm: until the bridge has nothing left to do, has looked at both sides once more, and both agree."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import requests

from chaos import auditor
from chaos.bridge import StormBridge
from connectors.sandbox.control import Sandbox

LOOKS = ("orders", "statuses", "returns", "stock")
"""Flows that find by themselves what no news told of."""
JUST_NOTED = 5.0


class NeverQuiet(Exception):
    """The bridge did not come to rest; says what it still had to do."""


def until_agreed(bridge: StormBridge, box: Sandbox, patience: float) -> list[str]:
    """What still differs when both sides agree, or when `patience` seconds are over."""
    deadline = time.monotonic() + patience
    while True:
        calm = datetime.now(UTC)
        until_quiet(bridge, box, deadline)
        until_looked(bridge, calm, deadline)
        until_quiet(bridge, box, deadline)
        found = auditor.differences(box)
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(1)


def until_quiet(bridge: StormBridge, box: Sandbox, deadline: float) -> None:
    """Nothing is on its way, waits or is in work."""
    while True:
        settled = box.settle(5)
        figures = status(bridge)
        if settled and figures and ready(bridge) and not busy(figures):
            return
        if time.monotonic() > deadline:
            raise NeverQuiet(json.dumps(figures, ensure_ascii=False))
        time.sleep(0.3)


def until_looked(bridge: StormBridge, since: datetime, deadline: float) -> None:
    """Each of the flows has ended well after this moment."""
    while True:
        figures = status(bridge)
        rows = {key.rsplit(":", 1)[1]: row for key, row in figures.get("flows", {}).items()}
        ends = [rows.get(name, {}).get("last_success") for name in LOOKS]
        if all(end and datetime.fromisoformat(end) > since for end in ends):
            return
        if time.monotonic() > deadline:
            raise NeverQuiet(f"looked last: {dict(zip(LOOKS, ends, strict=True))}")
        time.sleep(0.5)


def status(bridge: StormBridge) -> dict[str, Any]:
    """The bridge's figures, {} while it cannot tell them."""
    try:
        return dict(json.loads(bridge.manage("bridge_status", "--json")))
    except (RuntimeError, ValueError):
        return {}


def busy(figures: dict[str, Any]) -> bool:
    """Events that a look has just noted are no news: there are always some, for it looks at the last minutes again."""
    inbox, outbox = figures["inbox"], figures["outbox"]
    return bool(outbox["waiting"] or outbox["in_flight"] or inbox["oldest_seconds"] > JUST_NOTED)


def ready(bridge: StormBridge) -> bool:
    try:
        return requests.get(f"{bridge.url}/readyz", timeout=10).status_code == 200
    except requests.RequestException:
        return False
