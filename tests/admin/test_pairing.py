"""“Connect a shop” on the desk: the code is shown once, and only where keys may travel and to whom may let shops in."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from bridge.connections.models import Connection
from bridge.pairing import codes
from bridge.pairing.models import PairingCode
from bridge.pairing.refusals import REASONS, remedy, sentence
from tests import factories
from tests.admin.conftest import Desk

pytestmark = pytest.mark.django_db
ADD = "/admin/bridge/pairingcode/add/"
CODE = re.compile(r'id="pairing-code">(https://bridge\.example\.test#[\w-]{32})</code>')


@pytest.fixture(autouse=True)
def public(settings: Any) -> None:
    settings.BRIDGE_PUBLIC_URL = "https://bridge.example.test"


@pytest.fixture
def account() -> Connection:
    made: Connection = factories.AccountFactory()
    return made


def get_code(desk: Desk, account: Connection, site: str = "", language: str = "en") -> Any:
    return desk.post(ADD, {"account": account.pk, "site": site}, language)


def test_the_code_is_shown_once_and_not_kept(desk: Desk, account: Connection) -> None:
    page = get_code(desk, account)
    found = CODE.search(page.content.decode())
    assert found
    assert "no-store" in page["Cache-Control"]
    row = PairingCode.objects.get()
    assert row.made_by is not None
    assert row.digest == codes.digest(found[1].partition("#")[2])
    for address in (f"/admin/bridge/pairingcode/{row.pk}/change/", "/admin/bridge/pairingcode/", ADD):
        assert found[1].partition("#")[2] not in desk.get(address)


def test_one_click_leads_to_the_shops_settings(desk: Desk, account: Connection) -> None:
    page = get_code(desk, account, "https://shop.example.test/").content.decode()
    assert (
        "https://shop.example.test/wp-admin/admin.php?page=wc-settings&amp;tab=sklad_bridge"
        "#sklad-bridge-code=https%3A%2F%2Fbridge.example.test%23"
    ) in page
    assert "sklad-bridge-code=" not in get_code(desk, account).content.decode()


@pytest.mark.parametrize("site", ["ftp://shop.example.test", "https://me:x@shop.example.test", "https://a b"])
def test_what_is_no_address_makes_no_code(desk: Desk, account: Connection, site: str) -> None:
    assert not CODE.search(get_code(desk, account, site).content.decode())
    assert not PairingCode.objects.exists()


@pytest.mark.parametrize(
    ("address", "said"),
    [("", "no public address"), ("http://bridge.example.test", "does not begin with https://")],
)
def test_without_an_address_for_keys_there_is_no_code(
    desk: Desk, account: Connection, settings: Any, address: str, said: str
) -> None:
    settings.BRIDGE_PUBLIC_URL = address
    assert said in desk.get(ADD, "en")
    assert said in get_code(desk, account).content.decode()
    assert not PairingCode.objects.exists()


def test_moysklad_comes_first(desk: Desk) -> None:
    assert "First connect MoySklad." in desk.get(ADD, "en")


def test_who_may_not_make_connections_gets_no_code(account: Connection) -> None:
    person = User.objects.create_user("staff", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=["view_shop", "view_pairingcode"]))
    client = Client()
    client.force_login(person)
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, {"account": account.pk}).status_code == 403
    assert not PairingCode.objects.exists()


def test_the_page_follows_the_code_until_it_is_over(desk: Desk, account: Connection) -> None:
    row, _text = codes.make(account, None)
    address = f"/admin/bridge/pairingcode/{row.pk}/change/"
    waiting = desk.get(address, "en")
    assert "waits for the shop" in waiting
    assert f'hx-get="{address}"' in waiting

    PairingCode.objects.update(
        problem="auth",
        problem_params={"system": "WooCommerce", "detail": ""},
        site_url="https://shop.example.test",
    )
    failed = desk.get(address, "en")
    assert "https://shop.example.test" in failed
    with override("en"):
        assert sentence("auth", {"system": "WooCommerce", "detail": ""}) in unescape(failed)
    assert "hx-get" in failed.partition('id="pairing-state"')[2].partition(">")[0]

    PairingCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    over = desk.get(address, "en")
    assert "expired" in over
    assert "hx-get" not in over.partition('id="pairing-state"')[2].partition(">")[0]

    shop = factories.ShopFactory(account=account)
    PairingCode.objects.update(state=PairingCode.State.USED, shop=shop, problem="")
    done = desk.get(address, "en")
    assert f"/admin/bridge/shop/{shop.pk}/change/" in done
    assert "is connected" in done


def test_the_list_says_what_became_of_each_code(desk: Desk, account: Connection) -> None:
    for state in PairingCode.State.values:
        row, _text = codes.make(account, None)
        PairingCode.objects.filter(pk=row.pk).update(state=state, problem="code_used")
    page = desk.get("/admin/bridge/pairingcode/", "en")
    for words in ("waits for the shop", "the shop is being called", "connected", "too many failed tries"):
        assert words in page


def test_every_reason_has_a_sentence_and_a_remedy() -> None:
    for code in (*REASONS, "auth", "net_refused", "internal"):
        assert sentence(code, {})
        assert remedy(code)


def test_codes_of_long_ago_are_forgotten(account: Connection) -> None:
    old, _text = codes.make(account, None)
    PairingCode.objects.update(created_at=timezone.now() - codes.KEPT - timedelta(days=1))
    codes.make(account, None)
    assert not PairingCode.objects.filter(pk=old.pk).exists()
