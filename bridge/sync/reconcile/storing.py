"""What a step found and where the next one begins, stored together: a worker that dies loses nothing, counts nothing
twice.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from bridge.sync import leased
from bridge.sync.models import Drift, Reconciliation
from bridge.sync.reconcile import findings
from bridge.sync.reconcile.findings import Compared

State, Subject = Drift.State, Drift.Subject
Place = dict[str, Any]


def store(
    run: Reconciliation,
    result: Compared,
    place: Place | None,
    *,
    done: int = 0,
    checked: list[Drift] | None = None,
) -> float | None:
    """What was found and the place together; None when the run is over, paused, or another worker's."""
    with transaction.atomic():
        row = leased.held(run)
        if row is None:
            return None
        if checked:
            found = {one.key for one in result.found}
            gone = [
                drift.pk
                for drift in checked
                if findings.key_of(drift) not in found
                and (drift.order_id, drift.listing_id) not in result.moving
            ]
            findings.over(Drift.objects.filter(pk__in=gone))
        findings.keep(row, result)
        row.counts = _counted(row, result)
        row.done += done
        row.place = run.place = place
        if place is None:
            row.state, row.finished_at = row.State.DONE, timezone.now()
            row.total = row.done
        row.save()
    run.done, run.counts = row.done, row.counts
    return 0.0 if row.state == row.State.RUNNING else None


def _counted(row: Reconciliation, result: Compared) -> dict[str, dict[str, int]]:
    """{subject: {"compared", "on_way", "differ", "accepted"}}."""
    counts = {subject: dict(row.counts.get(subject, {})) for subject in Subject.values}
    for name, more in (("compared", result.counts), ("on_way", result.on_way)):
        for subject, number in more.items():
            counts[subject][name] = counts[subject].get(name, 0) + number
    for subject, figures in counts.items():
        rows = row.drifts.filter(subject=subject)
        figures["differ"] = rows.filter(state=State.OPEN).count()
        figures["accepted"] = rows.filter(state=State.ACCEPTED).count()
    return {subject: figures for subject, figures in counts.items() if any(figures.values())}
