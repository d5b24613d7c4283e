"""One session a process: connections kept, nothing of the machine or of another account let in."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest

from connectors.transport.session import pooled_session


def test_every_caller_of_a_process_gets_the_same_session() -> None:
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(pooled_session())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(session) for session in found}) == 1
    assert pooled_session() is not pooled_session(allow_private=True)


def test_another_process_gets_another_session(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = pooled_session()
    monkeypatch.setattr(os, "getpid", lambda: 999_999_999)
    assert pooled_session() is not mine


def test_nothing_of_the_machine_is_used_and_no_cookie_is_kept(
    stub: Any, reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    stub.replies(reply(200, b"{}", {"Set-Cookie": "who=account-one; Path=/"}))
    session = pooled_session(allow_private=True)
    session.get(f"{stub.root}/", timeout=2)
    session.get(f"{stub.root}/", timeout=2)
    assert "Cookie" not in stub.seen[1].headers


def test_a_connection_is_used_again(stub: Any, reply: Any) -> None:
    stub.replies(reply(200, b"{}"))
    session = pooled_session(allow_private=True)
    for _ in range(5):
        session.get(f"{stub.root}/", timeout=2)
    assert len({seen.peer for seen in stub.seen}) == 1
