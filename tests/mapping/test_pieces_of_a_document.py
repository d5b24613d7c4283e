"""What an answer about a customer order says of its goods: asked for, set aside and shipped, by item."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bridge.mapping import from_moysklad
from bridge.mapping.from_moysklad import Pieces


def row(item: str, **fields: Any) -> dict[str, Any]:
    href = f"https://api.moysklad.ru/api/remap/1.2/entity/product/{item}?expand=supplier"
    return {"assortment": {"meta": {"href": href, "type": "product"}}, **fields}


def answer(*rows: dict[str, Any], size: int | None = None, **fields: Any) -> dict[str, Any]:
    positions = {"meta": {"size": len(rows) if size is None else size}, "rows": list(rows)}
    return {"id": "1", "updated": "2026-11-20 12:00:00.000", "positions": positions, **fields}


MUGS = row("mug", quantity=4.0, reserve=1.5, shipped=2.0)


def test_positions_of_one_item_are_taken_together() -> None:
    seen = from_moysklad.document(
        answer(MUGS, row("mug", quantity=1.0), row("dress", quantity=1.0, shipped=1.0))
    )
    assert seen.goods == {
        "mug": Pieces(Decimal(5), Decimal("1.5"), Decimal(2)),
        "dress": Pieces(Decimal(1), Decimal(0), Decimal(1)),
    }


def test_a_document_without_positions_has_no_goods() -> None:
    assert from_moysklad.document(answer()).goods == {}


def test_a_document_that_is_not_posted_sets_nothing_aside() -> None:
    seen = from_moysklad.document(answer(MUGS, applicable=False))
    assert seen.goods == {"mug": Pieces(Decimal(4), Decimal(0), Decimal(2))}


def test_positions_that_are_closed_or_shown_in_part_say_nothing() -> None:
    closed = {**answer(), "positions": {"meta": {"size": 1}}}
    assert from_moysklad.document(closed).goods is None
    assert from_moysklad.document(answer(MUGS, size=101)).goods is None
