"""`make audit`: a known weakness fails it; an advisory service that cannot be reached does not."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, which makes no environment and asks nobody."""
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module.venv, "create", lambda *_args, **_options: None)
    return module


def answering(audit: ModuleType, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """pip-audit prints this; git is asked as it is."""
    really = audit.run

    def run(*command: str) -> str:
        if command[0] == "git":
            return str(really(*command))
        return said if "pip_audit" in command else ""

    monkeypatch.setattr(audit, "run", run)


@pytest.mark.parametrize("said", ["", "Traceback (most recent call last):", "{}", "[]"])
def test_where_nobody_can_be_asked_the_locks_and_their_dates_are_listed(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: Any, said: str
) -> None:
    answering(audit, monkeypatch, said)
    assert audit.main() == 0
    told = capsys.readouterr().out
    assert told.startswith("NOT AUDITED")
    for lock in ("requirements.lock", "requirements-dev.lock"):
        assert re.search(rf"^{lock}, last changed (\d{{4}}-\d\d-\d\d|unknown)$", told, re.M)
        for package in re.findall(r"^[\w.\[\]-]+==[^\s;\\]+", (ROOT / lock).read_text(), re.M):
            assert f"  {package}\n" in told


def test_a_service_that_never_answers_keeps_nobody_waiting(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SECONDS", 0.1)
    assert audit.run(sys.executable, "-c", "import time; print(1, flush=True); time.sleep(600)") == ""


def test_a_known_weakness_is_named_and_fails_the_run(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    weak = {"name": "thing", "version": "1.0", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["1.1"]}]}
    answering(audit, monkeypatch, json.dumps({"dependencies": [weak, {"name": "other", "version": "2"}]}))
    assert audit.main() == 1
    assert capsys.readouterr().out == "thing 1.0: CVE-2026-1, mended in 1.1\n"


def test_nothing_known_is_said_so(audit: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    answering(
        audit, monkeypatch, json.dumps({"dependencies": [{"name": "other", "version": "2", "vulns": []}]})
    )
    assert audit.main() == 0
    assert capsys.readouterr().out == "No known weakness in what is locked.\n"


def test_ci_ends_with_it() -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1].startswith("make audit || echo ")
