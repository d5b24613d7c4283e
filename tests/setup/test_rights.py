"""Rights as MoySklad tells them: in any spelling, and without blaming what it does not name."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from bridge.diagnosis import rights

ALL = dict.fromkeys(("view", "create", "update", "delete", "approve"), "ALL")
STOCK = {"stock": {"view": "ALL"}}
# As the documentation writes them: its table of rights, and its example of an answer.
IN_TABLE = (
    *("customerOrder", "company", "good", "myCompany", "warehouse", "demand", "salesReturn", "paymentIn"),
    *("cashIn", "paymentOut", "cashOut"),
)
IN_EXAMPLE = (
    *(
        "customerorder",
        "counterparty",
        "product",
        "organization",
        "store",
        "demand",
        "salesreturn",
        "paymentin",
    ),
    *("cashin", "paymentout", "cashout"),
)


def test_what_is_refused_is_missing_and_what_is_not_named_is_not() -> None:
    told = {"customerOrder": {**ALL, "create": "NO"}, "counterparty": {**ALL, "update": None}} | STOCK
    with override("en"):
        assert rights.words(rights.missing(told)) == ["Customer orders: create", "Counterparties: edit"]


def test_spelling_does_not_matter_and_one_s_own_is_enough() -> None:
    assert (
        rights.missing({"CUSTOMERORDER": ALL, "Good": {"view": "OWN"}, "Product": {"view": "NO"}} | STOCK)
        == []
    )


def test_an_answer_without_rights_says_nothing() -> None:
    assert rights.missing({}) == []
    assert rights.missing({"customerorder": "ALL"}) == []


@pytest.mark.parametrize("names", [IN_TABLE, IN_EXAMPLE])
def test_every_entity_is_known_by_both_its_documented_names(names: tuple[str, ...]) -> None:
    assert rights.missing(dict.fromkeys(names, ALL) | STOCK) == []
    for place, name in enumerate(names):
        told = dict.fromkeys(names, ALL) | STOCK | {name: {}}
        with override("en"):
            [said] = rights.words(rights.missing(told))
            of_this = [one for one in rights.NEEDED if not one.named_if_given][place]
            assert said.startswith(f"{of_this.label}: view")


def test_an_action_that_is_not_named_is_allowed_for_nothing() -> None:
    told = {"customerorder": {"view": "OWN", "create": "ALL", "update": "ALL"}} | STOCK
    with override("en"):
        assert rights.words(rights.missing(told)) == ["Customer orders: post"]


def test_the_stock_report_is_named_only_to_those_who_may_see_it() -> None:
    with override("en"):
        assert rights.words(rights.missing({"customerorder": ALL})) == ["Stock report: view"]


def test_an_administrator_lacks_nothing() -> None:
    assert rights.missing({"admin": {"view": "ALL"}, "customerorder": {}}) == []
