"""What the page of any long work shows: how far it is, what keeps it; what came of it is each kind's own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple, Protocol

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bridge.dashboard import shown
from bridge.dashboard.pauses import pause_words
from bridge.problems import remedy, sentence
from bridge.routes import LONG_WORK
from bridge.sync import leased
from bridge.sync.models import LongWork, ReplayRun, RetryRun

State = LongWork.State
COLOURS = {State.RUNNING: "info", State.PAUSED: "warning", State.DONE: "success", State.CANCELLED: "muted"}


class Progress(NamedTuple):
    """`total` 0 is not known yet. Only what has `ended` is at 100 %: the last steps have no number of their own."""

    done: int
    total: int
    ended: bool = False

    @property
    def percent(self) -> int:
        if self.ended:
            return 100
        return min(100 * self.done // self.total, 99) if self.total else 0


def tag(run: LongWork) -> SafeString:
    """How it stands, where its steps are those of all long work."""
    ended = run.state == State.CANCELLED
    return shown.tag(_("ended early") if ended else run.get_state_display(), COLOURS[State(run.state)])


class Words(Protocol):
    """How a kind of long work is put into words; the module of its page (upload_page.py and the like)."""

    def described(self, run: Any, /) -> str:
        """What it is about."""

    def tag(self, run: Any, /) -> SafeString:
        """How it stands."""

    def result(self, run: Any, /) -> str:
        """What came of it so far, short."""

    def progress(self, run: Any, /) -> Progress: ...

    def context(self, run: Any, /) -> dict[str, Any]:
        """What its page shows beside that."""


def context(run: LongWork, words: Words) -> dict[str, Any]:
    """Everything the template of the page needs, ready to print. `alive`: it renews itself."""
    return {
        "bar": bar(words.progress(run)),
        "state": words.tag(run),
        "what": words.described(run),
        "alive": run.state == State.RUNNING,
        "problem": sentence(run.problem, run.problem_params),
        "remedy": remedy(run.problem),
        **words.context(run),
    }


def pauses_of(run: LongWork, kinds: Collection[str]) -> list[dict[str, Any]]:
    """The pauses of these kinds that keep the work in (routes.LONG_WORK), or what it sends again."""
    work = LONG_WORK[leased.kind_of(run)]
    if isinstance(run, RetryRun | ReplayRun):
        waits = run.state in leased.OPEN or run.done > run.went + run.failed
        return pause_words.notices(run.shop, kinds) if waits else []
    if run.state != LongWork.State.RUNNING or work.kept_in is None:
        return []
    kept = work.model._default_manager.filter(work.kept_in(), pk=run.pk).exists()
    return pause_words.notices(run.shop, kinds) if kept else []  # type: ignore[attr-defined]


def bar(progress: Progress) -> SafeString:
    """The progress, for eyes and for screen readers."""
    said = _("%(read)s of %(total)s") % {"read": progress.done, "total": progress.total or "?"}
    return format_html(
        '<progress class="desk-progress" max="100" value="{}">{}%</progress> <span class="desk-small">{}% · {}</span>',
        *(progress.percent, progress.percent, progress.percent, said),
    )


def bar_in_list(run: LongWork, words: Words) -> SafeString:
    """While it runs the bar fetches itself anew from the page of the work."""
    whole = bar(words.progress(run))
    if run.state != State.RUNNING:
        return whole
    url = reverse(f"admin:bridge_{leased.kind_of(run)}_change", args=[run.pk])
    return format_html('<div hx-get="{}" hx-trigger="every 3s" hx-select="#work-bar">{}</div>', url, whole)
