"""What the page of events processed again shows: which they are, how far it is, what came of them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from bridge.dashboard import shown
from bridge.dashboard.long_work_page import tag as tag
from bridge.dashboard.once_more_page import figures
from bridge.dashboard.once_more_page import progress as progress
from bridge.sync.models import ReplayRun
from bridge.sync.replays.selection import ACCOUNT, SITE, from_json


def described(run: ReplayRun) -> str:
    """'Events from 22.11.2026 10:00 to 22.11.2026 12:00, of the site'."""
    selection = from_json(run.chosen)
    if selection.keys:
        return _("Chosen events")
    times = {"since": shown.when(selection.since), "until": shown.when(selection.until)}
    said = [_("Events from %(since)s to %(until)s") % times]
    sides = {SITE: _("of the site"), ACCOUNT: _("of MoySklad")}
    said += [sides[selection.of]] if selection.of else []
    said += [_("only those that could not be handled")] if selection.only_failed else []
    return ", ".join(said)


def result(run: ReplayRun) -> str:
    return _("handled %(went)s, not handled %(failed)s") % {"went": run.went, "failed": run.failed}


def context(run: ReplayRun) -> dict[str, Any]:
    return {
        "figures": figures(
            run,
            _("Handled"),
            (_("Could not be handled"), _("listed in the inbox with their reason")),
            (_("Later, by themselves"), _("the other side does not answer just now")),
        ),
        "by": run.by,
        "inbox_url": reverse("admin:bridge_inboxevent_changelist"),
    }
