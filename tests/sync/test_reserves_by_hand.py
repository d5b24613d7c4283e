"""Staff change what a document sets aside, asks for or ships: the number on the site stays what may be sold.

`shown` is looked at twice: as soon as the document was read, whatever report there was before, and at rest.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from factories import (
    BindingFactory,
    LinkedListingFactory,
    OrderFactory,
    ProductFactory,
    ShopFactory,
    canonical_order,
)
from stock_box import A_LONG_TIME, StockBox, box, stock

from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.domain.order import Line
from bridge.orders.models import Order, OrderBinding
from bridge.orders.record_sales import record_sales
from bridge.orders.sales import Sale
from bridge.sync.states import observed

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db
Staff = Callable[[Any, str, str], Any]


def sold(stock: StockBox, pieces: int = 4, of: int = 10, **choices: Any) -> tuple[str, str]:
    """The SKU of an item of which so many pieces were ordered, and the order's document, all at rest."""
    Shop.objects.filter(pk=stock.shop.pk).update(**choices)
    stock.shop.refresh_from_db()
    stock.read("stock_full")
    sku = stock.item(stock=of)
    stock.all()
    stock.hear(stock.event(stock.box.store.place_order({sku: pieces})["id"]))
    stock.all()
    rest(stock)
    return sku, OrderBinding.objects.get().external_id


def look(stock: StockBox, document: str) -> None:
    observed.look(clients.moysklad(stock.shop.account), stock.shop.account, [document])


def rest(stock: StockBox) -> None:
    stock.all()
    stock.read("stock_full")
    stock.write()


def cleared(moysklad: Any, document: str, sku: str) -> None:
    moysklad.set_position(document, sku, reserve=0)


def lowered(moysklad: Any, document: str, sku: str) -> None:
    moysklad.set_position(document, sku, reserve=1)


def raised(moysklad: Any, document: str, sku: str) -> None:
    moysklad.set_position(document, sku, quantity=6, reserve=6)


def fewer(moysklad: Any, document: str, sku: str) -> None:
    moysklad.set_position(document, sku, quantity=3, reserve=3)


def removed(moysklad: Any, document: str, sku: str) -> None:
    moysklad.remove_position(document, sku)


def shipped_in_part(moysklad: Any, document: str, sku: str) -> None:
    moysklad.ship(document, {sku: 1})


def cleared_and_shipped_in_part(moysklad: Any, document: str, sku: str) -> None:
    cleared(moysklad, document, sku)
    shipped_in_part(moysklad, document, sku)


def fewer_and_shipped(moysklad: Any, document: str, sku: str) -> None:
    fewer(moysklad, document, sku)
    moysklad.ship(document)


def unposted(moysklad: Any, document: str, _sku: str) -> None:
    moysklad.edit("customerorder", document, {"applicable": False})


CHANGES: list[tuple[Staff, int]] = [
    (cleared, 6),
    (unposted, 6),
    (lowered, 6),
    (raised, 4),
    (fewer, 7),
    (removed, 10),
    (shipped_in_part, 6),
    (cleared_and_shipped_in_part, 6),
    (fewer_and_shipped, 7),
]


@pytest.mark.parametrize("stock_type", ["freeStock", "stock"])
@pytest.mark.parametrize("reserve", [True, False])
@pytest.mark.parametrize(("change", "left"), CHANGES, ids=[change.__name__ for change, _left in CHANGES])
def test_what_staff_make_of_an_order_is_off_the_number_once(
    stock: StockBox, change: Staff, left: int, reserve: bool, stock_type: str
) -> None:
    sku, document = sold(stock, reserve=reserve, stock_type=stock_type)
    assert stock.shown(sku) == 6
    change(stock.box.moysklad, document, sku)
    look(stock, document)
    stock.write()
    assert (stock.shown(sku) or 0) <= left, "no report was read yet"
    rest(stock)
    assert stock.shown(sku) == left


@pytest.mark.parametrize(("change", "left"), CHANGES, ids=[change.__name__ for change, _left in CHANGES])
def test_a_report_that_was_read_before_the_document_sells_nothing_twice(
    stock: StockBox, change: Staff, left: int
) -> None:
    sku, document = sold(stock)
    change(stock.box.moysklad, document, sku)
    stock.read()
    look(stock, document)
    stock.write()
    assert (stock.shown(sku) or 0) <= left
    rest(stock)
    assert stock.shown(sku) == left


def test_a_reserve_that_staff_set_where_the_bridge_sets_none_is_off_once(stock: StockBox) -> None:
    sku, document = sold(stock, reserve=False)
    stock.box.moysklad.set_position(document, sku, reserve=4)
    stock.read()
    look(stock, document)
    rest(stock)
    sale = Sale.objects.get()
    assert (sale.held, sale.shown, sale.in_flight) == (4, 4, 0)
    assert stock.shown(sku) == 6


def test_a_reserve_set_again_ends_the_sale_in_flight(stock: StockBox) -> None:
    sku, document = sold(stock)
    for reserve, in_flight in ((0, 4), (4, 0)):
        stock.box.moysklad.set_position(document, sku, reserve=reserve)
        look(stock, document)
        rest(stock)
        assert Sale.objects.get().in_flight == in_flight
        assert stock.shown(sku) == 6


def test_our_own_write_counts_as_read(stock: StockBox) -> None:
    """The buyer's order is edited on the site after staff cleared its reserve: the goods are reserved anew by us."""
    sku, document = sold(stock)
    cleared(stock.box.moysklad, document, sku)
    look(stock, document)
    stock.box.moysklad.configure(recalculation_ms=A_LONG_TIME)
    order = Order.objects.get()
    stock.box.store.set_line(int(order.source_id), sku, quantity=5)
    stock.hear(stock.event(int(order.source_id)))
    stock.box.moysklad.reset_stats()
    stock.all()
    row = stock.box.moysklad.document(document)
    goods = next(one for one in row["positions"]["rows"] if one.get("reserve"))
    assert (goods["quantity"], goods["reserve"]) == (5, 5)
    [pieces] = [p for p in OrderBinding.objects.get().pieces.values() if Decimal(p[1])]
    assert [Decimal(one) for one in pieces] == [5, 5, 0]
    stock.box.moysklad.configure(recalculation_ms=0)
    rest(stock)
    assert stock.shown(sku) == 5


def test_a_document_is_read_with_its_positions_in_one_call(stock: StockBox) -> None:
    sku, document = sold(stock, reserve=False)
    shipped_in_part(stock.box.moysklad, document, sku)
    stock.box.moysklad.reset_stats()
    look(stock, document)
    calls = [call["path"] for call in stock.box.moysklad.calls()]
    assert len(calls) == 1
    assert Sale.objects.get().shipped == 1
    stock.box.moysklad.set_position(document, sku, reserve=2)
    stock.box.moysklad.reset_stats()
    stock.read("statuses")
    assert len(stock.box.moysklad.calls()) == 1
    assert Sale.objects.get().held == 3


@pytest.mark.parametrize(
    ("read", "needed", "held", "shipped"),
    [
        (None, [1, 2], [1, 2], [0, 0]),  # as it was written
        (["3", "2", "0"], [1, 2], [1, 1], [0, 0]),
        (["3", "2", "1"], [1, 2], [1, 2], [1, 0]),
        (["3", "3", "3"], [1, 2], [1, 2], [1, 2]),  # a reserve of what has left is none
        (["2", "2", "0"], [1, 1], [1, 1], [0, 0]),
        (["5", "5", "0"], [1, 4], [1, 4], [0, 0]),
        (["0", "0", "0"], [0, 0], [0, 0], [0, 0]),
    ],
)
def test_two_listings_of_one_item_share_what_the_document_says(
    read: list[str] | None, needed: list[int], held: list[int], shipped: list[int]
) -> None:
    shop = ShopFactory()
    product = ProductFactory(connection=shop.account)
    listings = [LinkedListingFactory(shop=shop, link=product) for _ in range(2)]
    lines = tuple(
        Line(str(n), row.product_id, "", row.sku, "x", Decimal(n), 1000) for n, row in enumerate(listings, 1)
    )
    order = OrderFactory(
        shop=shop, source_id="1", seen=canonical_order("1", lines=lines, charges=(), total_minor=2000)
    )
    written = {"positions": [{"item": product.external_id, "quantity": 3.0}], "reserved": True}
    pieces = {product.external_id: read} if read else None
    BindingFactory(order=order, external_id="document", written=written, pieces=pieces)
    record_sales([Order.objects.get()])
    sales = list(Sale.objects.order_by("listing"))
    assert [sale.needed for sale in sales] == needed
    assert [sale.held for sale in sales] == held
    assert [sale.shipped for sale in sales] == shipped


def test_what_the_site_changed_since_counts_more_than_the_staffs_quantity(stock: StockBox) -> None:
    """Both changed the quantity: a person is asked, and until then the larger demand is kept."""
    sku, document = sold(stock)
    fewer(stock.box.moysklad, document, sku)
    look(stock, document)
    order = int(Order.objects.get().source_id)
    stock.box.store.set_line(order, sku, quantity=6)
    stock.hear(stock.event(order))
    rest(stock)
    assert Sale.objects.get().needed == 6
    assert stock.shown(sku) == 4
