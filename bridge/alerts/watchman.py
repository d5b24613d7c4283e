"""Who notices that the workers are gone: not they. A thread beside the supervisor and beside the web process looks at
the heartbeat, and while nobody works tells of it itself.
"""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from bridge.alerts import present, send, watch

logger = logging.getLogger(__name__)


def start() -> None:
    """Watch from now on, as long as this process lives."""
    threading.Thread(target=_watch, name="watchman", daemon=True).start()


def _watch() -> None:
    while True:
        time.sleep(settings.BEAT_SECONDS * watch.BEATS)
        try:
            once()
        except DatabaseError:
            logger.warning("the watchman cannot reach the database", exc_info=True)
        except Exception:
            logger.exception("the watchman failed")
        finally:
            connection.close()


def once() -> bool:
    """Look whether workers are gone; if so do what they would. True when they are."""
    now = timezone.now()
    if not present.worker_gone(now):
        return False
    watch.look(now)
    for pk in send.due(timezone.now()):
        send.send(pk)
    return True
