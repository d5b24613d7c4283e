"""What the bridge holds when it has nothing to do: the web process with its two workers, the worker with its four.

It has had thousands of events and orders before; at rest means that none came for three quarters of a minute.
"""

from __future__ import annotations

import time

import pytest

from tests.bench.main_job.figures import Figure, tell
from tests.bench.main_job.processors import family, resident_mb
from tests.bench.main_job.rig import Rig

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]
REST = 45


def test_memory_at_idle(rig: Rig) -> None:
    rig.quiet()
    time.sleep(REST)
    assert rig.bridge.web is not None
    assert rig.bridge.worker is not None
    web, worker = family(rig.bridge.web.pid), family(rig.bridge.worker.pid)
    tell(
        rig.ground,
        Figure("memory of web and worker at idle", resident_mb(web + worker), "MB", 300),
        Figure("of it the web process", resident_mb(web), "MB"),
    )
