"""What became of a planned change, noted on its row; the rows are stored by whoever asked."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from bridge.domain.changed_values import text_of
from bridge.sync.models import GoodsChange

State = GoodsChange.State


def is_open(row: GoodsChange) -> bool:
    """Still to be written."""
    return row.state == State.PLANNED


def written(row: GoodsChange, was: Any, made: Any, *, sale: int = 0) -> None:
    """`was` is what would be sent to bring the old value back, `made` what the site shows now."""
    row.state, row.at = State.WRITTEN, timezone.now()
    row.values = {**row.values, "was": was, "made": made, "sale": sale}
    shown = text_of(row.field, made)
    row.detail = "" if shown == row.new else shown  # sold meanwhile, or the site made something else of it


def refused(row: GoodsChange, why: str) -> None:
    """The site's own words, or a code of problems/goods_refusals.py."""
    row.state, row.at, row.detail = State.REFUSED, timezone.now(), why[:500]


def overtaken(row: GoodsChange, code: str, now: Any = None, wanted: Any = None) -> None:
    """The situation is another one than was shown: `now` on the site, `wanted` by what MoySklad says now."""
    row.state, row.at, row.reason = State.OVERTAKEN, timezone.now(), code
    row.reason_params = {"now": text_of(row.field, now), "wanted": text_of(row.field, wanted)}


def kept(row: GoodsChange, code: str) -> None:
    """Not to be written at all."""
    row.state, row.reason, row.reason_params = State.KEPT, code, {}
