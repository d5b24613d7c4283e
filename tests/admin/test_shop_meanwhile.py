"""A shop's settings are saved as the person changed them: what became another meanwhile stays what it is now."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.configuration import apply as applying
from bridge.configuration.apply import apply
from bridge.configuration.read import check
from bridge.connections.models import Connection, Shop
from bridge.dashboard.shops.connection_form import ConnectionForm
from bridge.dashboard.shops.shop_form import ShopForm
from bridge.setup import saving
from tests.admin import shop_page
from tests.admin.browser import form_of
from tests.admin.conftest import Desk
from tests.configuration.full_file import FULL, directory

__all__ = ["directory"]

# What the bridge writes by itself, at any moment.
BY_ITSELF = {
    "plugin_version": "2.0.0",
    "plugin_problem": "refused",
    "stock_revision": 77,
    "site_currency": "KZT",
    "site_weight_unit": "lbs",
    "write_goods": True,
}


@pytest.fixture
def shop(db: None) -> Shop:
    return shop_page.with_everything_to_name()


def as_stored() -> dict[str, Any]:
    return Shop.objects.values(*BY_ITSELF).get()


@pytest.mark.parametrize("now", [True, False], ids=["a preview was confirmed", "it was undone"])
def test_an_old_page_does_not_switch_writing(desk: Desk, shop: Shop, now: bool) -> None:
    Shop.objects.update(write_goods=not now)
    address = f"/admin/bridge/shop/{shop.pk}/change/"
    page = form_of(desk.get(address), "shop_form")
    Shop.objects.update(write_goods=now)
    desk.said(desk.post(address, page | {"api_log_days": "31"}))
    shop.refresh_from_db()
    assert (shop.write_goods, shop.api_log_days) == (now, 31)


def test_what_the_person_switched_is_switched_also_after_a_mistake(desk: Desk, shop: Shop) -> None:
    Shop.objects.update(write_goods=True)
    address = f"/admin/bridge/shop/{shop.pk}/change/"
    page = form_of(desk.get(address), "shop_form")
    del page["write_goods"]
    answer = desk.post(address, page | {"api_log_days": "0"})
    assert answer.status_code == 200
    again = form_of(answer.content.decode(), "shop_form")
    assert "write_goods" not in again
    desk.said(desk.post(address, again | {"api_log_days": "31"}))
    assert not Shop.objects.get().write_goods
    page = form_of(desk.get(address), "shop_form")
    desk.said(desk.post(address, page | {"write_goods": "on"}))
    assert Shop.objects.get().write_goods


def test_saving_writes_only_what_was_changed(desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    save = ShopForm.save

    def meanwhile(form: ShopForm, commit: bool = True) -> Shop:
        Shop.objects.update(**BY_ITSELF)
        return save(form, commit)

    monkeypatch.setattr(ShopForm, "save", meanwhile)
    desk.said(shop_page.save_shop(desk, shop, number_prefix="WC-"))
    assert Shop.objects.get().number_prefix == "WC-"
    assert as_stored() == BY_ITSELF


def test_a_step_of_the_assistant_writes_only_what_was_chosen(
    desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service is made by a call, which takes its time."""

    def made(account: Connection) -> str:
        Shop.objects.update(**BY_ITSELF)
        return "service-2"

    monkeypatch.setattr(saving, "create_service", made)
    address = f"/admin/bridge/setup/{shop.pk}/choices/"
    page = form_of(desk.get(address), "setup-form")
    changed = {"shipping_service_id": "new", "number_prefix": "WC-", "save": "1"}
    assert desk.post(address, page | changed).status_code == 302
    row = Shop.objects.get()
    assert (row.shipping_service_id, row.number_prefix) == ("service-2", "WC-")
    assert as_stored() == BY_ITSELF


@pytest.mark.usefixtures("directory")
def test_a_file_writes_only_what_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    apply(check(FULL))
    Shop.objects.update(write_goods=False)
    plan = applying._planned

    def meanwhile(*args: Any) -> Any:
        planned = plan(*args)
        Shop.objects.update(**BY_ITSELF)
        Connection.objects.update(hooks_problem="no_rights")
        return planned

    monkeypatch.setattr(applying, "_planned", meanwhile)
    keys = ("url", "consumer_key", "consumer_secret", "moysklad")
    table = {key: FULL["shop"]["site"][key] for key in keys} | {"number_prefix": "NEW-"}
    apply(check({"shop": {"site": table}}))
    assert Shop.objects.get().number_prefix == "NEW-"
    assert as_stored() == BY_ITSELF
    assert Shop.objects.get().site.hooks_problem == "no_rights"


def test_a_saved_connection_keeps_what_the_workers_know_of_it(
    desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"failures": 3, "hooks_problem": "no_rights", "stock_types": ["stock"]}
    save = ConnectionForm.save

    def meanwhile(form: ConnectionForm, commit: bool = True) -> Connection:
        Connection.objects.filter(pk=shop.account_id).update(**known)
        return save(form, commit)

    monkeypatch.setattr(ConnectionForm, "save", meanwhile)
    address = f"/admin/bridge/connection/{shop.account_id}/change/"
    page = form_of(desk.get(address), "connection_form")
    desk.said(desk.post(address, page | {"name": "renamed"}))
    row = Connection.objects.filter(pk=shop.account_id)
    assert row.values(*known).get() == known
    assert row.get().name == "renamed"
