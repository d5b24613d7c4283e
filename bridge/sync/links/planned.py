"""What many links at once would change, portion by portion: of a file's lines, of suggestions, of an earlier plugin.

Only reads. The preview counts it, the report lists it, and the work makes links of what is new or changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bridge.catalog import suggestions
from bridge.catalog.models import ProductBinding
from bridge.domain import link_table
from bridge.portions import OF_QUERY, portions
from bridge.sync.links import by_file, earlier, headings
from bridge.sync.links.verdicts import NEW, Planned
from bridge.sync.models import LinkRun

Kind = LinkRun.Kind


def plan(run: LinkRun, after: int = 0) -> Iterator[tuple[list[Planned], int]]:
    """Portions with the place where each ends, from the place `after` on."""
    return READERS[Kind(run.kind)](run, after)


def total(run: LinkRun) -> int:
    """How many lines or items there are to look at."""
    if run.kind == Kind.FILE:
        return link_table.count(run.content, headings.known())
    if run.kind == Kind.EARLIER:
        return earlier.noted(run.shop).count()
    return suggestions.sure(run.shop, run.least_score or 0).count()


def origin(run: LinkRun) -> str:
    """How its links came to be. A suggestion is a person's choice once they agree."""
    origins = {Kind.FILE: ProductBinding.Origin.FILE, Kind.EARLIER: ProductBinding.Origin.EARLIER}
    return origins.get(Kind(run.kind), ProductBinding.Origin.PERSON)


def _file(run: LinkRun, after: int) -> Iterator[tuple[list[Planned], int]]:
    seen = by_file.Seen()
    lines = link_table.lines(run.content, headings.known())
    rows = (line for line in lines if by_file.note(line, seen) and line.number > after)
    for part in portions(rows, OF_QUERY):
        yield by_file.planned(run.shop, part, seen), part[-1].number


def _earlier(run: LinkRun, after: int) -> Iterator[tuple[list[Planned], int]]:
    rows = earlier.noted(run.shop).select_related("binding__product").order_by("pk")
    while part := list(rows.filter(pk__gt=after)[:OF_QUERY]):
        yield earlier.planned(run.shop, part), part[-1].pk
        after = part[-1].pk


def _suggested(run: LinkRun, after: int) -> Iterator[tuple[list[Planned], int]]:
    rows = suggestions.sure(run.shop, run.least_score or 0).select_related("suggestion").order_by("pk")
    while part := list(rows.filter(pk__gt=after)[:OF_QUERY]):
        yield [Planned(0, listing, listing.suggestion, NEW) for listing in part], part[-1].pk
        after = part[-1].pk


READERS: Mapping[Kind, Callable[[LinkRun, int], Iterator[tuple[list[Planned], int]]]] = {
    Kind.FILE: _file,
    Kind.EARLIER: _earlier,
    Kind.SUGGESTIONS: _suggested,
}
