"""`make chaos`: a storm on each database of CHAOS_DATABASE, and its report; exit code 1 when a side differs.

CHAOS_ORDERS (10,000), CHAOS_SEED (1), CHAOS_DATABASE (postgresql,sqlite), CHAOS_RATE (orders a second, 8),
CHAOS_PATIENCE (seconds after the storm until both sides must agree, else by the number of orders), CHAOS_KEEP (a
directory for logs and reports, else temporary).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from chaos import storm
from chaos.report import LARGE
from chaos.servers import Missing


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped on the way out
    orders, seed = int(os.environ.get("CHAOS_ORDERS", "10000")), int(os.environ.get("CHAOS_SEED", "1"))
    rate = float(os.environ.get("CHAOS_RATE", "8"))
    patience = float(os.environ.get("CHAOS_PATIENCE", "0"))
    kept = Path(os.environ.get("CHAOS_KEEP") or tempfile.mkdtemp(prefix="chaos-run-"))
    only = tuple(filter(None, os.environ.get("CHAOS_ONLY", "").split(",")))
    failed = False
    for database in os.environ.get("CHAOS_DATABASE", "postgresql,sqlite").split(","):
        directory = kept / database
        directory.mkdir(parents=True, exist_ok=True)
        try:
            report = storm.run(
                seed=seed,
                orders=orders,
                database=database,
                directory=directory,
                per_second=rate,
                retry_scale=0.02 if orders >= LARGE else 0.01,
                look_every=60 if orders >= LARGE else 20,
                patience=patience or 180 + 0.25 * orders,
                only=only,
            )
        except Missing as missing:
            print(f"{database}: not run, {missing} is missing")
            failed = True
            continue
        (directory / "report.json").write_text(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        print("\n".join(report.lines()), flush=True)
        failed = failed or not report.passed
    print(f"Logs and reports: {kept}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
