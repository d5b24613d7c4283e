"""Shops on the desk: names are chosen, numbers kept in bounds, and saving sets waiting orders free."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bridge.configuration.dump import dump
from bridge.configuration.keys import KEYS, SITE_KEYS
from bridge.configuration.read import check
from bridge.configuration.rows import ROWS
from bridge.connections.admin import ShopPage
from bridge.connections.models import DirectoryEntry, Shop, StatusMapping
from bridge.outbox.models import OutboxMessage
from bridge.sync.models import Watermark
from tests import factories
from tests.admin.browser import form_of
from tests.admin.conftest import Desk, Rows
from tests.admin.test_pages import words_of

kind = DirectoryEntry.Kind


def save_shop(desk: Desk, shop: Shop, **changes: Any) -> Any:
    """Save the shop's page as it stands, with `changes`; None takes a value out."""
    url = f"/admin/bridge/shop/{shop.pk}/change/"
    data = form_of(desk.get(url), "shop_form") | changes
    return desk.post(url, {name: value for name, value in data.items() if value is not None})


def rows(prefix: str, shop: Shop, *rows: dict[str, str]) -> dict[str, str]:
    """The values of a table of rows as the browser sends them."""
    data = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
        data |= {f"{prefix}-{number}-shop": str(shop.pk)}
    return data


def mappings(prefix: str, pairs: list[tuple[str, str]], shop: Shop) -> dict[str, str]:
    return rows(prefix, shop, *({"site_status": status, "state_id": state} for status, state in pairs))


THERE = (
    (kind.PROJECT, "project-1", "Розница", ""),
    (kind.CONTRACT, "contract-1", "Договор 7", ""),
    (kind.EMPLOYEE, "employee-1", "Петрова А.", ""),
    (kind.EXPENSE_ITEM, "expense-1", "Возврат", ""),
    (kind.ORGANIZATION, "organization-2", "ИП Ли", ""),
    (kind.ACCOUNT, "bank-1", "40702810000000000001", "organization-1"),
    (kind.ACCOUNT, "bank-2", "40802810000000000002", "organization-2"),
    (kind.ORDER_ATTRIBUTE, "attribute-1", "Номер оплаты", "string"),
    (kind.BUYER_ATTRIBUTE, "attribute-2", "День рождения", "time"),
)


@pytest.fixture
def shop(db: None) -> Shop:
    """A shop whose account has one of everything a shop may name."""
    made = factories.ShopFactory()
    for what, external_id, name, detail in THERE:
        factories.EntryFactory(
            connection=made.account, kind=what, external_id=external_id, name=name, detail=detail
        )
    return made


EVERYTHING: dict[str, Any] = {
    "organization": "ООО «Ромашка»",
    "stores": ["Склад на Лесной", "Основной склад"],
    "sku_field": "code",
    "stock_type": "stock",
    "send_statuses": ["completed", "packed"],
    "sales_channel": "Сайт",
    "number_prefix": "WOO-",
    "shipping_service": "Доставка",
    "reserve": False,
    "started_at": "2026-01-01T00:00:00+00:00",
    "home_url": "https://www.example.test",
    "intervals": {"orders": 61, "statuses": 62, "stock": 63},
    "documents": {
        "number_suffix": "/26",
        "prices": "list",
        "project": "Розница",
        "contract": "Договор 7",
        "owner": "Петрова А.",
        "organization_account": "40702810000000000001",
        "planned_days": 3,
        "planned_field": "_delivery_date",
        "pickup_fields": ["_pickup", "_pvz"],
        "on_removed": "leave",
        "bin_deleted": True,
    },
    "buyers": {
        "match_by": ["inn", "email"],
        "create": False,
        "update": True,
        "common_buyer": "",
        "inn_fields": ["_inn"],
        "kpp_fields": [],
    },
    "money": {"expense_item": "Возврат", "mark_paid": True, "send_refunds": False},
    "back": {
        "accept_edits": True,
        "accept_returns": False,
        "follow_returns": True,
        "status_when_paid": "processing",
        "status_when_partly_shipped": "packed",
        "status_when_shipped": "completed",
    },
    "states": {"processing": "Новый"},
    "statuses": {"Выполнен": "completed"},
    "rules": [
        {"shipping_method": "local_pickup", "store": "Основной склад", "state": "Новый"},
        {"country": "KZ", "organization": "ИП Ли"},
        {"role": "wholesale", "owner": "Петрова А."},
    ],
    "fields": [
        {"to": "order", "from": "order.transaction_id", "attribute": "Номер оплаты"},
        {"to": "buyer", "from": "_birthday", "attribute": "День рождения"},
    ],
    "payments": {
        "cod": {"document": "cashin", "project": "Розница"},
        "bacs": {"document": "paymentin", "account": "40702810000000000001"},
        "*": {"document": "none"},
    },
}


def save_everything(desk: Desk, shop: Shop) -> Any:
    rules = [
        ("shipping_method", "local_pickup", "store:store-1"),
        ("shipping_method", "local_pickup", "state:state-new"),
        ("country", "KZ", "organization:organization-2"),
        ("role", "wholesale", "owner:employee-1"),
    ]
    names = ("when", "value", "gets")
    fields = [("order.transaction_id", "order:attribute-1"), ("_birthday", "buyer:attribute-2")]
    payments = [("cod", "cashin", "", "project-1"), ("bacs", "paymentin", "bank-1", ""), ("*", "", "", "")]
    of_payment = ("method", "document", "organization_account_id", "project_id")
    chosen = {
        "number_prefix": "WOO-",
        "number_suffix": "/26",
        "sku_field": "code",
        "stock_type": "stock",
        "order_store": "store-2",
        "more_stores": ["store-1"],
        "sales_channel_id": "channel-1",
        "send_statuses": ["completed"],
        "other_statuses": "wc-packed",
        "orders_interval": "61",
        "statuses_interval": "62",
        "stock_interval": "63",
        "home_url": "https://www.example.test",
        "reserve": None,
        "prices": "list",
        "project_id": "project-1",
        "contract_id": "contract-1",
        "owner_id": "employee-1",
        "organization_account_id": "bank-1",
        "planned_days": "3",
        "planned_field": "_delivery_date",
        "pickup_fields": " _pickup,, _pvz,_pickup ",
        "on_removed": "leave",
        "bin_deleted": "on",
        "match_by_0": "",
        "match_by_1": "inn",
        "match_by_2": "email",
        "create_buyers": None,
        "update_buyers": "on",
        "inn_fields": "_inn",
        "kpp_fields": "",
        "expense_item_id": "expense-1",
        "mark_paid": "on",
        "send_refunds": None,
        "accept_edits": "on",
        "accept_returns": None,
        "follow_returns": "on",
        "status_when_paid": "processing",
        "status_when_shipped": "completed",
        **mappings("status_mappings", [("processing", "state-new")], shop),
        **mappings("status_mappings-2", [("completed", "state-done")], shop),
        **rows("order_rules", shop, *(dict(zip(names, rule, strict=True)) for rule in rules)),
        **rows("attribute_mappings", shop, *({"source": s, "fills": f} for s, f in fields)),
        **rows("payment_methods", shop, *(dict(zip(of_payment, one, strict=True)) for one in payments)),
    }
    desk.said(save_shop(desk, shop, **chosen))
    return desk.said(save_shop(desk, shop, status_when_partly_shipped="packed"))


# On the page these two are asked for in other words.
ASKED_AS = {"store_ids": "order_store", "common_buyer_id": "common_buyer"}


def test_every_setting_and_every_table_of_the_file_has_its_place_on_the_page(desk: Desk, shop: Shop) -> None:
    html = desk.get(f"/admin/bridge/shop/{shop.pk}/change/")
    names = {ASKED_AS.get(key.field, key.field) for key in KEYS}
    assert {name for name in names if not re.search(rf'name="{name}(_0)?"', html)} == set()
    assert {inline.model for inline in ShopPage.inlines} == {row.of(shop).model for row in ROWS}


def test_what_the_desk_saved_is_what_the_file_would_say(desk: Desk, shop: Shop) -> None:
    save_everything(desk, shop)
    written = dump(secrets=True)
    check(written)  # and a file may say it
    site = written["shop"][shop.name]
    assert {key: site[key] for key in EVERYTHING} == EVERYTHING
    assert set(site) - set(EVERYTHING) == set(SITE_KEYS)


def test_a_shop_saved_as_it_is_stays_as_it_is(desk: Desk, shop: Shop) -> None:
    save_everything(desk, shop)
    before = Shop.objects.values().get(), dump()
    desk.said(save_shop(desk, shop))
    assert (Shop.objects.values().get(), dump()) == before


def test_things_of_the_account_are_chosen_by_name(desk: Desk) -> None:
    shop = factories.ShopFactory(store_ids=["store-1", "vanished"])
    text = words_of(desk.get(f"/admin/bridge/shop/{shop.pk}/change/"))
    for name in ("ООО «Ромашка»", "Основной склад", "Склад на Лесной", "Доставка", "Сайт"):
        assert name in text
    assert "больше нет в МойСклад" in text
    assert "store-1" not in text


def test_settings_are_saved_in_their_columns(desk: Desk) -> None:
    shop = factories.ShopFactory()
    desk.said(
        save_shop(
            desk,
            shop,
            order_store="store-2",
            more_stores=["store-1"],
            sales_channel_id="channel-1",
            send_statuses=["completed"],
            other_statuses="wc-packed, on-the-way",
            stock_interval="60",
        )
    )
    shop.refresh_from_db()
    assert shop.store_ids == ["store-2", "store-1"]
    assert shop.first_store_id == "store-2"
    assert shop.sales_channel_id == "channel-1"
    assert shop.send_statuses == ["completed", "packed", "on-the-way"]
    assert shop.stock_interval == 60


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"stock_interval": "0"}, "больше либо равно 1"),
        ({"orders_interval": "86401"}, "меньше либо равно 86400"),
        ({"other_statuses": "checkout-draft"}, "Такой статус отправлять нельзя"),
        ({"other_statuses": "Собран"}, "Такой статус отправлять нельзя"),
        ({"order_store": "", "more_stores": ["store-1"]}, "Сначала выберите склад для заказов."),
        ({"organization_id": "somebody-elses"}, "somebody-elses"),
        ({"organization_account_id": "bank-2"}, "Этот счёт принадлежит другой организации."),
        ({"match_by_0": "inn", "match_by_1": "inn"}, "Выберите каждый способ один раз."),
        ({"planned_days": "366"}, "меньше либо равно 365"),
        ({"inn_fields": "x" * 101}, "слишком длинное"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_is_saved(
    desk: Desk, shop: Shop, changes: dict[str, Any], mistake: str
) -> None:
    before = Shop.objects.values().get()
    response = save_shop(desk, shop, **changes)
    assert response.status_code == 200
    assert mistake in response.content.decode()
    assert Shop.objects.values().get() == before


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
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_saved(
    desk: Desk, shop: Shop, prefix: str, lines: list[tuple[str, ...]], mistake: str
) -> None:
    names = {
        "order_rules": ("when", "value", "gets"),
        "attribute_mappings": ("source", "fills"),
        "payment_methods": ("method", "document"),
    }[prefix]
    before = dump()
    wrong = rows(prefix, shop, *(dict(zip(names, line, strict=True)) for line in lines))
    response = save_shop(desk, shop, number_prefix="X-", **wrong)
    assert response.status_code == 200
    assert mistake in response.content.decode()
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


CALLED = [("buyer-1", "Розничный покупатель"), ("buyer-2", "Розничный покупатель")]


def test_the_common_buyer_is_looked_up_by_name_once(
    desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def candidates(_account: object, wanted: str) -> list[tuple[str, str]]:
        asked.append(wanted)
        return CALLED[:1]

    monkeypatch.setattr("bridge.sync.buyers.common_buyer.candidates", candidates)
    for _time in range(2):
        desk.said(save_shop(desk, shop, common_buyer="Розничный покупатель"))
        shop.refresh_from_db()
        assert (shop.common_buyer_id, shop.common_buyer_name) == CALLED[0]
    assert asked == ["Розничный покупатель"]
    desk.said(save_shop(desk, shop, common_buyer=""))
    shop.refresh_from_db()
    assert (shop.common_buyer_id, shop.common_buyer_name) == ("", "")


@pytest.mark.parametrize(
    ("found", "mistake"), [(CALLED, "buyer-1, buyer-2"), ([("b", "Розничный")], "«Розничный»"), ([], "—")]
)
def test_a_common_buyer_who_is_not_one_is_said(
    desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch, found: list[tuple[str, str]], mistake: str
) -> None:
    monkeypatch.setattr("bridge.sync.buyers.common_buyer.candidates", lambda *_: found)
    response = save_shop(desk, shop, common_buyer="Розничный покупатель")
    assert mistake in words_of(response.content.decode())
    shop.refresh_from_db()
    assert shop.common_buyer_id == ""


def test_an_account_that_does_not_answer_is_said_at_the_common_buyer(
    desk: Desk, shop: Shop, settings: Any
) -> None:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    response = save_shop(desk, shop, common_buyer="Розничный покупатель")
    assert "по этому адресу никто не отвечает" in words_of(response.content.decode())
    shop.refresh_from_db()
    assert shop.common_buyer_id == ""


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


def test_the_section_with_a_mistake_is_opened(desk: Desk, shop: Shop) -> None:
    response = save_shop(desk, shop, planned_days="366")
    assert "section: 'documents'" in response.content.decode()
    response = save_shop(desk, shop, **rows("payment_methods", shop, {"method": "", "document": "cashin"}))
    assert "section: 'money'" in response.content.decode()


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


def test_a_shop_is_added_with_what_needs_no_choice_and_its_flows_begin(desk: Desk) -> None:
    account, site = factories.AccountFactory(), factories.SiteFactory()
    factories.EntryFactory(connection=account, kind="organization", external_id="only", name="ИП Ли")
    factories.EntryFactory(connection=account, kind="store", external_id="store", name="Склад")
    response = desk.post(
        "/admin/bridge/shop/add/", {"name": "new", "site": str(site.pk), "account": str(account.pk)}
    )
    shop = Shop.objects.get()
    assert response["Location"] == f"/admin/bridge/shop/{shop.pk}/change/"
    assert (shop.organization_id, shop.store_ids, shop.home_url) == ("only", ["store"], site.base_url)
    flows = set(Watermark.objects.values_list("connection__vendor", "flow"))
    assert {("moysklad", "catalogue"), ("woocommerce", "orders")} <= flows


def test_site_and_account_of_a_shop_stay(desk: Desk, rows: Rows) -> None:
    other = factories.AccountFactory()
    desk.said(save_shop(desk, rows.shop, account=str(other.pk)))
    assert Shop.objects.get().account == rows.shop.account


def test_a_shop_with_orders_is_not_deleted(desk: Desk, rows: Rows) -> None:
    assert desk.client.get(f"/admin/bridge/shop/{rows.shop.pk}/delete/").status_code == 403
    idle = factories.ShopFactory()
    assert desk.client.post(f"/admin/bridge/shop/{idle.pk}/delete/", {"post": "yes"}).status_code == 302


def test_the_address_for_events_is_shown(desk: Desk, rows: Rows, settings: Any) -> None:
    url = f"/admin/bridge/shop/{rows.shop.pk}/change/"
    assert "У моста нет адреса в интернете" in desk.get(url)
    settings.BRIDGE_PUBLIC_URL = "https://bridge.example.test"
    expected = f"https://bridge.example.test/api/v1/events/woocommerce/{rows.shop.site_id}/"
    assert expected in desk.get(url)
