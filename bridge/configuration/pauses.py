"""[[shop.NAME.pauses]]: what does not go out for a while. One table is one pause; `pauses = []` ends all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from bridge.configuration.names import Names
from bridge.configuration.row_table import RowTable, tables_of, text_mistakes
from bridge.configuration.shapes import Moment
from bridge.connections.models import Shop
from bridge.outbox.models import Pause
from bridge.outbox.pauses import EVERYTHING
from bridge.routes import KINDS

ALL = "everything"
WHAT = (ALL, *KINDS)
LONGEST = {"what": 40, "why": 300, "by": 150}
MOMENTS = ("since", "until")


class Pauses(RowTable):
    name = "pauses"

    def mistakes(self, where: str, value: Any) -> Iterator[str]:
        tables = tables_of(value)
        if tables is None:
            yield f"[{where}] write [[{where}.pauses]], one table for each pause"
        seen: set[str] = set()
        for number, table in enumerate(tables or [], 1):
            place = f"[[{where}.pauses]] number {number}:"
            texts = {key: said for key, said in table.items() if key not in MOMENTS}
            yield from text_mistakes(place, texts, LONGEST)
            for key in MOMENTS:
                if table.get(key, "") != "":
                    yield from (f"{place} “{key}” {said}" for said in Moment().mistakes(table[key]))
            what = table.get("what", ALL)
            if what not in WHAT:
                yield f"{place} “what” is one of {', '.join(WHAT)}"
            elif what in seen:
                yield f"{place} “{what}” has a pause already"
            else:
                seen.add(what)

    def planned(self, where: str, value: Any, names: Names) -> Sequence[Pause]:
        """One that the file does not date began when the present one did."""
        present = {row.kind: row for row in Pause.objects.filter(shop__name=where.removeprefix("shop."))}
        rows = []
        for table in value:
            what = table.get("what", ALL)
            kind = EVERYTHING if what == ALL else what
            known = present.get(kind)
            began = known.since if known is not None else timezone.now()
            rows.append(
                Pause(
                    kind=kind,
                    why=table.get("why", ""),
                    by=table.get("by", known.by if known is not None else ""),
                    since=_moment(table, "since", names, where) or began,
                    until=_moment(table, "until", names, where),
                )
            )
        return sorted(rows, key=lambda row: row.kind)

    def written(self, shop: Shop, names: Names) -> Any:
        return [
            {
                "what": row.kind or ALL,
                "why": row.why,
                "by": row.by,
                "since": Moment().written(row.since, names),
                "until": Moment().written(row.until, names) if row.until else "",
            }
            for row in self.of(shop)
        ]

    def of(self, shop: Shop) -> QuerySet[Pause]:
        return Pause.objects.filter(shop=shop).order_by("kind")


def _moment(table: dict[str, Any], key: str, names: Names, where: str) -> Any:
    return Moment().stored(table[key], names, where) if table.get(key, "") != "" else None
