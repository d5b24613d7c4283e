"""The WordPress plugin's own tests, where PHP is there to run them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[2] / "wp-plugin" / "sklad-bridge"
needs_php = pytest.mark.skipif(shutil.which("php") is None, reason="needs PHP (php-cli)")
needs_phpunit = pytest.mark.skipif(shutil.which("phpunit") is None, reason="needs PHPUnit (phpunit)")


@needs_php
def test_every_file_is_valid_php() -> None:
    files = sorted(str(path) for path in PLUGIN.rglob("*.php"))
    assert len(files) > 20
    wrong = []
    for path in files:
        done = subprocess.run(["php", "-l", path], capture_output=True, text=True, check=False)
        wrong += [done.stdout + done.stderr] if done.returncode else []
    assert wrong == []


@needs_php
@needs_phpunit
def test_phpunit_passes() -> None:
    command = ["phpunit", "-c", str(PLUGIN / "phpunit.xml.dist")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "OK (" in done.stdout
