"""The tables of a shop's page: rules, payments, fields, goods, states."""

import pytest
from django.utils.translation import gettext, override

from bridge.configuration.dump import dump
from bridge.connections.models import Shop, StatusMapping
from tests import factories
from tests.admin import shop_page
from tests.admin.conftest import Desk
from tests.admin.shop_page import mappings, rows, save_shop


@pytest.fixture
def shop(db: None) -> Shop:
    return shop_page.with_everything_to_name()


@pytest.mark.parametrize(
    ("prefix", "lines", "mistake"),
    [
        ("order_rules", [("country", "Kazakhstan", "store:store-1")], "два латинских"),
        ("order_rules", [("role", "vip", "store:foreign")], "foreign"),
        ("order_rules", [("role", "", "store:store-1")], "Обязательное поле"),
        ("order_rules", [("role", "vip", "store:store-1")] * 2, "Это правило записано дважды."),
        ("attribute_mappings", [("order.colour", "order:attribute-1")], "order.transaction_id"),
        ("attribute_mappings", [("_a", "order:attribute-1"), ("_b", "order:attribute-1")], "одно и то же"),
        ("payment_methods", [("cod", "cashin"), ("cod", "paymentin")], "только один раз"),
        ("payment_methods", [("cod", "invoice")], "invoice"),
        (
            "goods_rules",
            [("folder", "Платья", "price:site", "")],
            "MoySklad has no such folder. Write its whole path, with “/” between.",
        ),
        (
            "goods_rules",
            [("item", "A-9", "price:site", "")],
            "MoySklad has no goods with this article, code or id.",
        ),
        (
            "goods_rules",
            [("item", "TWICE", "price:site", "")],
            "Several are called so. Write the id of the one you mean.",
        ),
        ("goods_rules", [("item", "A-1", "buffer", "")], "Say how many."),
        (
            "goods_rules",
            [("item", "A-1", "price:site", ""), ("item", "A-1", "price:moysklad", "")],
            "Two lines say the same of one folder or item.",
        ),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_saved(
    desk: Desk, shop: Shop, prefix: str, lines: list[tuple[str, ...]], mistake: str
) -> None:
    names = {
        "order_rules": ("when", "value", "gets"),
        "attribute_mappings": ("source", "fills"),
        "payment_methods": ("method", "document"),
        "goods_rules": ("scope", "place", "rule", "pieces"),
    }[prefix]
    before = dump()
    wrong = rows(prefix, shop, *(dict(zip(names, line, strict=True)) for line in lines))
    response = save_shop(desk, shop, number_prefix="X-", **wrong)
    assert response.status_code == 200
    with override("ru"):
        assert gettext(mistake) in response.content.decode()
    assert dump() == before


def test_rules_are_kept_in_the_order_a_person_gave_them(desk: Desk, shop: Shop) -> None:
    names = ("when", "value", "gets", "number")
    lines = [("role", "a", "store:store-1", "2"), ("role", "c", "store:store-2", "")]
    lines += [("role", "b", "store:store-2", "1")]
    desk.said(
        save_shop(
            desk, shop, **rows("order_rules", shop, *(dict(zip(names, one, strict=True)) for one in lines))
        )
    )
    assert [rule["role"] for rule in dump()["shop"][shop.name]["rules"]] == ["b", "a", "c"]


def test_payment_methods_may_swap_their_documents(desk: Desk, shop: Shop) -> None:
    for documents in (("cashin", "paymentin"), ("paymentin", "cashin")):
        lines = [{"method": "cod", "document": documents[0]}, {"method": "bacs", "document": documents[1]}]
        desk.said(save_shop(desk, shop, **rows("payment_methods", shop, *lines)))
        saved = dump()["shop"][shop.name]["payments"]
        assert [saved[method]["document"] for method in ("cod", "bacs")] == list(documents)


def test_status_mappings_are_saved_replaced_and_may_swap(desk: Desk) -> None:
    shop = factories.ShopFactory()
    first = [("processing", "state-new"), ("completed", "state-done")]
    desk.said(save_shop(desk, shop, **mappings("status_mappings", first, shop)))
    swapped = [("processing", "state-done"), ("completed", "state-new")]
    back = [("completed", "state-done")]
    desk.said(
        save_shop(
            desk,
            shop,
            **mappings("status_mappings", swapped, shop),
            **mappings("status_mappings-2", back, shop),
        )
    )
    kept = StatusMapping.objects.order_by("pk").values_list("direction", "site_status", "state_id")
    assert set(kept) == {
        ("to_state", "processing", "state-done"),
        ("to_state", "completed", "state-new"),
        ("to_site", "completed", "state-done"),
    }


def test_one_status_has_one_state(desk: Desk) -> None:
    shop = factories.ShopFactory()
    twice = [("processing", "state-new"), ("processing", "state-done")]
    response = save_shop(desk, shop, **mappings("status_mappings", twice, shop))
    assert "Каждое значение левого столбца может встретиться только один раз." in response.content.decode()
    assert not StatusMapping.objects.exists()


def test_a_state_may_not_be_somebody_elses(desk: Desk) -> None:
    shop = factories.ShopFactory()
    response = save_shop(desk, shop, **mappings("status_mappings", [("processing", "foreign")], shop))
    assert response.status_code == 200
    assert not StatusMapping.objects.exists()
