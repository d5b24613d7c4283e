"""When a web process goes to be replaced: after work only, and never two at a time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from bridge import file_locks, web_relief


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Any:
    """This process, as one that has just begun and holds much."""
    monkeypatch.setattr(web_relief, "AT_REST", 0)
    monkeypatch.setattr(web_relief, "own_mb", lambda: 99.0)
    monkeypatch.setattr(web_relief.threading.Thread, "start", lambda _self: None)
    web_relief.start()
    return web_relief


@pytest.fixture
def lock(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(web_relief, "_turn", -1)
    return tmp_path / "web-relief.lock"


def test_a_process_that_has_answered_nothing_stays_whatever_it_holds(process: Any) -> None:
    assert not process.grown_and_at_rest()
    process.began("/readyz")
    process.ended("/readyz")
    assert not process.grown_and_at_rest(), "who only watches is no work"


def test_a_process_goes_after_its_work_and_not_in_it(process: Any) -> None:
    process.began("/admin/")
    assert not process.grown_and_at_rest()
    process.ended("/admin/")
    assert process.grown_and_at_rest()


def test_a_light_process_is_not_measured_again_before_it_has_worked(process: Any) -> None:
    process.began("/admin/")
    process.ended("/admin/")
    process.own_mb = lambda: 1.0
    assert not process.grown_and_at_rest()
    process.own_mb = lambda: 99.0
    assert not process.grown_and_at_rest()


def test_no_two_go_at_a_time(lock: Path) -> None:
    held = file_locks.taken(lock)  # the first one, which has not ended yet
    assert held is not None
    assert not web_relief.turn_taken()
    os.close(held)
    assert web_relief.turn_taken()


def test_the_next_one_goes_when_a_successor_has_had_time_to_begin(lock: Path) -> None:
    lock.write_bytes(b"taken")  # by one that has ended since
    assert not web_relief.turn_taken()
    os.utime(lock, (0, 0))
    assert web_relief.turn_taken()
    assert lock.stat().st_mtime > 0


def test_a_successor_has_its_time_from_the_end_of_whoever_went(lock: Path) -> None:
    assert web_relief.turn_taken()
    os.utime(lock, (0, 0))  # it was answering something for long
    web_relief.gone()
    os.close(web_relief._turn)
    assert not web_relief.turn_taken()


def test_without_its_directory_nobody_goes_and_it_is_said_once(
    process: Any, lock: Path, settings: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LOOKS_EVERY", 0)
    settings.DATA_DIR = lock / "nothing"
    process.began("/admin/")
    process.ended("/admin/")
    process._watch()
    assert [one.getMessage() for one in caplog.records] == ["this web process will not be relieved"]
