"""What saving a shop sets free or begins, and what its page warns of."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bridge.connections.models import DirectoryEntry, Shop
from bridge.outbox.models import OutboxMessage
from tests import factories
from tests.admin import shop_page
from tests.admin.conftest import Desk
from tests.admin.shop_page import rows, save_shop
from tests.admin.test_pages import words_of


@pytest.fixture
def shop(db: None) -> Shop:
    return shop_page.with_everything_to_name()


@pytest.mark.parametrize(
    ("missing", "problem", "changes"),
    [
        ({"organization_id": ""}, "organization_missing", {"organization_id": "organization-1"}),
        ({"store_ids": []}, "store_missing", {"order_store": "store-1"}),
        ({"shipping_service_id": ""}, "shipping_service_missing", {"shipping_service_id": "service-1"}),
    ],
)
def test_filling_in_what_was_missing_lets_the_orders_go(
    desk: Desk, missing: dict[str, Any], problem: str, changes: dict[str, str]
) -> None:
    shop = factories.ShopFactory(**missing)
    message = factories.ParkedFactory(
        order=factories.OrderFactory(shop=shop), problem=problem, problem_params={}
    )
    other = factories.ParkedFactory(order=factories.OrderFactory(shop=shop))
    said = desk.said(save_shop(desk, shop, **changes))
    assert "Заказов, которые ждали этой настройки и теперь отправляются: 1." in said
    message.refresh_from_db()
    other.refresh_from_db()
    assert (message.state, other.state) == (OutboxMessage.State.WAITING, OutboxMessage.State.PARKED)


def test_other_warehouses_have_the_stock_counted_anew_by_a_job(desk: Desk) -> None:
    shop = factories.ShopFactory()
    listing = factories.LinkedListingFactory(shop=shop, wanted_quantity=5, site_quantity=5)
    later = timezone.now() + timedelta(hours=1)
    flow = factories.WatermarkFactory(connection=shop.account, flow="stock_full", next_due_at=later)
    desk.said(save_shop(desk, shop, more_stores=["store-2"]))
    flow.refresh_from_db()
    listing.refresh_from_db()
    assert flow.next_due_at <= timezone.now()
    assert listing.wanted_quantity == 5  # a hundred thousand goods are no work for the request that saves


def parked(shop: Shop, problem: str) -> OutboxMessage:
    message: OutboxMessage = factories.ParkedFactory(
        order=factories.OrderFactory(shop=shop), problem=problem, problem_params={}
    )
    return message


@pytest.mark.parametrize(
    ("problem", "before", "changes"),
    [
        ("expense_item_missing", {}, {"expense_item_id": "expense-1"}),
        ("buyer_not_found", {"create_buyers": False}, {"create_buyers": "on"}),
    ],
)
def test_a_choice_about_money_or_buyers_lets_the_orders_go(
    desk: Desk, shop: Shop, problem: str, before: dict[str, Any], changes: dict[str, Any]
) -> None:
    Shop.objects.update(**before)
    waiting, other = parked(shop, problem), parked(shop, "unlinked_lines")
    said = desk.said(save_shop(desk, shop, **changes))
    assert "Заказов, которые ждали этой настройки и теперь отправляются: 1." in said
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.state, other.state) == (OutboxMessage.State.WAITING, OutboxMessage.State.PARKED)


@pytest.mark.parametrize(
    ("problem", "prefix", "line"),
    [
        ("attribute_required_missing", "attribute_mappings", {"source": "_a", "fills": "order:attribute-1"}),
        ("store_missing", "order_rules", {"when": "role", "value": "vip", "gets": "store:store-1"}),
    ],
)
def test_rows_that_fill_what_was_missing_let_the_orders_go_once(
    desk: Desk, shop: Shop, problem: str, prefix: str, line: dict[str, str]
) -> None:
    message = parked(shop, problem)
    desk.said(save_shop(desk, shop, **rows(prefix, shop, line)))
    message.refresh_from_db()
    assert message.state == OutboxMessage.State.WAITING
    OutboxMessage.objects.update(state=OutboxMessage.State.PARKED)
    desk.said(save_shop(desk, shop))  # nothing of it changed: it would only wait again
    message.refresh_from_db()
    assert message.state == OutboxMessage.State.PARKED


def warned(desk: Desk, shop: Shop) -> tuple[str, str]:
    """What the shop's page and the desk's first page say."""
    return (
        words_of(desk.get(f"/admin/bridge/shop/{shop.pk}/change/", "en")),
        words_of(desk.get("/admin/", "en")),
    )


def test_a_required_field_that_nothing_fills_is_said_before_an_order_fails(desk: Desk, shop: Shop) -> None:
    DirectoryEntry.objects.filter(external_id="attribute-1").update(is_required=True)
    words = "MoySklad demands these fields, and nothing fills them: “Номер оплаты”."
    assert all(words in page for page in warned(desk, shop))
    line = {"source": "_number", "fills": "order:attribute-1"}
    desk.said(save_shop(desk, shop, **rows("attribute_mappings", shop, line)))
    assert not any(words in page for page in warned(desk, shop))


def test_money_that_goes_out_without_an_expense_item_is_said(desk: Desk, shop: Shop) -> None:
    words = "no expense item is chosen"
    assert not any(words in page for page in warned(desk, shop))
    line = {"method": "cod", "document": "cashin"}
    desk.said(save_shop(desk, shop, **rows("payment_methods", shop, line)))
    assert all(words in page for page in warned(desk, shop))
    desk.said(save_shop(desk, shop, expense_item_id="expense-1"))
    assert not any(words in page for page in warned(desk, shop))


def test_a_chosen_thing_that_is_gone_in_moysklad_is_said(desk: Desk, shop: Shop) -> None:
    desk.said(save_shop(desk, shop, project_id="project-1"))
    assert not any("No longer in MoySklad" in page for page in warned(desk, shop))
    DirectoryEntry.objects.filter(external_id="project-1").delete()
    assert all("archived there: project." in page for page in warned(desk, shop))
