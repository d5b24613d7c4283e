"""A log that is empty before each test, and a server of the other side on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bridge.apilog import buffer, incoming
from tests.connectors.conftest import reply, stub

__all__ = ["reply", "stub"]


@pytest.fixture(autouse=True)
def empty_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(incoming, "_unproved", incoming._Unproved())
    buffer._waiting.clear()
    yield
    buffer._waiting.clear()
