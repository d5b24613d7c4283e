"""Orders found by what people type, on the indexes of SQLite and PostgreSQL alike."""

import pytest
from django.db import connection

from bridge.domain.order import Customer
from bridge.orders import search
from bridge.orders.models import Order
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> object:
    """A shop with one order that is looked for, and others that look like it."""
    shop = factories.ShopFactory()
    for number, email, phone, document in (
        ("7770", "Olga.Petrova@Example.test", "8 (921) 555-00-01", "00012"),
        ("7771", "oleg@example.test", "+7 921 555 00 02", "WEB-7771"),
        ("888", "ivan@example.test", "+375 29 123-45-67", "00120"),
        ("5551", "", "", ""),
    ):
        seen = factories.canonical_order(number, customer=Customer(email=email, phone=phone))
        order = factories.OrderFactory(shop=shop, source_id=number, seen=seen)
        if document:
            factories.BindingFactory(order=order, document_name=document)
    return shop


def numbers(text: str) -> set[str]:
    keys = search.found(Order.objects.all(), text)
    return set(Order.objects.filter(pk__in=keys).values_list("number", flat=True))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("7770", {"7770"}),
        ("#7770", {"7770"}),
        ("№ 7770", {"7770"}),
        ("777", {"7770", "7771"}),
        ("12", {"7770"}),  # MoySklad's own number is 00012
        ("00012", {"7770"}),
        ("web-7771", {"7771"}),
        ("WEB-77", {"7771"}),
        ("olga.petrova@example.test", {"7770"}),
        ("OLGA.PETROVA@EXAMPLE.TEST", {"7770"}),
        ("ol", {"7770", "7771"}),
        ("+79215550001", {"7770"}),
        ("8 921 555-00-01", {"7770"}),
        ("9215550001", {"7770"}),
        ("7(921)5550001", {"7770"}),
        ("555-00-01", {"7770"}),
        ("0001", {"7770"}),
        ("80 29 123 45 67", {"888"}),
        ("375291234567", {"888"}),
        ("олег", set()),
        ("oleg 7771", {"7771"}),
        ("oleg 7770", set()),
        ("", set()),
        ("   ", set()),
        ("#", set()),
        ("7\x0077", {"7770", "7771"}),
        ("%", set()),
        ("777_", set()),
    ],
)
def test_an_order_is_found_by(shop: object, typed: str, expected: set[str]) -> None:
    assert numbers(typed) == expected


def test_what_is_equal_counts_before_what_begins_so(shop: object) -> None:
    factories.OrderFactory(shop=shop, source_id="77", seen=factories.canonical_order("77"))
    assert numbers("77") == {"77"}


def test_only_orders_of_the_narrowed_list_are_found(shop: object) -> None:
    other = factories.OrderFactory(source_id="7779", seen=factories.canonical_order("7779"))
    assert search.found(Order.objects.filter(shop=other.shop), "777") == [other.pk]


def test_as_many_are_found_as_a_page_can_bear(shop: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 2)
    newest = [
        factories.OrderFactory(shop=shop, source_id=f"9{n}9", seen=factories.canonical_order(f"9{n}9")).pk
        for n in range(4)
    ]
    assert search.found(Order.objects.all(), "9") == []  # one digit says nothing
    assert search.found(Order.objects.all(), "91") == [newest[1]]
    for n in range(4):
        factories.OrderFactory(shop=shop, source_id=f"66{n}", seen=factories.canonical_order(f"66{n}"))
    assert len(search.found(Order.objects.all(), "66")) == 2


@pytest.mark.parametrize(
    "typed", ["7770", "777", "olga@example.test", "ol", "8 921 555-00-01", "0001", "WEB-77"]
)
def test_no_search_reads_the_whole_table(
    shop: object, typed: str, django_assert_max_num_queries: object
) -> None:
    """SQLite says how it reads: SEARCH by an index, SCAN of all rows. (PostgreSQL scans so few rows in any case.)"""
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    orders = Order.objects.order_by("-pk").values_list("pk", flat=True)
    for ways in (search._equal(typed), search._alike(typed)):
        for way in ways:
            plan = orders.filter(way).explain()
            table_scanned = "SCAN bridge_order" in plan or "Seq Scan" in plan
            assert not table_scanned, plan
