"""The web process: `gunicorn bridge.wsgi`; what each of its processes does besides is in gunicorn.conf.py."""

import os
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bridge.settings")
application = get_wsgi_application()


def write_for_good(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """What is answered for is on the disk before the answer. PostgreSQL does so by itself; SQLite's WAL is synced then
    with each commit of this process, and with it what others wrote before.
    """
    if connection.vendor == "sqlite":
        connection.connection.execute("PRAGMA synchronous=FULL")


connection_created.connect(write_for_good, dispatch_uid="write_for_good")
