"""Returns that people enter in MoySklad for refunds they made on the site: found, so that nothing is refunded twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from bridge.domain.errors import Unmappable
from bridge.domain.refunds import Refund as Canonical
from bridge.domain.returned import Returned
from bridge.mapping.from_moysklad import ref_id
from bridge.orders.after_sale import Refund, Return
from bridge.sync.refunds import refund_plans

Goods = Mapping[str, Decimal]


def refund_for(returned: Return, lines: Sequence[Returned], items: Mapping[str, str]) -> Refund | None:
    """The refund of the site that this return was entered for; None when it is one of its own.

    `items` are the goods of the order's lines by line id. Raises Unmappable("return_of_refund") where it may be the
    return of a refund, but that is not certain: a person knows.
    """
    order = returned.order
    assert order is not None  # a return without an order is only listed
    back = _goods((line.item, line.quantity) for line in lines if line.item in items.values())
    open_ones = [
        (refund, left)
        for refund in refund_plans.living(order)
        if (left := refund_plans.to_be_returned(refund)) is not None
    ]
    rests = [
        refund
        for refund in refund_plans.living(order)
        if (rest := _goods_among(refund_plans.rest_to_be_returned(refund), items)) and rest == back
    ]
    whole = rests + [refund for refund, left in open_ones if _is_all(left, items, back, returned.sum_minor)]
    if whole:
        return _chosen(returned, whole)
    for refund, left in open_ones:
        if not (refund.plan or {}).get("by_hand") and _may_be_part(_goods_of(left, items), back):
            raise _doubtful(returned, refund)
    return None


def enter(returned: Return, refund: Refund) -> None:
    """This return is what the refund needs in MoySklad: both are through."""
    with transaction.atomic():
        returned.refund, returned.done, returned.sending = refund, returned.content, False
        returned.save(update_fields=["refund", "done", "sending"])
        refund_plans.settle_by_hand(refund)


def leave(returned: Return) -> None:
    """The return is gone: its refund, made by people on the site, has none in MoySklad again."""
    with transaction.atomic():
        returned.refund = returned.done = None
        returned.save(update_fields=["refund", "done"])


def _chosen(returned: Return, whole: Sequence[Refund]) -> Refund:
    """Of several with the same goods the one that costs the same; refunds that are alike are one as good as another."""
    sure = [refund for refund in whole if not (refund.plan or {}).get("history")]
    same = [refund for refund in sure if refund.amount_minor == returned.sum_minor] or sure
    if len({refund.amount_minor for refund in same}) != 1:
        raise _doubtful(returned, whole[0])
    return same[0]


def _is_all(left: Canonical, items: Mapping[str, str], back: Goods, sum_minor: int) -> bool:
    """The same goods and pieces; where no goods are named, the same money."""
    named = _goods_of(left, items)
    return named == back if named else left.total_minor == sum_minor


def _goods_among(positions: Sequence[Mapping[str, Any]], items: Mapping[str, str]) -> Goods:
    """What positions of MoySklad hold of the order's goods."""
    found = [(ref_id(row["assortment"]), Decimal(str(row["quantity"]))) for row in positions]
    return _goods((item, quantity) for item, quantity in found if item in items.values())


def _may_be_part(named: Goods, back: Goods) -> bool:
    """Some of the refunded goods, or any where the refund names none."""
    return bool(back) and all(not named or quantity <= named.get(item, 0) for item, quantity in back.items())


def _goods_of(refund: Canonical, items: Mapping[str, str]) -> Goods:
    return _goods((items.get(line.line_id, "?"), line.quantity) for line in refund.lines)


def _goods(parts: Iterable[tuple[str, Decimal]]) -> Goods:
    """Pieces by item."""
    found: dict[str, Decimal] = {}
    for item, quantity in parts:
        if quantity:
            found[item] = found.get(item, Decimal(0)) + quantity
    return found


def _doubtful(returned: Return, refund: Refund) -> Unmappable:
    return Unmappable("return_of_refund", document=returned.name, refund=refund.source_id)
