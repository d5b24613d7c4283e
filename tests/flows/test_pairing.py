"""A shop is connected with a code, by the desk and by the plugin's settings page, and its first order arrives.

The bridge begins with an account and no shop at all; nothing but the code goes from one side to the other.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import requests
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection
from shop_file import inline
from world import FAST, SLOW_MACHINE, World, database_url, eventually

from bridge.connections.models import DirectoryEntry, Vendor
from bridge.demo.launch import Bridge
from bridge.models import Connection, PairingCode, Shop
from bridge.sync import flows
from connectors.sandbox.control import running_sandbox

STATE = re.compile(r'<div id="pairing-state".*?</section>', re.DOTALL)
CODE = re.compile(r'id="pairing-code">([^<]+)</code>')


class Browser:
    """The owner at the desk, signed in."""

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

    def get(self, path: str) -> str:
        answer = self._session.get(f"{self.url}{path}", timeout=SLOW_MACHINE)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def ask_for_code(self, account: Connection, site: str = "") -> str:
        """“Connect a shop” → “Get a code”; the page that shows the code."""
        path = "/admin/bridge/pairingcode/add/"
        self.get(path)
        token = self._session.cookies[settings.CSRF_COOKIE_NAME]
        data = {"account": account.pk, "site": site, "csrfmiddlewaretoken": token}
        answer = self._session.post(
            f"{self.url}{path}", data=data, headers={"Referer": f"{self.url}{path}"}, timeout=SLOW_MACHINE
        )
        assert answer.status_code == 200, answer.status_code
        assert "no-store" in answer.headers["Cache-Control"]
        return answer.text

    def state(self) -> str:
        """What the page that follows the newest code shows now."""
        newest = PairingCode.objects.latest("pk")
        found = STATE.search(self.get(f"/admin/bridge/pairingcode/{newest.pk}/change/"))
        assert found
        return found[0]


@pytest.fixture(scope="module")
def empty(
    database: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A running bridge that knows a MoySklad account and nothing else."""
    directory = tmp_path_factory.mktemp("bridge")
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)
        environment = {**FAST, "SECRET_KEY": settings.SECRET_KEY, "DATABASE_URL": database_url()}
        with running_sandbox(items=10, limiter=False) as box:
            # Two web processes: the shop's page waits for one, and the desk is looked at meanwhile.
            with Bridge(directory, environment, web_workers=2) as bridge:
                yield World(bridge, box, directory)
            connection.close()
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def world(empty: World) -> Iterator[World]:
    for control in (empty.box.moysklad, empty.box.store):
        control.faults.clear()
    PairingCode.objects.all().delete()
    yield empty
    empty.box.store.faults.clear()


@pytest.fixture(scope="module")
def account(empty: World) -> Connection:
    path = empty.directory / "account.toml"
    lines = ("[moysklad.main]", f"base_url = {inline(empty.box.moysklad.url)}")
    path.write_text("\n".join((*lines, f"token = {inline(empty.box.moysklad.token)}")))
    empty.bridge.manage("configure", str(path))
    return Connection.objects.get(vendor=Vendor.MOYSKLAD)


@pytest.fixture(scope="module")
def owner(empty: World) -> Browser:
    return Browser(empty.bridge.url)


def code_in(page: str) -> str:
    found = CODE.search(page)
    assert found, page[-3000:]
    return unescape(found[1])


def test_a_shop_that_cannot_be_called_back_is_left_as_it_was(
    world: World, account: Connection, owner: Browser
) -> None:
    code = code_in(owner.ask_for_code(account))
    assert "waits for the shop" in owner.state()
    keys = world.box.store.valid_keys()
    world.box.store.faults.add("status", status=503, path="/system_status", count=None)
    refused = world.box.store.connect(code, language="en")
    assert (refused["ok"], refused["status"]) == (False, 422)
    assert refused["message"]
    assert refused["message"] in unescape(owner.state())
    assert not Shop.objects.exists()
    assert not Connection.objects.filter(vendor=Vendor.WOOCOMMERCE).exists()
    assert world.box.store.valid_keys() == keys
    world.box.store.place_order({"S-00001": 1})
    assert world.box.store.events() == []


def test_a_key_that_may_not_be_used_is_said_in_words(
    world: World, account: Connection, owner: Browser
) -> None:
    code = code_in(owner.ask_for_code(account))
    world.box.store.faults.add("status", status=401, path="/system_status", count=None)
    refused = world.box.store.connect(code, language="ru")
    assert (refused["status"], refused["code"]) == (422, "auth")
    assert re.search("[а-я]", refused["message"])


def test_one_code_connects_both_sides_and_an_order_arrives(
    world: World, account: Connection, owner: Browser
) -> None:
    store = world.box.store
    page = owner.ask_for_code(account, store.url)
    code = code_in(page)
    link = f"{store.url}/wp-admin/admin.php?page=wc-settings&amp;tab=sklad_bridge#sklad-bridge-code="
    assert link in page
    # The answer is lost once, and the plugin sends the same offer again.
    paired = store.connect(code, times=2)
    assert paired["ok"], paired
    shop = Shop.objects.select_related("site").get()
    assert shop.site.credentials["consumer_key"] == paired["consumer_key"] in store.valid_keys()
    assert "connected" in owner.state()
    assert f"/admin/bridge/shop/{shop.pk}/change/" in owner.state()
    assert code not in owner.state()

    replayed = store.connect(code)
    assert (replayed["ok"], replayed["status"], replayed["code"]) == (False, 409, "code_used")
    assert store.valid_keys()[-1] == paired["consumer_key"]

    choose(world, shop)
    order = store.place_order({"S-00001": 2}, shipping=None)
    document = eventually(
        lambda: next(iter(world.box.moysklad.documents()), None), "the order is in MoySklad"
    )
    assert [event["outcome"] for event in store.events()] == ["delivered"]

    world.quiet()
    asked = store.ask_orders(order["id"], 999_999)
    assert asked["status"] == 200
    known, unknown = asked["orders"]
    assert (known["state"], known["number"]) == ("sent", document["name"])
    assert known["page"].startswith(f"{world.bridge.url}/admin/bridge/order/")
    assert unknown == {"id": 999_999, "state": "unknown"}
    assert store.send_orders(order["id"])["orders"] == [{"id": order["id"], "result": "queued"}]
    world.quiet()
    assert len(world.box.moysklad.documents()) == 1


def test_a_second_code_gives_the_shop_new_keys_and_takes_the_old_ones_away(
    world: World, account: Connection, owner: Browser
) -> None:
    store, before = world.box.store, Shop.objects.select_related("site").get()
    paired = store.connect(code_in(owner.ask_for_code(account)))
    assert paired["ok"], paired
    shop = Shop.objects.select_related("site").get()
    assert shop.pk == before.pk
    assert shop.site.credentials["consumer_key"] == paired["consumer_key"]
    assert before.site.credentials["consumer_key"] not in store.valid_keys()
    store.ping()
    world.quiet()
    assert store.events()[-1]["outcome"] == "delivered"


def test_a_shop_that_disconnected_is_noticed_and_a_new_code_mends_it(
    world: World, account: Connection, owner: Browser
) -> None:
    store, shop = world.box.store, Shop.objects.select_related("site").get()
    store.disconnect()
    assert shop.site.credentials["consumer_key"] not in store.valid_keys()
    assert store.consumer_key in store.valid_keys()
    flows.run_soon(shop.site, "orders")

    def problem() -> str:
        return Connection.objects.get(pk=shop.site_id).pause_problem

    eventually(lambda: problem() == "auth", "the bridge notices that its login is refused")
    paired = store.connect(code_in(owner.ask_for_code(account)))
    assert paired["ok"], paired
    assert not Connection.objects.get(pk=shop.site_id).is_paused()
    before = len(world.box.moysklad.documents())
    store.place_order({"S-00002": 1}, shipping=None)
    eventually(lambda: len(world.box.moysklad.documents()) > before, "the next order is in MoySklad")


def test_of_two_shops_that_try_one_code_at_once_one_is_connected(
    world: World, account: Connection, owner: Browser
) -> None:
    code = code_in(owner.ask_for_code(account))
    world.box.store.faults.add("slow", ms=1500, path="/system_status", count=None)
    answers: list[dict[str, Any]] = []

    def offer() -> None:
        body = {
            "code": code.partition("#")[2],
            "site": world.box.store.url,
            "consumer_key": world.box.store.consumer_key,
            "consumer_secret": world.box.store.consumer_secret,
        }
        answers.append(
            requests.post(f"{world.bridge.url}/api/v1/pair/", json=body, timeout=SLOW_MACHINE).json()
        )

    threads = [threading.Thread(target=offer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted("event_url" in answer for answer in answers) == [False, True]
    assert [answer["code"] for answer in answers if "code" in answer] == ["code_busy"]


def choose(world: World, shop: Shop) -> None:
    """What an owner chooses on the shop's page after it was connected."""
    eventually(
        lambda: DirectoryEntry.objects.filter(connection=shop.account, kind="organization").exists(),
        "the account's names are read",
    )
    keys = shop.site.credentials
    table = {  # without keys: the shop made them, and nobody ever saw them
        "url": shop.site.base_url,
        "moysklad": "main",
        "organization": "ООО «Ромашка»",
        "stores": ["Основной склад"],
    }
    path = world.directory / "shop.toml"
    path.write_text(
        "\n".join((f"[shop.{shop.name}]", *(f"{key} = {inline(value)}" for key, value in table.items())))
    )
    world.bridge.manage("configure", str(path))
    shop.refresh_from_db()
    assert (shop.organization_id, shop.store_ids) != ("", [])
    assert Connection.objects.get(pk=shop.site_id).credentials == keys
