"""Watermark: how far a flow has read its source; Heartbeat: the queue answered; long work that a person asked for:
Upload (older orders), LinkRun (links made at once), GoodsRun (what is to change on the site's goods), Reconciliation
(both sides compared), RetryRun (all of one cause tried again), ReplayRun (events handled once more); DayTally: a day's
figures.
"""

from __future__ import annotations

from bridge.sync.models.day_tallies import DayTally
from bridge.sync.models.flows import Heartbeat, Watermark
from bridge.sync.models.goods_runs import GoodsChange, GoodsRun
from bridge.sync.models.link_runs import LinkRun
from bridge.sync.models.long_work import LongWork
from bridge.sync.models.reconciliations import Drift, Reconciliation
from bridge.sync.models.replay_runs import ReplayRun
from bridge.sync.models.retry_runs import RetryRun
from bridge.sync.models.uploads import Upload

__all__ = [
    "DayTally",
    "Drift",
    "GoodsChange",
    "GoodsRun",
    "Heartbeat",
    "LinkRun",
    "LongWork",
    "Reconciliation",
    "ReplayRun",
    "RetryRun",
    "Upload",
    "Watermark",
]
