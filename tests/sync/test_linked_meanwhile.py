"""An item that is linked while an order with it is on its way does not leave that order waiting for a link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from stock_box import StockBox, box, stock

from bridge.catalog import bindings
from bridge.catalog.models import Listing, ProductBinding
from bridge.orders.models import OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from bridge.sync.goods import follow_up
from bridge.sync.goods.catalog_from_moysklad import link
from connectors.moysklad.documents import Documents

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db


def by_a_person(row: Listing) -> None:
    assert link(row, product_of(row)) == 0


def by_its_sku(row: Listing) -> None:
    """As every reading of goods does."""
    follow_up.linked(row.shop, bindings.match(row.shop, [row]))


def product_of(row: Listing) -> Any:
    return row.shop.account.products.get(article=row.sku)


def unlinked(stock: StockBox) -> Listing:
    row = stock.listing(stock.item())
    ProductBinding.objects.filter(listing=row).delete()
    return Listing.objects.select_related("shop__account").get(pk=row.pk)


def ordered(stock: StockBox, *skus: str) -> OutboxMessage:
    """An order of these; its message waits."""
    order = stock.box.store.place_order(dict.fromkeys(skus, 1))
    stock.hear(stock.event(order["id"]))
    return OutboxMessage.objects.filter(kind=kinds.ORDER).latest("pk")


@pytest.mark.parametrize("make_link", [by_a_person, by_its_sku])
def test_a_link_made_while_the_batch_is_sent(
    stock: StockBox, monkeypatch: pytest.MonkeyPatch, make_link: Callable[[Listing], None]
) -> None:
    row = unlinked(stock)
    ordered(stock, stock.item())
    late = ordered(stock, row.sku)
    save = Documents.save

    def saving(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.undo()
        make_link(row)
        return save(*args, **kwargs)

    monkeypatch.setattr(Documents, "save", saving)
    stock.deliver(kinds.ORDER)
    late.refresh_from_db()
    assert (late.state, late.problem) == ("waiting", "unlinked_lines")
    stock.deliver(kinds.ORDER)
    late.refresh_from_db()
    assert late.state == "done"
    assert OrderBinding.objects.exclude(external_id="").count() == 2


def test_an_order_taken_after_the_look_for_parked_ones_and_before_the_link_is_stored(
    stock: StockBox, django_capture_on_commit_callbacks: Any
) -> None:
    row = unlinked(stock)
    late = ordered(stock, row.sku)
    with django_capture_on_commit_callbacks(execute=True):
        by_a_person(row)
        ProductBinding.objects.filter(listing=row).delete()  # of the link nobody else sees anything yet
        stock.deliver(kinds.ORDER)
        late.refresh_from_db()
        assert late.state == "parked"
        bindings.bind(row, product_of(row))
    stock.deliver(kinds.ORDER)
    late.refresh_from_db()
    assert late.state == "done"
