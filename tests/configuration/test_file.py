"""The configuration file: every mistake named, names found in the account, and what is read equals what is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bridge.configuration import apply as apply_module
from bridge.configuration.apply import apply
from bridge.configuration.dump import dump
from bridge.configuration.read import SHOP_KEYS, ConfigurationError, check, read
from bridge.connections.models import Connection, DirectoryEntry, Shop

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
            "intervals": {"orders": 60, "statuses": 61, "stock": 62},
            "states": {"processing": "Новый"},
            "statuses": {"Завершен": "completed"},
        }
    },
}


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """An account with names; reading it over HTTP is proved by the flow tests."""

    def fill(account: Connection) -> None:
        DirectoryEntry.objects.filter(connection=account).delete()
        kind = DirectoryEntry.Kind
        names = [
            (kind.ORGANIZATION, "ООО «Ромашка»"),
            (kind.STORE, "Основной склад"),
            (kind.STORE, "Магазин"),
            (kind.SALES_CHANNEL, "Интернет-магазин"),
            (kind.SERVICE, "Доставка"),
            (kind.SERVICE, "Упаковка"),
            (kind.SERVICE, "Упаковка"),
            (kind.STATE, "Новый"),
            (kind.STATE, "Завершен"),
        ]
        for number, (what, name) in enumerate(names):
            DirectoryEntry.objects.create(
                connection=account, kind=what, external_id=f"id-{number}", name=name
            )

    monkeypatch.setattr(apply_module, "_read_directory", fill)


def changed(**shop: Any) -> dict[str, Any]:
    return {"moysklad": FULL["moysklad"], "shop": {"site": {**FULL["shop"]["site"], **shop}}}


@pytest.mark.usefixtures("directory")
def test_what_was_applied_is_what_is_written_out() -> None:
    apply(check(FULL))
    assert dump(secrets=True) == FULL


@pytest.mark.usefixtures("directory")
def test_applying_twice_changes_nothing() -> None:
    first = apply(check(FULL))
    again = apply(check(FULL))
    assert first == again
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


def test_every_key_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert [key for key in SHOP_KEYS if f"`{key}`" not in text and f"[shop.NAME.{key}]" not in text] == []
