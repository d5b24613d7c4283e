"""What the page of a run of links shows: how far it is, what becomes of its lines, and those that need a look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bridge.catalog.models import Listing, Product
from bridge.dashboard import shown
from bridge.dashboard.links import link_words
from bridge.dashboard.long_work_page import Progress
from bridge.dashboard.words import sentence_case
from bridge.sync.links import verdicts
from bridge.sync.links.verdicts import Planned
from bridge.sync.models import LinkRun

Step, Kind = LinkRun.Step, LinkRun.Kind
COLOURS = {
    Step.CHECKING: "info",
    Step.READY: "warning",
    Step.MAKING: "info",
    Step.MADE: "success",
    Step.UNDOING: "info",
    Step.UNDONE: "muted",
    Step.DROPPED: "muted",
}


def context(run: LinkRun) -> dict[str, Any]:
    """What becomes of its lines, and those that need a look."""
    checked = run.kind != Kind.SUGGESTIONS
    return {
        "figures": _figures(run, checked),
        "to_make": sum(run.counts.get(code, 0) for code in verdicts.MADE),
        "lines": _lines(run),
        "is_file": run.kind == Kind.FILE,
        "is_ready": run.step == Step.READY,
        "more_lines": max(_worth_showing(run) - len(run.counts.get("shown", [])), 0),
        "report": reverse("admin:bridge_linkrun_report", args=[run.pk]) if run.step == Step.READY else "",
    }


def described(run: LinkRun) -> str:
    """'Links from a file: goods.csv', 'Suggestions confirmed: from 95%'."""
    if run.kind == Kind.FILE:
        detail = run.file_name
    else:
        detail = _("from %(score)s%%") % {"score": run.least_score} if run.least_score else ""
    what = sentence_case(str(run.get_kind_display()))
    return f"{what}: {detail}" if detail else what


def tag(run: LinkRun) -> SafeString:
    return shown.tag(run.get_step_display(), COLOURS[Step(run.step)])


def progress(run: LinkRun) -> Progress:
    return Progress(run.done, run.total, run.state != LinkRun.State.RUNNING)


def result(run: LinkRun) -> str:
    return f"{_('Links made')}: {run.counts['made']}" if "made" in run.counts else shown.EMPTY


def report_row(one: Planned) -> list[str]:
    """A line of the report: line, product of the site, its SKU, item of MoySklad, what becomes of it."""
    listing, product = one.listing, one.product
    return [
        str(one.line or ""),
        listing.name if listing else "",
        listing.sku if listing else "",
        str(product or ""),
        link_words.of_line(one.code, one.params),
    ]


def _figures(run: LinkRun, checked: bool) -> list[dict[str, Any]]:
    counts = run.counts
    faults = sum(
        n for code, n in counts.items() if code in link_words.SENTENCES and code not in verdicts.FINE
    )
    rows: list[tuple[str, int]] = []
    if checked:
        rows += [
            (_("New links"), counts.get(verdicts.NEW, 0)),
            (_("Changed links"), counts.get(verdicts.CHANGED, 0)),
            (_("Linked so already"), counts.get(verdicts.SAME, 0)),
            (_("Not possible"), faults),
        ]
    if run.step not in (Step.CHECKING, Step.READY, Step.DROPPED):
        rows.append((_("Links made"), counts.get("made", 0)))
    if run.step in (Step.UNDOING, Step.UNDONE):
        rows.append((_("Taken back"), counts.get("taken_back", 0)))
    return [{"name": name, "value": value} for name, value in rows]


def _worth_showing(run: LinkRun) -> int:
    """Lines a person may want to look at: all but new and unchanged ones."""
    plain = (verdicts.NEW, verdicts.SAME)
    return sum(n for code, n in run.counts.items() if code in link_words.SENTENCES and code not in plain)


def _lines(run: LinkRun) -> list[Mapping[str, Any]]:
    rows = run.counts.get("shown", [])
    listings = Listing.objects.in_bulk([listing for _line, listing, *_rest in rows if listing])
    products = Product.objects.in_bulk([product for _line, _listing, product, *_rest in rows if product])
    return [
        {
            "line": line or "",
            "listing": _page("listing", listings.get(listing)),
            "product": _page("product", products.get(product)),
            "text": link_words.of_line(code, params),
            "colour": "warning" if code in verdicts.FINE else "danger",
        }
        for line, listing, product, code, params in rows
    ]


def _page(model: str, row: Listing | Product | None) -> SafeString | str:
    return shown.page_of(model, row.pk, row) if row is not None else shown.EMPTY
