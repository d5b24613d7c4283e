"""The comment of a document: everything that has no field of its own, in Russian, the most important first."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from bridge.connections.order_field_labels import SOURCES
from bridge.domain import order_fields
from bridge.domain.order import Address, Charge, Customer, Line, Meta, Order
from bridge.mapping import document_text

MOMENT = datetime(2026, 5, 14, 9, 30, tzinfo=UTC)
ENGRAVING = (Meta("pa_size", "XS", "Размер"), Meta("gravirovka", "Аня,\nс любовью", "Гравировка"))
ORDER = Order(
    source_id="1",
    order_key="k",
    number="A-1",
    status="processing",
    currency="RUB",
    total_minor=189170,
    placed_at=MOMENT,
    modified_at=MOMENT,
    lines=(Line("1", "10", "11", "S", "Платье - XS, Синий", Decimal(1), 100, meta=ENGRAVING),),
    charges=(
        Charge("2", "shipping", "Курьер", 35000),
        Charge("3", "fee", "Упаковка", 15000),
        Charge("4", "fee", "Скидка за опт", -10000),
    ),
    customer=Customer(email="a@example.test", meta=(Meta("club", "7"),)),
    shipping=Address(city="Москва"),
    shipping_method="Курьер",
    pickup_point="MSK5",
    payment_title="Картой",
    transaction_id="tx-1",
    coupons=("sale10", "spring"),
    note="Позвоните заранее",
    attribution=(
        Meta("utm_source", "yandex"),
        Meta("utm_medium", "cpc"),
        Meta("referrer", "https://ya.test/"),
    ),
    meta=(Meta("gift", "yes"), Meta("gift", "red")),
)


def test_the_comment_says_everything_that_has_no_field() -> None:
    assert document_text.comment(ORDER, ("Адрес: далеко",)).splitlines() == [
        "Позвоните заранее",
        "Доставка: Курьер",
        "Пункт выдачи: MSK5",
        "Адрес: далеко",
        "Оплата: Картой",
        "Транзакция: tx-1",
        "Купоны: sale10, spring",
        "Сборы: Упаковка 150.00, Скидка за опт -100.00",
        "Платье - XS, Синий: Гравировка: Аня, с любовью",
        "Источник: yandex / cpc, https://ya.test/",
    ]


def test_an_order_with_nothing_to_say_has_no_comment() -> None:
    bare = replace(
        ORDER, lines=(), charges=(), shipping_method="", pickup_point="", payment_title="", transaction_id=""
    )
    assert document_text.comment(replace(bare, coupons=(), note="", attribution=())) == ""


def test_what_is_cut_is_counted() -> None:
    text = document_text.comment(replace(ORDER, note="я" * 5000))
    assert len(document_text.fitting(text)) == 4096
    assert document_text.cut(text) == len(text) - 4096
    assert document_text.cut("коротко") == 0


def test_a_source_is_a_field_of_the_order_or_a_further_one() -> None:
    assert order_fields.text_of(ORDER, "order.total") == "1891.70"
    assert order_fields.text_of(ORDER, "order.utm_source") == "yandex"
    assert order_fields.text_of(ORDER, "gift") == "yes, red"
    assert order_fields.text_of(ORDER, "club") == "7"
    assert order_fields.text_of(ORDER, "order.nothing") == ""
    assert order_fields.is_known("gift")
    assert not order_fields.is_known("order.nothing")


def test_every_field_of_an_order_can_be_read_and_has_a_name_for_people() -> None:
    assert [f"order.{name}" for name in order_fields.FIELDS] == list(SOURCES)
    assert all(isinstance(read(ORDER), str) for read in order_fields.FIELDS.values())
