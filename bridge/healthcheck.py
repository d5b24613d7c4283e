"""`python -m bridge.healthcheck web URL` and `… worker FILE`: for health checks of containers, without starting Django.

web: the address answers 200. worker: the queue moved here a short while ago, which the workers note in this file
(pulse.py). Exit status 0 or 1, with the reason on standard error.
"""

from __future__ import annotations

import os
import sys
import time
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

ANSWER_WITHIN = 4.0


def web(url: str) -> str:
    """'' when it answers, else why not."""
    try:
        with urlopen(url, timeout=ANSWER_WITHIN) as answer:  # noqa: S310 the address stands in the command
            return "" if answer.status == 200 else f"{url} answered {answer.status}"
    except (OSError, HTTPException) as error:
        return f"{url}: {error}"


def worker(pulse_file: str) -> str:
    """'' when the queue moved within HEARTBEAT_TIMEOUT, else since when it does not."""
    most = float(os.environ.get("HEARTBEAT_TIMEOUT") or 90)
    try:
        age = time.time() - Path(pulse_file).stat().st_mtime
    except OSError as error:
        return str(error)
    return "" if age <= most else f"no worker took anything for {age:.0f} s"


def main(arguments: list[str]) -> int:
    checks = {"web": web, "worker": worker}
    if len(arguments) != 2 or arguments[0] not in checks:
        print("usage: python -m bridge.healthcheck web URL | worker FILE", file=sys.stderr)  # noqa: T201
        return 2
    reason = checks[arguments[0]](arguments[1])
    if reason:
        print(reason, file=sys.stderr)  # noqa: T201
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
