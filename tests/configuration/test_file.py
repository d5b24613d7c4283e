"""The configuration file: every mistake named, names found in the account, and what is read equals what is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import DataError
from django.utils import translation

from bridge.configuration import apply as apply_module
from bridge.configuration.apply import apply
from bridge.configuration.dump import dump
from bridge.configuration.errors import ConfigurationError
from bridge.configuration.read import check, read
from bridge.connections.models import (
    AttributeMapping,
    Connection,
    DirectoryEntry,
    OrderRule,
    PaymentMethod,
    Shop,
    StatusMapping,
)
from bridge.orders.models import Order
from bridge.sync.models import Watermark
from connectors.errors import AuthError, ConnectorError, TransientError
from tests import factories

kind = DirectoryEntry.Kind
ROOT = Path(__file__).parents[2]
FULL: dict[str, Any] = {
    "moysklad": {"main": {"base_url": "https://api.example.test/api/remap/1.2", "token": "t"}},
    "shop": {
        "site": {
            "url": "https://shop.example.test",
            "consumer_key": "ck_1",
            "consumer_secret": "cs_1",
            "event_secret": "secret",
            "moysklad": "main",
            "organization": "ООО «Ромашка»",
            "stores": ["Основной склад", "Магазин"],
            "sku_field": "code",
            "stock_type": "quantity",
            "send_statuses": ["processing"],
            "sales_channel": "Интернет-магазин",
            "number_prefix": "WOO-",
            "shipping_service": "Доставка",
            "reserve": False,
            "started_at": "2026-01-31T06:00:00+00:00",
            "home_url": "https://www.shop.example.test",
            "intervals": {"orders": 60, "statuses": 61, "stock": 62},
            "documents": {
                "number_suffix": "/2026",
                "prices": "list",
                "project": "Сайт",
                "contract": "Договор 7",
                "owner": "Петрова А.",
                "organization_account": "40702810000000000001",
                "planned_days": 3,
                "planned_field": "_delivery_date",
                "pickup_fields": ["_pickup"],
                "on_removed": "create",
                "bin_deleted": True,
            },
            "buyers": {
                "match_by": ["phone", "email"],
                "create": False,
                "update": True,
                "common_buyer": "Розничный покупатель",
                "inn_fields": ["inn"],
                "kpp_fields": [],
            },
            "money": {"expense_item": "Возврат", "mark_paid": True, "send_refunds": False},
            "back": {
                "accept_edits": True,
                "accept_returns": False,
                "follow_returns": True,
                "status_when_paid": "processing",
                "status_when_partly_shipped": "partly-shipped",
                "status_when_shipped": "completed",
            },
            "states": {"processing": "Новый"},
            "statuses": {"Завершен": "completed"},
            "rules": [
                {"shipping_method": "local_pickup", "store": "Магазин", "state": "Новый"},
                {"country": "KZ", "organization": "ООО «Ромашка»", "project": "Сайт"},
                {"role": "wholesale", "contract": "Договор 7", "owner": "Петрова А."},
                {"payment_method": "cod", "sales_channel": "Интернет-магазин"},
            ],
            "fields": [
                {"to": "order", "from": "order.transaction_id", "attribute": "Номер оплаты"},
                {"to": "buyer", "from": "_birthday", "attribute": "День рождения"},
            ],
            "payments": {
                "cod": {"document": "cashin", "project": "Сайт"},
                "bank": {"document": "paymentin", "account": "40702810000000000001"},
                "*": {"document": "none"},
            },
        }
    },
}


class Wire:
    """What the account and the site answer; `error` is raised by whoever is named in it."""

    def __init__(self) -> None:
        self.names: list[tuple[str, str]] = [
            (kind.ORGANIZATION, "ООО «Ромашка»"),
            (kind.STORE, "Основной склад"),
            (kind.STORE, "Магазин"),
            (kind.SALES_CHANNEL, "Интернет-магазин"),
            (kind.SERVICE, "Доставка"),
            (kind.SERVICE, "Упаковка"),
            (kind.SERVICE, "Упаковка"),
            (kind.STATE, "Новый"),
            (kind.STATE, "Завершен"),
            (kind.PROJECT, "Сайт"),
            (kind.CONTRACT, "Договор 7"),
            (kind.EMPLOYEE, "Петрова А."),
            (kind.EXPENSE_ITEM, "Возврат"),
            (kind.ORDER_ATTRIBUTE, "Номер оплаты"),
            (kind.BUYER_ATTRIBUTE, "День рождения"),
            (kind.ACCOUNT, "40702810000000000001"),
        ]
        self.buyers = [("buyer-1", "Розничный покупатель")]
        self.error: dict[str, ConnectorError] = {}
        self.site = self

    def read(self, account: object) -> list[DirectoryEntry]:
        if "account" in self.error:
            raise self.error["account"]
        return [
            DirectoryEntry(
                kind=what,
                external_id=f"id-{number}",
                name=name,
                detail="id-0" if what == kind.ACCOUNT else "",
            )
            for number, (what, name) in enumerate(self.names)
        ]

    def candidates(self, account: object, wanted: str, known_id: str = "") -> list[tuple[str, str]]:
        return [one for one in self.buyers if wanted in one[1]]

    def info(self) -> dict[str, str]:
        if "site" in self.error:
            raise self.error["site"]
        return {}


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch, db: None) -> Wire:
    """An account with names and a site that answers; reading them over HTTP is proved by the flow tests."""
    wire = Wire()
    monkeypatch.setattr(apply_module, "_read_directory", wire.read)
    monkeypatch.setattr("bridge.connections.clients.woocommerce", lambda site: wire)
    monkeypatch.setattr("bridge.sync.buyers.common_buyer.candidates", wire.candidates)
    return wire


def everything() -> dict[str, list[Any]]:
    rows = (StatusMapping, OrderRule, AttributeMapping, PaymentMethod)
    models = (Connection, DirectoryEntry, Shop, *rows, Watermark)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def changed(**shop: Any) -> dict[str, Any]:
    return {"moysklad": FULL["moysklad"], "shop": {"site": {**FULL["shop"]["site"], **shop}}}


@pytest.mark.usefixtures("directory")
def test_what_was_applied_is_what_is_written_out() -> None:
    apply(check(FULL))
    assert dump(secrets=True) == FULL


@pytest.mark.usefixtures("directory")
def test_applying_twice_changes_nothing() -> None:
    first = apply(check(FULL))
    before = everything()
    again = apply(check(FULL))
    assert first == again
    before["DirectoryEntry"], after = [], everything() | {"DirectoryEntry": []}
    assert after == before
    assert (Shop.objects.count(), Connection.objects.count()) == (1, 2)


@pytest.mark.usefixtures("directory")
def test_keys_that_are_left_out_keep_their_values() -> None:
    apply(check(FULL))
    small = {key: FULL["shop"]["site"][key] for key in ("url", "consumer_key", "consumer_secret", "moysklad")}
    apply(check({"shop": {"site": small}}))
    assert dump(secrets=True) == FULL


@pytest.mark.usefixtures("directory")
def test_a_changed_secret_keeps_the_earlier_one_valid() -> None:
    apply(check(FULL))
    apply(check(changed(event_secret="new")))
    credentials = Connection.objects.get(vendor="woocommerce").credentials
    assert (credentials["event_secret"], credentials["previous_event_secret"]) == ("new", "secret")


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize(
    ("shop", "words"),
    [
        ({"organization": "ООО «Василёк»"}, ["ООО «Василёк»", "ООО «Ромашка»"]),
        ({"shipping_service": "Упаковка"}, ["several", "id-5", "id-6"]),
        ({"states": {"processing": "Оплачен"}}, ["Оплачен", "Новый", "Завершен"]),
        ({"moysklad": "other"}, ["moysklad.other", "main"]),
        ({"documents": {"project": "Опт"}}, ["documents] project", "Опт", "Сайт"]),
        ({"documents": {"organization_account": "4080"}}, ["account", "40702810000000000001"]),
        ({"money": {"expense_item": "Реклама"}}, ["money] expense_item", "Возврат"]),
        ({"buyers": {"common_buyer": "Розничный"}}, ["counterparty", "Розничный покупатель"]),
        ({"rules": [{"role": "vip", "owner": "Сидоров"}]}, ["rules]] number 1", "Петрова А."]),
        ({"fields": [{"to": "buyer", "from": "x", "attribute": "Цвет"}]}, ["fields]]", "День рождения"]),
        ({"payments": {"cod": {"document": "cashin", "project": "Опт"}}}, ["payments.cod]", "Сайт"]),
    ],
)
def test_a_missing_or_ambiguous_name_lists_the_candidates_and_changes_nothing(
    shop: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        apply(check(changed(**shop)))
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert not Shop.objects.exists()
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("shop", "word"),
    [
        ({"sku_field": "barcode"}, "article, code"),
        ({"stock_type": "all"}, "freeStock"),
        ({"intervals": {"orders": 0}}, "from 1"),
        ({"intervals": {"prices": 60}}, "unknown key “prices”"),
        ({"stores": "Основной склад"}, "a list"),
        ({"reserve": "yes"}, "true or false"),
        ({"colour": "red"}, "unknown key “colour”"),
        ({"url": ""}, "“url” is missing"),
        ({"started_at": "yesterday"}, "with its offset"),
        ({"started_at": "2026-01-31T09:00:00"}, "with its offset"),
        ({"documents": "list"}, "“documents” must be a table"),
        ({"documents": {"prices": "net"}}, "final, list"),
        ({"documents": {"planned_days": -1}}, "from 0 to 365"),
        ({"documents": {"on_removed": "delete"}}, "ask, create, leave, cancel"),
        ({"buyers": {"match_by": ["name"]}}, "email, phone, inn"),
        ({"buyers": {"match_by": ["inn", "inn"]}}, "twice"),
        ({"back": {"accept_edits": 1}}, "true or false"),
        ({"money": {"fee": True}}, "[shop.site.money] unknown key “fee”"),
        ({"rules": {"role": "vip"}}, "[[shop.site.rules]]"),
        ({"rules": [{"role": "vip", "country": "KZ", "store": "Магазин"}]}, "exactly one of"),
        ({"rules": [{"store": "Магазин"}]}, "exactly one of"),
        ({"rules": [{"role": "vip"}]}, "one or more of store"),
        ({"rules": [{"country": "Kazakhstan", "store": "Магазин"}]}, "like KZ"),
        ({"rules": [{"role": 5, "store": "Магазин"}]}, "“role” must be text"),
        ({"fields": [{"to": "line", "from": "x", "attribute": "y"}]}, "order, buyer"),
        ({"fields": [{"to": "order", "attribute": "y"}]}, "“from” is missing"),
        ({"fields": [{"to": "order", "from": "order.colour", "attribute": "y"}]}, "order.transaction_id"),
        ({"payments": {"cod": "cashin"}}, "payments.METHOD"),
        ({"payments": {"cod": {"document": "invoice"}}}, "paymentin, cashin"),
        ({"payments": {"cod": {}}}, "none, paymentin, cashin"),
    ],
)
def test_a_mistake_is_named_before_anything_is_called(shop: dict[str, Any], word: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check(changed(**shop))
    assert word in str(caught.value)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        check({"moysklad": {"main": {}}, "shops": {}, "shop": {"site": {"sku_field": "x"}}})
    assert len(caught.value.mistakes) >= 7


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("[shop\n")
    with pytest.raises(ConfigurationError, match="line 1"):
        read(path)


STATE_TWICE = {"statuses": {"Завершен": "completed", "id-8": "cancelled"}}


@pytest.mark.parametrize("shop", [STATE_TWICE, {"organization": "ООО «Василёк»"}, {"stores": ["Нет такого"]}])
def test_a_mistake_leaves_every_row_as_it_was(directory: Wire, shop: dict[str, Any]) -> None:
    apply(check(FULL))
    before = everything()
    directory.names.append((kind.STORE, "Новый склад"))
    wrong = changed(url="https://moved.example.test", **shop)
    wrong["moysklad"] = {"main": {"base_url": "https://other.example.test/api", "token": "other"}}
    with pytest.raises(ConfigurationError):
        apply(check(wrong))
    assert everything() == before


def test_every_name_the_accounts_do_not_have_is_said_at_once(directory: Wire) -> None:
    wrong = changed(
        organization="ООО «Василёк»",
        documents={"project": "Опт", "owner": "Сидоров"},
        payments={"cod": {"document": "cashin", "account": "4080"}},
    )
    second = {**wrong["shop"]["site"], "stores": ["Нет такого"]}
    directory.error["site"] = AuthError("Consumer key is invalid.", status=401)
    with pytest.raises(ConfigurationError) as caught:
        apply(check({**wrong, "shop": {**wrong["shop"], "second": second}}))
    said = "\n".join(caught.value.mistakes)
    for words in ("ООО «Василёк»", "Опт", "Сидоров", "payments.cod]", "shop.second] stores", "[shop.site] "):
        assert words in said, words
    assert not Connection.objects.exists()


def test_an_account_of_another_organization_is_refused(directory: Wire) -> None:
    directory.names += [(kind.ORGANIZATION, "ИП Ли"), (kind.ACCOUNT, "40802")]
    apply(check(FULL))
    with pytest.raises(ConfigurationError, match="“40702810000000000001” belongs to another organization"):
        apply(check(changed(organization="ИП Ли", documents={}, payments={})))
    assert Shop.objects.get().organization_id == "id-0"


def test_an_account_is_looked_for_within_the_organization(directory: Wire) -> None:
    directory.names += [(kind.ORGANIZATION, "ИП Ли")]
    with pytest.raises(ConfigurationError, match="there are: none"):
        apply(check(changed(organization="ИП Ли")))


def test_a_name_that_several_things_have_is_written_out_as_its_id(directory: Wire) -> None:
    apply(check(changed(shipping_service="id-5")))
    assert dump()["shop"]["site"]["shipping_service"] == "id-5"


def test_a_common_buyer_whose_name_another_got_later_stays_the_one_chosen(directory: Wire) -> None:
    apply(check(FULL))
    assert (Shop.objects.get().common_buyer_id, Shop.objects.get().common_buyer_name) == directory.buyers[0]
    apply(check(changed(buyers={"common_buyer": ""})))
    assert (Shop.objects.get().common_buyer_id, Shop.objects.get().common_buyer_name) == ("", "")


@pytest.mark.usefixtures("directory")
def test_an_empty_value_takes_a_setting_away() -> None:
    apply(check(FULL))
    apply(check(changed(documents={"project": "", "planned_days": ""}, rules=[], fields=[], payments={})))
    site = dump()["shop"]["site"]
    assert (site["documents"]["project"], site["documents"]["planned_days"]) == ("", "")
    assert (site["rules"], site["fields"], site["payments"]) == ([], [], {})
    assert site["documents"]["owner"] == "Петрова А."


@pytest.mark.usefixtures("directory")
def test_a_field_filled_twice_is_said() -> None:
    twice = [{"to": "order", "from": source, "attribute": "Номер оплаты"} for source in ("a", "b")]
    with pytest.raises(ConfigurationError, match="“Номер оплаты” is filled twice"):
        apply(check(changed(fields=twice)))


@pytest.mark.usefixtures("directory")
def test_rules_keep_their_order_and_neighbours_that_set_the_same_stay_apart() -> None:
    rules = [
        {"country": "KZ", "store": "Магазин"},
        {"country": "KZ", "store": "Основной склад"},
        {"role": "vip", "store": "Основной склад"},
    ]
    apply(check(changed(rules=rules)))
    assert dump()["shop"]["site"]["rules"] == rules


def test_a_state_named_twice_is_said(directory: Wire) -> None:
    with pytest.raises(ConfigurationError, match="same state as “Завершен”"):
        apply(check(changed(**STATE_TWICE)))
    assert not Connection.objects.exists()


def test_an_error_while_storing_changes_nothing(directory: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(check(FULL))
    before = everything()

    def fail(*_: object) -> None:
        raise DataError("value too long")

    monkeypatch.setattr("bridge.sync.settings_changed.shop_changed", fail)
    with pytest.raises(ConfigurationError, match="too long"):
        apply(check(changed(url="https://moved.example.test", number_prefix="X-")))
    assert everything() == before


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TransientError("no", code="net_refused"), "Nobody answers"),
        (AuthError("Consumer key is invalid.", status=401), "does not accept the login"),
        (TransientError("no", code="rest_no_route", status=404), "no API at this address"),
    ],
)
def test_a_site_that_cannot_be_used_is_said_before_anything_is_stored(
    directory: Wire, error: ConnectorError, words: str
) -> None:
    directory.error["site"] = error
    with translation.override("en"), pytest.raises(ConfigurationError, match=words) as caught:
        apply(check(FULL))
    assert "[shop.site]" in str(caught.value)
    assert not Connection.objects.exists()
    assert not DirectoryEntry.objects.exists()


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize("history", [True, False])
def test_another_account_is_refused_once_the_shop_has_orders(history: bool) -> None:
    apply(check(FULL))
    if history:
        factories.OrderFactory(shop=Shop.objects.get())
    other = changed(moysklad="other")
    other["moysklad"] = {"other": {"base_url": "https://api.example.test/api/remap/1.2", "token": "o"}}
    if not history:
        apply(check(other))
        assert Shop.objects.get().account.name == "other"
        return
    with pytest.raises(ConfigurationError, match="new shop"):
        apply(check(other))
    assert Shop.objects.get().account.name == "main"
    assert Order.objects.count() == 1
    assert not Connection.objects.filter(name="other").exists()


@pytest.mark.parametrize(
    ("shop", "word"),
    [
        ({"url": "shop.example.com"}, "https://"),
        ({"url": "ftp://shop.example.com"}, "https://"),
        ({"url": "https://ck:cs@shop.example.com"}, "login or password"),
        ({"url": "https://shop.example.com/" + "x" * 300}, "at most 255"),
        ({"number_prefix": "X" * 31}, "at most 30"),
        ({"documents": {"number_suffix": "X" * 31}}, "at most 30"),
        ({"back": {"status_when_paid": "s" * 61}}, "at most 60"),
        ({"payments": {"p" * 101: {"document": "none"}}}, "at most 100"),
        ({"home_url": "shop.example.com"}, "https://"),
        ({"states": {"s" * 61: "Новый"}}, "at most 60"),
        ({"statuses": {"Новый": "s" * 61}}, "at most 60"),
        ({"send_statuses": ["s" * 61]}, "at most 60"),
        ({"consumer_key": "ck\x00"}, "cannot be seen"),
    ],
)
def test_a_value_that_cannot_be_kept_or_called_is_named(shop: dict[str, Any], word: str) -> None:
    with pytest.raises(ConfigurationError, match=word):
        check(changed(**shop))


@pytest.mark.parametrize("name", ["x" * 61, "my shop", "магазин"])
def test_a_name_that_cannot_be_kept_is_named(name: str) -> None:
    with pytest.raises(ConfigurationError, match="Latin letters"):
        check({"shop": {name: FULL["shop"]["site"]}})
