"""Starts both stand-ins in one process, says where they are in one JSON line, and stops when asked or orphaned."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence

from connectors.sandbox.backdoor import PREFIX
from connectors.sandbox.http import HttpServer
from connectors.sandbox.moysklad.api import MoyskladApp
from connectors.sandbox.store.api import StoreApp


def parser() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    arguments.add_argument("--moysklad-port", type=int, default=0, help="0 takes a free port")
    arguments.add_argument("--store-port", type=int, default=0, help="0 takes a free port")
    arguments.add_argument("--items", type=int, default=20, help="goods in the catalogue of both sides")
    arguments.add_argument(
        "--seed", type=int, default=1, help="the same number gives the same ids and prices"
    )
    arguments.add_argument("--special", default="", help="odd goods to add, comma separated")
    arguments.add_argument("--latency-ms", type=int, default=0, help="wait of every MoySklad answer")
    arguments.add_argument("--store-latency-ms", type=int, default=0, help="wait of every store answer")
    arguments.add_argument("--no-limiter", action="store_true", help="MoySklad takes any number of calls")
    arguments.add_argument("--with-stdin", action="store_true", help="stop when standard input closes")
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if options.with_stdin:
        threading.Thread(target=wait_for_end_of_input, args=(stop,), daemon=True).start()

    settings = {
        "items": options.items,
        "seed": options.seed,
        "special": [name for name in options.special.split(",") if name],
    }
    try:
        moysklad_server, store_server = HttpServer(options.moysklad_port), HttpServer(options.store_port)
    except OSError as problem:
        print(f"sandbox: cannot listen on the port asked for: {problem}", file=sys.stderr)
        return 1
    moysklad = MoyskladApp(moysklad_server.origin, options.seed)
    store = StoreApp(store_server.origin, options.seed)
    moysklad.commands["seed"](**settings)
    store.commands["seed"](**settings)
    moysklad.account.options.change(latency_ms=options.latency_ms, limiter=not options.no_limiter)
    store.shop.options.change(latency_ms=options.store_latency_ms)
    moysklad_server.start(moysklad)
    store_server.start(store)
    ready = {
        "moysklad": moysklad.account.base,
        "store": store_server.origin,
        "control_moysklad": moysklad_server.origin + PREFIX,
        "control_store": store_server.origin + PREFIX,
        "token": moysklad.commands["info"]()["token"],
        "consumer_key": store.shop.keys[0].consumer_key,
        "consumer_secret": store.shop.keys[0].consumer_secret,
    }
    print(json.dumps(ready, ensure_ascii=False), flush=True)
    stop.wait()
    moysklad_server.shutdown()
    store_server.shutdown()
    return 0


def wait_for_end_of_input(stop: threading.Event) -> None:
    """A parent that dies, however it dies, closes the pipe; then nobody needs us."""
    while os.read(sys.stdin.fileno(), 1024):  # not the buffered reader: its lock would be held at exit
        pass
    stop.set()


if __name__ == "__main__":
    sys.exit(main())
