"""[shop.NAME.states] and [shop.NAME.statuses]: which state a site status means, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from bridge.configuration.names import Kind, Names
from bridge.configuration.row_table import RowTable
from bridge.configuration.shapes import NAME_THERE, Text
from bridge.connections.models import Shop, StatusMapping

STATUS = 60


class _Mappings(RowTable):
    direction = StatusMapping.Direction.TO_STATE
    longest = (STATUS, NAME_THERE)

    def mistakes(self, where: str, value: Any) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"[{where}] “{self.name}” must be a table"
            return
        for pair in value.items():
            for text, most in zip(pair, self.longest, strict=True):
                yield from (f"[{where}.{self.name}] “{text}” {said}" for said in Text(most).mistakes(text))

    def of(self, shop: Shop) -> QuerySet[StatusMapping]:
        return StatusMapping.objects.filter(shop=shop, direction=self.direction).order_by("pk")

    def _row(self, status: str, state_id: str) -> StatusMapping:
        return StatusMapping(direction=self.direction, site_status=status, state_id=state_id)


class ToState(_Mappings):
    name = "states"

    def planned(self, where: str, value: Any, names: Names) -> Sequence[StatusMapping]:
        return [
            self._row(status, names.find(Kind.STATE, state, f"[{where}.states]"))
            for status, state in value.items()
        ]

    def written(self, shop: Shop, names: Names) -> Any:
        return {row.site_status: names.name(Kind.STATE, row.state_id) for row in self.of(shop)}


class ToSite(_Mappings):
    name = "statuses"
    direction = StatusMapping.Direction.TO_SITE
    longest = (NAME_THERE, STATUS)

    def planned(self, where: str, value: Any, names: Names) -> Sequence[StatusMapping]:
        rows: list[StatusMapping] = []
        named: dict[str, str] = {}
        for state, status in value.items():
            state_id = names.find(Kind.STATE, state, f"[{where}.statuses]")
            if state_id and state_id in named:
                names.mistakes.append(
                    f"[{where}.statuses]: “{state}” is the same state as “{named[state_id]}”; keep one of them"
                )
            named[state_id] = state
            rows.append(self._row(status, state_id))
        return rows

    def written(self, shop: Shop, names: Names) -> Any:
        return {names.name(Kind.STATE, row.state_id): row.site_status for row in self.of(shop)}
