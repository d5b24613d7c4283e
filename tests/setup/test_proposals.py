"""What is proposed: by the names people give things, by the types MoySklad gives states."""

from __future__ import annotations

import pytest

from bridge.connections.models import DirectoryEntry
from bridge.setup import proposals


def entries(*names: str, detail: str = "") -> list[DirectoryEntry]:
    return [DirectoryEntry(external_id=name, name=name, detail=detail) for name in names]


USUAL = [
    *entries("Новый", "Подтвержден", "Отгружен", detail="Regular"),
    *entries("Доставлен", detail="Successful"),
    *entries("Возврат", "Отменен", detail="Unsuccessful"),
]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("processing", "Новый"),
        ("on-hold", "Новый"),
        ("completed", "Доставлен"),
        ("cancelled", "Отменен"),
        ("refunded", "Возврат"),
        ("a-plugins-own", ""),
    ],
)
def test_a_status_has_the_state_of_its_name(status: str, state: str) -> None:
    assert proposals.state_of(status, USUAL) == state


def test_where_no_name_fits_the_type_of_the_state_decides() -> None:
    states = [*entries("A", detail="Regular"), *entries("B", detail="Successful")]
    assert proposals.state_of("completed", states) == "B"
    assert proposals.state_of("processing", states) == ""


def test_only_states_that_end_an_order_change_the_site() -> None:
    assert [proposals.status_of(state) for state in USUAL] == ["", "", "", "completed", "", "cancelled"]


def test_one_is_chosen_and_of_several_none() -> None:
    assert proposals.only(entries("A")) == "A"
    assert proposals.only(entries("A", "B")) == ""
    assert proposals.only([]) == ""


def test_the_likelier_word_wins_over_the_order_of_names() -> None:
    assert proposals.called(entries("Мой сайт", "Интернет-магазин"), proposals.CHANNEL) == "Интернет-магазин"


def test_pickup_takes_goods_from_a_shop_and_a_courier_from_the_usual_warehouse() -> None:
    stores = entries("Основной склад", "Магазин на Мира")
    assert proposals.store_of("local_pickup:2", stores, "Основной склад") == "Магазин на Мира"
    assert proposals.store_of("local_pickup:2", stores, "Магазин на Мира") == ""
    assert proposals.store_of("flat_rate:1", stores, "Основной склад") == ""


def test_money_on_delivery_is_cash() -> None:
    assert [proposals.document_of(one) for one in ("cod", "bacs", "yookassa")] == [
        "cashin",
        "paymentin",
        "paymentin",
    ]
