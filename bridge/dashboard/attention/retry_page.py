"""What the page of many tried again shows: what they waited for, how far it is, what came of them."""

from __future__ import annotations

import math
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from bridge import problems
from bridge.dashboard.long_work_page import tag as tag
from bridge.dashboard.once_more_page import figures
from bridge.dashboard.once_more_page import progress as progress
from bridge.sync.models import RetryRun


def described(run: RetryRun) -> str:
    return problems.cause(run.chosen["cause"]) if run.chosen.get("cause") else _("No reason is known.")


def result(run: RetryRun) -> str:
    return _("arrived %(went)s, need you again %(failed)s") % {"went": run.went, "failed": run.failed}


def context(run: RetryRun) -> dict[str, Any]:
    return {
        "figures": figures(
            run,
            _("Arrived"),
            (_("Need you again"), _("listed under their reason")),
            (
                _("Go by themselves"),
                _("the other side does not answer just now, or nothing was left to do"),
            ),
        ),
        "by": run.by,
        "attention_url": reverse("admin:bridge_outboxmessage_attention"),
    }


def lasting(seconds: int) -> str:
    """'40 s', '3 min'."""
    if seconds < 60:
        return _("%(n)s s") % {"n": seconds}
    return _("%(n)s min") % {"n": math.ceil(seconds / 60)}
