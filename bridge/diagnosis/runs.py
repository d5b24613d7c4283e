"""A look at everything: begun by a person, made check by check by a worker, or at once from the terminal."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bridge.connections.models import Shop
from bridge.diagnosis.findings import Found, Later, bad
from bridge.diagnosis.look import Away, Look
from bridge.diagnosis.models import Diagnosis
from bridge.diagnosis.table import Check, checks_of
from bridge.passing import mend
from bridge.process_mark import mark
from bridge.sync import leased
from bridge.sync.leased import held

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)
State = Diagnosis.State


def start(shop: Shop | None, by: str, *, trial: bool = False) -> Diagnosis:
    """Begin one; one of this shop that is under way is ended for it."""
    with transaction.atomic():
        Diagnosis.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
        for waiting in Diagnosis.objects.filter(shop=shop, state=State.RUNNING):
            leased.cancel(waiting)
        run = Diagnosis.objects.create(shop=shop, by=by[:150], trial=trial)
        leased.wake_up(run)
    return run


def portion(run: Diagnosis) -> float:
    """The checks that are left, as far as the time goes; the seconds until the next look."""
    time_is_up, look = leased.stopwatch(), Look(run)
    for check in left(run):
        found = _made(check, look)
        if isinstance(found, Later):
            _keep(run, look)
            return found.seconds
        run.found = {**run.found, check.code: found.stored()}
        if not _keep(run, look):
            return 0.0
        if time_is_up():
            return 0.0
    return 0.0


def at_once(shop: Shop | None, by: str) -> Diagnosis:
    """The whole of it in this process, without the queue: for a terminal, where workers may be what is wrong."""
    run = Diagnosis.objects.create(shop=shop, by=by, running_since=timezone.now(), held_by=mark())
    while left(run) and run.state == State.RUNNING:
        Diagnosis.objects.filter(pk=run.pk).update(running_since=timezone.now(), held_by=mark())
        run.refresh_from_db()
        time.sleep(portion(run))
        run.refresh_from_db()
    return run


def left(run: Diagnosis) -> list[Check]:
    return [one for one in checks_of(shop=run.shop_id is not None) if one.code not in run.found]


def stuck(run: Diagnosis) -> bool:
    """Begun, and no worker has taken it for longer than one may be silent."""
    waited = timezone.now() - run.due_at
    return (
        run.state == State.RUNNING
        and run.running_since is None
        and waited.total_seconds() > settings.HEARTBEAT_TIMEOUT
    )


def _made(check: Check, look: Look) -> Found | Later:
    try:
        return check.check(look)
    except Away as away:
        return away.found
    except Exception as error:  # one check that fails in an unforeseen way must not keep the others
        mend()
        logger.exception("the check %s failed", check.code)
        return bad("check_failed", detail=f"{type(error).__name__}: {error}"[:300])


def _keep(run: Diagnosis, look: Look) -> bool:
    """What was found so far, for those who watch. False when the run was ended or taken over."""
    with transaction.atomic():
        if held(run) is None:
            return False
        over = not left(run)
        run.place = look.place
        run.state = State.DONE if over else State.RUNNING
        run.finished_at = timezone.now() if over else None
        Diagnosis.objects.filter(pk=run.pk).update(
            found=run.found, place=run.place, state=run.state, finished_at=run.finished_at
        )
    return True
