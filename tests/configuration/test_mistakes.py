"""Mistakes in a configuration file: each is named with what would be right, and nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import DataError
from django.utils import translation

from bridge.configuration.apply import apply
from bridge.configuration.errors import ConfigurationError
from bridge.configuration.read import check, read
from bridge.connections.models import (
    Connection,
    DirectoryEntry,
    Shop,
)
from bridge.orders.models import Order
from connectors.errors import AuthError, ConnectorError, TransientError
from tests import factories
from tests.configuration.full_file import FULL, Wire, changed, directory, everything, kind

__all__ = ["directory"]


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
        ({"prices": {"price_type": "Опт"}}, ["prices] price_type", "Опт", "Цена со скидкой"]),
        ({"prices": {"sale_from": "Цвет"}}, ["prices] sale_from", "Акция до"]),
        ({"goods_rules": [{"folder": "Платья", "buffer": 1}]}, ["goods_rules]] number 1", "Одежда/Платья"]),
        ({"goods_rules": [{"item": "A-9", "buffer": 1}]}, ["goods_rules]] number 1", "A-9"]),
        ({"goods_rules": [{"item": "TWICE", "buffer": 1}]}, ["several", "item-1", "item-2"]),
        ({"goods_rules": [{"item": "A-1", "buffer": 1}, {"item": "A-1", "buffer": 2}]}, ["set twice"]),
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
        ({"sku_field": "name"}, "article, code, external_code, barcode"),
        ({"stock": {"buffer": -1}}, "from 0"),
        ({"stock": {"share": 0}}, "from 1 to 100"),
        ({"stock": {"backorders": ""}}, "site, no, notify, yes"),
        ({"stock": {"write": "yes"}}, "true or false"),
        ({"prices": {"rounding": "up"}}, "exact, whole"),
        ({"prices": {"min_margin": 5000}}, "from 0 to 1000"),
        ({"goods": {"owned": ["images"]}}, "price, sale_price"),
        ({"goods_rules": {"folder": "x"}}, "[[shop.site.goods_rules]]"),
        ({"goods_rules": [{"buffer": 1}]}, "exactly one of folder, item"),
        ({"goods_rules": [{"folder": "x", "item": "y", "buffer": 1}]}, "exactly one of folder, item"),
        ({"goods_rules": [{"folder": "x"}]}, "one or more of buffer"),
        ({"goods_rules": [{"folder": "x", "buffer": "2"}]}, "whole pieces"),
        ({"goods_rules": [{"folder": "x", "price": "shop"}]}, "moysklad, site"),
        ({"goods_rules": [{"folder": "x", "colour": "red"}]}, "unknown key “colour”"),
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
        check(
            {
                "moysklad": {"main": {"login": "x"}},
                "shops": {},
                "shop": {"site": {"sku_field": "x", "consumer_key": "ck_1"}},
            }
        )
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


@pytest.mark.usefixtures("directory")
def test_sale_prices_without_their_price_type_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"\[shop.site.prices\] sale_price_type: sale prices follow"):
        apply(check(changed(goods={"owned": ["sale_price"]}, prices={"sale_price_type": ""})))
    assert not Shop.objects.exists()


@pytest.mark.usefixtures("directory")
def test_a_field_filled_twice_is_said() -> None:
    twice = [{"to": "order", "from": source, "attribute": "Номер оплаты"} for source in ("a", "b")]
    with pytest.raises(ConfigurationError, match="“Номер оплаты” is filled twice"):
        apply(check(changed(fields=twice)))


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


@pytest.mark.usefixtures("directory")
def test_one_account_is_not_taken_under_two_names() -> None:
    """Each name would spend the account's calls for itself."""
    main = FULL["moysklad"]["main"]
    with pytest.raises(ConfigurationError, match="“main” already"):
        apply(check({**FULL, "moysklad": {"main": main, "second": main}}))
    assert not Connection.objects.exists()
    apply(check(FULL))
    with pytest.raises(ConfigurationError, match="“main” already"):
        apply(check({"moysklad": {"second": main}}))
    apply(check({"moysklad": {"main": main, "second": {**main, "token": "of another account"}}}))
    assert Connection.objects.filter(vendor="moysklad").count() == 2
