"""Flags of many orders are shown and lowered together; each order keeps one of a code, with the newest figures."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import OrderFactory

from bridge.domain.errors import Problem
from bridge.orders import flags
from bridge.orders.flags import Flag

pytestmark = pytest.mark.django_db


def shown() -> set[tuple[int, str, str]]:
    return {(flag.order_id, flag.code, str(flag.params.get("count", ""))) for flag in Flag.objects.all()}


def cut(count: int) -> Problem:
    return Problem("comment_cut", {"count": str(count)})


def test_what_is_true_no_longer_goes_and_what_is_new_comes_for_each_order() -> None:
    first, second, third = (OrderFactory().pk for _ in range(3))
    flags.show_together(
        {first: {"comment_cut": cut(1)}, second: {"comment_cut": cut(2), "sum_differs": None}}
    )
    flags.show_together(
        {
            first: {"comment_cut": None},
            second: flags.only([cut(3)], "sum_differs"),
            third: {"inn_wrong": None},
        }
    )
    assert shown() == {(second, "comment_cut", "3")}


def test_codes_nobody_speaks_of_stay() -> None:
    order: Any = OrderFactory()
    flags.show(order, Problem("status_conflict", {}))
    flags.show_only(order, [cut(1)], "comment_cut", "sum_differs")
    assert shown() == {(order.pk, "status_conflict", ""), (order.pk, "comment_cut", "1")}


def test_a_flag_that_stays_keeps_its_time() -> None:
    order: Any = OrderFactory()
    flags.show_only(order, [cut(1)])
    before = Flag.objects.get().raised_at
    flags.show_only(order, [cut(2)])
    assert (Flag.objects.get().raised_at, shown()) == (before, {(order.pk, "comment_cut", "2")})


def test_where_nothing_changes_nothing_is_written() -> None:
    orders = [OrderFactory().pk for _ in range(5)]
    notes = {pk: flags.only([cut(pk)], "sum_differs") for pk in orders}
    flags.show_together(notes)
    with CaptureQueriesContext(connection) as queries:
        flags.show_together(notes)
    assert len(queries) == 1
