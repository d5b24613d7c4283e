"""The figures of the main job share one running bridge; a filled ground is copied first (ground.py)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.bench.main_job import ground
from tests.bench.main_job import rig as rigs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes MoySklad's limits away comes last."""
    items.sort(key=lambda item: item.path.stem == "test_throughput")


@pytest.fixture(scope="session")
def rig(
    request: pytest.FixtureRequest, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[rigs.Rig]:
    directory = tmp_path_factory.mktemp("rig")
    with django_db_blocker.unblock(), ExitStack() as stack:
        if ground.FILLED:
            stack.enter_context(ground.filled_copy())
        else:
            request.getfixturevalue("database")
        yield stack.enter_context(rigs.running(directory))
