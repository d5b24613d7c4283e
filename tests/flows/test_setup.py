"""From an empty database to a closed order by nothing but the assistant's pages: real processes, both sandboxes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import requests
from admin.browser import form_of
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from world import SLOW_MACHINE, World, empty_world, eventually

from bridge.connections.models import Vendor
from bridge.models import Connection, PaymentMethod, Shop, StatusMapping
from bridge.sync.models import Watermark

CODE = re.compile(r'id="pairing-code">([^<]+)</code>')
SETUP = "/admin/bridge/setup/"


class Owner:
    """The owner at the desk, in English; knows no address but that of the assistant."""

    def __init__(self, url: str) -> None:
        self.url = url
        owner = User.objects.create_superuser("owner")
        session = SessionStore()
        session[SESSION_KEY] = str(owner.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = owner.get_session_auth_hash()
        session.save()
        self._session = requests.Session()
        self._session.cookies.set(settings.SESSION_COOKIE_NAME, str(session.session_key))
        self._session.cookies.set(settings.LANGUAGE_COOKIE_NAME, "en")
        self.at, self.page = "", ""

    def go(self, path: str = SETUP) -> str:
        """Open a page, following where it leads."""
        return self._landed(self._session.get(f"{self.url}{path}", timeout=SLOW_MACHINE))

    def send(self, form_id: str, button: str, value: str = "1", **changed: Any) -> str:
        """Press a button of a form on the present page, with what stands in it and what is changed."""
        data = {**form_of(self.page, form_id), **changed, button: value}
        data = {name: given for name, given in data.items() if given is not None}
        answer = self._session.post(
            f"{self.url}{self.at}",
            data=data,
            headers={"Referer": f"{self.url}{self.at}"},
            timeout=SLOW_MACHINE,
        )
        return self._landed(answer)

    def follow(self, text: str) -> str:
        """Press the link with this text."""
        found = re.search(rf'<a class="desk-button[^"]*" href="([^"]+)">{text}', self.page)
        assert found, (text, self.page[-3000:])
        return self.go(unescape(found[1]))

    def _landed(self, answer: requests.Response) -> str:
        assert answer.status_code == 200, (answer.url, answer.status_code, answer.text[-2000:])
        self.at = answer.url.removeprefix(self.url)
        self.page = answer.text
        return answer.text


@pytest.fixture(scope="module")
def empty(
    database: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with django_db_blocker.unblock():
        yield from empty_world(tmp_path_factory.mktemp("bridge"))


@pytest.fixture(scope="module")
def owner(empty: World) -> Owner:
    return Owner(empty.bridge.url)


def step_of(owner: Owner) -> str:
    """The number of the step whose page is open."""
    found = re.search(r"Step (\d) of 7", owner.page)
    return found[1] if found else ""


def subscribed() -> bool:
    return Watermark.objects.filter(
        connection__vendor=Vendor.MOYSKLAD, flow="subscriptions", last_success_at__isnull=False
    ).exists()


def test_an_empty_bridge_begins_with_the_account_and_says_what_is_wrong_with_a_token(
    empty: World, owner: Owner
) -> None:
    owner.go()
    assert step_of(owner) == "1"
    owner.send(
        "setup-token", "way", "token", **{"token-token": "wrong", "token-base_url": empty.box.moysklad.url}
    )
    assert "desk-notice-danger" in owner.page
    assert not Connection.objects.exists()
    empty.box.moysklad.configure(no_rights=["customerOrder.create"])
    owner.send(
        "setup-token",
        "way",
        "token",
        **{"token-token": empty.box.moysklad.token, "token-base_url": empty.box.moysklad.url},
    )
    assert Connection.objects.get().account_id == empty.box.moysklad.account_id
    assert "Customer orders: create" in owner.page
    empty.box.moysklad.configure(no_rights=[])
    owner.go(owner.at)
    assert "all that is needed" in owner.page
    assert empty.box.moysklad.token not in owner.page


def test_the_shop_is_connected_with_one_code(empty: World, owner: Owner) -> None:
    owner.go()
    assert step_of(owner) == "2", "it goes on at the first step that is not answered"
    owner.send("setup-code", "way", "code", site=empty.box.store.url)
    found = CODE.search(owner.page)
    assert found
    follow = re.search(r'hx-get="([^"]+)"', owner.page)
    assert follow
    paired = empty.box.store.connect(unescape(found[1]))
    assert paired["ok"], paired
    owner.go(unescape(follow[1]))
    assert "Both sides have set their keys themselves" in owner.page
    owner.follow("Continue")
    assert step_of(owner) == "3"
    shop = Shop.objects.select_related("site").get()
    owner.go(f"{SETUP}{shop.pk}/shop/")
    assert "WooCommerce" in owner.page
    assert shop.site.credentials["consumer_secret"] not in owner.page


def test_choices_are_proposed_from_the_account_and_kept(empty: World, owner: Owner) -> None:
    owner.go()
    assert step_of(owner) == "3"
    box = empty.box.moysklad
    form = form_of(owner.page, "setup-form")
    assert form["order_store"] == box.stores["Основной склад"]
    assert form["sales_channel_id"] == box.sales_channels["Интернет-магазин"]
    assert form["shipping_service_id"] == box.directory("service")["Доставка"]
    organization = box.directory("organization")["ООО «Ромашка»"]
    owner.send("setup-form", "save", organization_id=organization, number_prefix="WOO-")
    assert step_of(owner) == "4"
    shop = Shop.objects.get()
    assert (shop.organization_id, shop.number_prefix) == (organization, "WOO-")
    assert shop.store_ids == [box.stores["Основной склад"]]


def test_statuses_payment_and_shipping_are_proposed_and_a_missing_state_is_made(
    empty: World, owner: Owner
) -> None:
    owner.go()
    states = empty.box.moysklad.states
    form = form_of(owner.page, "setup-form")
    assert form["state:processing"] == states["Новый"]
    assert form["state:completed"] == states["Завершен"]
    assert form["state:cancelled"] == states["Отменен"]
    assert form["document:cod"] == "cashin"
    assert form["document:bacs"] == "paymentin"
    assert form["store:local_pickup:2"] == empty.box.moysklad.stores["Магазин"]
    assert "Возврат" not in states
    owner.send("setup-form", "save", **{"state:refunded": "new"})
    assert step_of(owner) == "5"
    made = empty.box.moysklad.states["Возврат"]
    assert StatusMapping.objects.get(direction="to_state", site_status="refunded").state_id == made
    assert PaymentMethod.objects.get(method="cod").document == "cashin"
    shop = Shop.objects.get()
    owner.go(f"{SETUP}{shop.pk}/mapping/")
    assert form_of(owner.page, "setup-form")["state:refunded"] == made, "going back loses nothing"


def test_links_are_shown_and_what_is_left_does_not_hold_the_owner(empty: World, owner: Owner) -> None:
    owner.go()
    assert step_of(owner) == "5"
    eventually(lambda: "being read" not in owner.go(owner.at), "the goods of both sides are read")
    assert "Goods that need a look: 1" in owner.page
    owner.send("setup-form", "next")
    assert step_of(owner) == "6"


def test_nothing_is_written_before_the_owner_starts_it(empty: World, owner: Owner) -> None:
    owner.go()
    empty.quiet()
    empty.box.store.clear_stock_writes()
    owner.send("setup-form", "look")
    eventually(lambda: 'name="start"' in owner.go(owner.at), "the preview is worked out")
    assert empty.box.store.stock_writes() == []
    assert not Shop.objects.get().write_goods
    owner.send("setup-form", "start")
    eventually(lambda: Shop.objects.get().write_goods, "the shop writes by itself")
    owner.go(owner.at)
    owner.send("setup-form", "next")
    assert step_of(owner) == "7"


def test_the_self_test_goes_through_the_whole_chain(empty: World, owner: Owner) -> None:
    owner.go()
    assert step_of(owner) == "7"
    eventually(subscribed, "the bridge has asked MoySklad for notifications, by itself")
    owner.send("setup-form", "try", trial="1")
    eventually(lambda: "Report to copy" in owner.go(owner.at), "everything was looked at", 120)
    assert "MoySklad told of a test item" in owner.page
    assert "A worker handled it" in owner.page
    assert "desk-text-danger" not in owner.page.partition('id="diagnosis"')[2]
    assert "Sklad Bridge: test" not in [row["name"] for row in empty.box.moysklad.documents("product")]
    shown = unescape(owner.page)
    for row in Connection.objects.all():
        assert not [one for one in row.credentials.values() if one in shown]
    owner.send("setup-form", "next")
    assert "Everything is set up" in owner.page


def test_an_order_comes_into_moysklad_and_is_closed_there(empty: World, owner: Owner) -> None:
    order = empty.box.store.place_order({"S-00001": 2}, payment_method="cod")
    document = empty.document(order["id"])
    assert document["state"]["name"] == "Новый"
    empty.quiet()
    empty.box.moysklad.set_state(document["id"], "Завершен")
    eventually(lambda: empty.site_status(order["id"]) == "completed", "the order is completed on the site")
