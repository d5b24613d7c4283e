"""What somebody has who takes the database away whole: its files, or what `pg_dump` writes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection


def database_files() -> dict[str, str]:
    """On SQLite the bytes of the file and of its log, with what was deleted but not yet written over; on PostgreSQL a
    dump as text. And what sessions hold, which is packed there.
    """
    sessions = "\n".join(repr(row.get_decoded()) for row in Session.objects.all())
    return {**(_files() if connection.vendor == "sqlite" else _dump()), "what sessions hold": sessions}


def _files() -> dict[str, str]:
    file = Path(str(connection.settings_dict["NAME"]))
    found = {end: Path(f"{file}{end}") for end in ("", "-wal")}
    return {
        f"database file{end}": path.read_bytes().decode("latin-1")
        for end, path in found.items()
        if path.exists()
    }


def _dump() -> dict[str, str]:
    values, name = settings.DATABASES["default"], connection.settings_dict["NAME"]
    url = f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{name}"
    done = subprocess.run(["pg_dump", url], capture_output=True, text=True, check=True)
    return {"database dump": done.stdout}
