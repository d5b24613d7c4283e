"""What the web process answers for is on the disk, on SQLite too, where others leave that to the next checkpoint."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.demo.launch import ROOT

NORMAL, FULL = "1", "2"
"""Source: SQLite, PRAGMA synchronous."""
ASK = "from django.db import connection as c; print(c.cursor().execute('PRAGMA synchronous').fetchone()[0])"


@pytest.mark.parametrize(
    ("start", "syncs"),
    [("import bridge.wsgi", FULL), ("import django; django.setup()", NORMAL)],
    ids=["web process", "worker"],
)
def test_who_syncs_each_commit_on_sqlite(start: str, syncs: str, tmp_path: Path) -> None:
    asked = subprocess.run(
        [sys.executable, "-c", f"{start}; {ASK}"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bridge.settings",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'bridge.sqlite3'}",
            "DATA_DIR": str(tmp_path),
            "SECRET_KEY": "x" * 50,
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.split() == [syncs]
