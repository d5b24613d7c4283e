"""gunicorn reads this file by itself when it is started in this directory."""

import os
import sys
from pathlib import Path
from typing import Any

# Seconds that requests in flight have to end in after SIGTERM, then they are cut; the rest of ten is for the process
# itself, which sends the errors it still has.
graceful_timeout = 8
# Seconds after which a page that asks other systems is given up.
timeout = 60
# Behind a proxy that keeps connections open.
keepalive = 75
# Heartbeats of the web's own processes: not on a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 not of ours to guess
# Nobody commands it but by signals, and its home may be read-only.
control_socket_disable = True

if os.environ.get("LOG_FORMAT") == "json":  # its own few lines as those of the bridge (telemetry/logs.py)
    logconfig_dict = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s %(process)d",
                "datefmt": "%Y-%m-%dT%H:%M:%S%z",
                "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger", "message": "text"},
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"level": "INFO", "handlers": []},
        "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["console"], "propagate": False}},
    }

# Read once, before the web processes are forked: what they have in common is in memory once.
preload_app = True


def when_ready(server: Any) -> None:
    from bridge.preload import read_all

    read_all()


def pre_request(_worker: Any, request: Any) -> None:
    from bridge import web_relief

    web_relief.began(request.path)


def post_request(_worker: Any, request: Any, _environ: Any, _response: Any) -> None:
    from bridge import web_relief

    web_relief.ended(request.path)


def worker_exit(_server: Any, worker: Any) -> None:
    """Before what waits of the log is written for the last time."""
    if worker.pid == os.getpid():
        from bridge import web_relief
        from bridge.apilog.incoming import note_the_rest

        note_the_rest()
        web_relief.gone()


def post_worker_init(worker: Any) -> None:
    """Threads belong to a process that answers. The first one of a start tells how the first owner comes in; those
    that replace it later do not."""
    from bridge import web_relief
    from bridge.alerts import watchman
    from bridge.apilog.buffer import write_in_background

    # So long the thread that masks the log of calls may keep one waiting that has an answer to give. Python's is 5 ms.
    sys.setswitchinterval(0.001)
    if worker.cfg.workers > 1:  # or nobody would be there until the next one is
        web_relief.start()
    write_in_background()
    watchman.start()
    if worker.age == 1:
        from bridge.people.first_start import announce

        announce()
