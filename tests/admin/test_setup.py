"""The set-up assistant's pages against both sandboxes: what each asks, says when it goes wrong, and stores."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils.translation import override

from bridge.configuration.apply import apply
from bridge.configuration.dump import dump
from bridge.configuration.read import check
from bridge.connections.models import (
    Connection,
    OrderRule,
    PaymentMethod,
    Shop,
    StatusMapping,
    Throttle,
    Vendor,
)
from bridge.dashboard.recorded import deeds_of
from bridge.dashboard.setup.mapping_words import mapped
from bridge.history.deeds import MASK
from bridge.pairing.models import PairingCode
from bridge.setup import accounts, sites, steps
from bridge.setup.models import Setup
from bridge.sync import subscriptions
from connectors.moysklad.limits import GovernorState
from connectors.sandbox.control import Sandbox, running_sandbox
from connectors.transport.session import pooled_session
from tests import factories
from tests.admin.browser import form_of
from tests.admin.conftest import Desk

SETUP = "/admin/bridge/setup/"
EN = "en"
PUBLIC = "https://bridge.example.test"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with running_sandbox(items=4, limiter=False) as box:
        yield box
    pooled_session(allow_private=True).close()


@pytest.fixture
def box(running: Sandbox, settings: Any) -> Iterator[Sandbox]:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    settings.BRIDGE_PUBLIC_URL = PUBLIC
    yield running
    running.moysklad.faults.clear()
    running.store.faults.clear()
    running.moysklad.configure(
        no_rights=[], webhook_error=0, limiter=False, units=45, window_ms=3000, weight=4
    )


@pytest.fixture
def account(desk: Desk, box: Sandbox) -> Connection:
    return accounts.by_token(box.moysklad.url, box.moysklad.token)


@pytest.fixture
def shop(account: Connection, box: Sandbox) -> Shop:
    return sites.by_keys(account, box.store.url, box.store.consumer_key, box.store.consumer_secret)


def url(shop: Shop, step: str) -> str:
    return f"{SETUP}{shop.pk}/{step}/"


def save(desk: Desk, address: str, **changed: Any) -> Any:
    """The form of a step sent back as it stands, but for what is changed."""
    html = desk.get(address, EN)
    return desk.post(address, {**form_of(html, "setup-form"), **changed, "save": "1"}, EN)


def chosen(desk: Desk, shop: Shop, box: Sandbox, **more: Any) -> Any:
    organization = box.moysklad.directory("organization")["ООО «Ромашка»"]
    return save(desk, url(shop, "choices"), organization_id=organization, **more)


# Step 1


def login(box: Sandbox, **changed: Any) -> dict[str, Any]:
    return {
        "way": "login",
        "login-login": box.moysklad.login,
        "login-password": box.moysklad.password,
        "login-base_url": box.moysklad.url,
        "login-agreed": "on",
        **changed,
    }


def test_a_token_is_made_from_a_login_once_and_the_password_is_kept_nowhere(desk: Desk, box: Sandbox) -> None:
    before = box.moysklad.token
    assert desk.post(f"{SETUP}account/", login(box)).status_code == 302
    account = Connection.objects.get()
    assert set(account.credentials) == {"token"}
    assert account.credentials["token"] != before
    box.moysklad.token = account.credentials["token"]
    assert "Administrator" in desk.get(f"{SETUP}account/", EN) or "Администратор" in desk.get(
        f"{SETUP}account/"
    )


def test_no_token_is_made_before_the_person_has_said_that_they_know(desk: Desk, box: Sandbox) -> None:
    box.moysklad.reset_stats()
    answer = desk.post(f"{SETUP}account/", login(box, **{"login-agreed": ""}), EN)
    assert answer.status_code == 200
    assert box.moysklad.stats()["calls"] == 0
    assert not Connection.objects.exists()


def test_a_wrong_token_is_only_to_be_typed_again(desk: Desk, box: Sandbox) -> None:
    data = {"way": "token", "token-token": "wrong", "token-base_url": box.moysklad.url}
    html = desk.post(f"{SETUP}account/", data, EN).content.decode()
    assert "Check that all of it was copied" in html
    assert not Connection.objects.exists()


def test_the_same_account_again_gets_the_new_token_and_stays_one(
    desk: Desk, box: Sandbox, account: Connection
) -> None:
    again = accounts.by_token(box.moysklad.url, box.moysklad.token)
    assert again.pk == account.pk
    assert Connection.objects.count() == 1


def test_a_new_token_of_a_known_account_is_kept_whatever_keeps_the_next_call(
    desk: Desk, box: Sandbox, account: Connection
) -> None:
    """Making it revoked the one the bridge has: without the new one nothing would go any more."""
    box.moysklad.faults.add("status", status=503, path="context/employee", count=None)
    assert desk.post(f"{SETUP}account/", login(box)).status_code == 200
    box.moysklad.faults.clear()
    known = Connection.objects.get(pk=account.pk)
    assert known.credentials["token"] != account.credentials["token"]
    box.moysklad.token = known.credentials["token"]  # the others' tests go on with it
    assert accounts.facts(known).who
    assert Connection.objects.count() == 1


def test_what_the_employee_may_not_is_named_in_words(desk: Desk, box: Sandbox, account: Connection) -> None:
    box.moysklad.configure(no_rights=["company.create", "company.update"], webhook_error=30004)
    html = unescape(desk.get(f"{SETUP}account/", EN))
    assert "Counterparties: create, edit" in html
    assert account.credentials["token"] not in html


def test_the_limits_are_those_that_the_account_states(desk: Desk, box: Sandbox, account: Connection) -> None:
    """The window is long, so that what is left of it does not depend on how fast this test runs."""
    box.moysklad.configure(limiter=True, units=96, window_ms=600_000, weight=2)
    box.moysklad.reset_stats()
    html = facts_of(desk.get(f"{SETUP}account/", EN))
    calls = box.moysklad.stats()["calls"]
    assert f"96 in 600 s, {96 - 2 * calls} left" in html
    assert "The bridge calls at most 11 in 3 s, 5 at once" in html
    assert re.search(r"Used now \d+ of 11", html)


def test_what_the_answers_taught_of_the_limit_counts_before_what_is_configured(
    desk: Desk, box: Sandbox, account: Connection
) -> None:
    learned = GovernorState(learned_calls=22, learned_units=2.0).to_json()
    Throttle.objects.update_or_create(connection=account, defaults={"state": learned})
    html = facts_of(desk.get(f"{SETUP}account/", EN))
    assert "The bridge calls at most 22 in 3 s, 5 at once" in html
    assert "MoySklad's limit not named in its answers" in html


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0, "Tariff notifications are part of it"),
        (30006, "Tariff has no notifications"),
        (30004, "Tariff not to be seen with this employee's rights"),
    ],
)
def test_of_the_tariff_is_said_what_shows_of_it(
    desk: Desk, box: Sandbox, account: Connection, code: int, said: str
) -> None:
    box.moysklad.configure(webhook_error=code)
    if code:
        subscriptions.renew(factories.WatermarkFactory(connection=account, flow="subscriptions"))
    html = facts_of(desk.get(f"{SETUP}account/", EN))
    assert said in html
    assert "MoySklad does not name the tariff to programs" in html


def facts_of(html: str) -> str:
    """The text of what the account said of itself."""
    text = re.sub(r"<[^>]+>", " ", html[html.index("<dl") : html.index("</dl>")])
    return " ".join(unescape(text).split())


def test_an_account_that_does_not_answer_is_said_and_the_page_opens(
    desk: Desk, box: Sandbox, account: Connection
) -> None:
    box.moysklad.faults.add("status", status=401, path="context/employee", count=None)
    assert "desk-notice-danger" in desk.get(f"{SETUP}account/", EN)


# Step 2


def keys(box: Sandbox, account: Connection, **changed: Any) -> dict[str, Any]:
    return {
        "way": "keys",
        "keys-account": account.pk,
        "keys-site": box.store.url,
        "keys-consumer_key": box.store.consumer_key,
        "keys-consumer_secret": box.store.consumer_secret,
        **changed,
    }


def test_pasted_keys_are_tried_before_they_are_stored(desk: Desk, box: Sandbox, account: Connection) -> None:
    refused = desk.post(f"{SETUP}shop/", keys(box, account, **{"keys-consumer_secret": "cs_wrong"}), EN)
    assert refused.status_code == 200
    assert "desk-notice-danger" in refused.content.decode()
    assert not Shop.objects.exists()
    assert desk.post(f"{SETUP}shop/", keys(box, account), EN).status_code == 302
    shop = Shop.objects.select_related("site").get()
    html = desk.get(f"{SETUP}{shop.pk}/shop/", EN)
    assert "WooCommerce" in html
    for secret in shop.site.credentials.values():
        assert secret not in html


def test_the_first_step_comes_before_the_second(desk: Desk, box: Sandbox) -> None:
    assert desk.client.get(f"{SETUP}shop/")["Location"] == f"{SETUP}account/"


@pytest.mark.parametrize(
    ("address", "offered"),
    [
        (PUBLIC, True),
        ("http://bridge.example.test", False),
        ("https://localhost", False),
        ("https://192.168.1.5:8443", False),
        ("", False),
    ],
)
def test_woocommerces_own_screen_is_offered_where_it_can_hand_keys_over(
    desk: Desk, box: Sandbox, account: Connection, settings: Any, address: str, offered: bool
) -> None:
    settings.BRIDGE_PUBLIC_URL = address
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = False
    assert ('value="authorize"' in desk.get(f"{SETUP}shop/", EN)) == offered


def test_keys_that_woocommerce_hands_over_connect_the_shop_once(
    desk: Desk, box: Sandbox, account: Connection
) -> None:
    data = {"way": "authorize", "account": account.pk, "site": box.store.url}
    target = urlsplit(desk.post(f"{SETUP}shop/", data)["Location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == f"{box.store.url}/wc-auth/v1/authorize"
    asked = {name: values[0] for name, values in parse_qs(target.query).items()}
    assert asked["scope"] == "read_write"
    assert asked["callback_url"] == f"{PUBLIC}/api/v1/wc-auth/"
    back = asked["return_url"].removeprefix(PUBLIC)
    assert "Waiting for the shop." in desk.get(back, EN)
    denied = desk.get(f"{back}&success=0&user_id={asked['user_id']}", EN)
    assert "WooCommerce was told not to give keys to the bridge." in denied
    assert "Waiting for the shop." not in denied
    given = {
        "key_id": 1,
        "user_id": asked["user_id"],
        "consumer_key": box.store.consumer_key,
        "consumer_secret": box.store.consumer_secret,
        "key_permissions": "read_write",
    }

    def hand_over(**changed: Any) -> int:
        path = "/api/v1/wc-auth/"
        return int(desk.client.post(path, {**given, **changed}, content_type="application/json").status_code)

    assert hand_over(user_id="guessed-code") == 404
    assert hand_over(consumer_secret="cs_wrong") == 422
    assert not Shop.objects.exists()
    assert hand_over() == 200
    assert Shop.objects.get().site.base_url == box.store.url
    assert hand_over(consumer_key="ck_another") == 409
    connected = desk.get(f"{back}&success=1&user_id={asked['user_id']}", EN)
    assert "Waiting for the shop." not in connected
    assert "/choices/" in connected, "and it goes on"


# Steps 3 and 4


def test_a_missing_service_for_shipping_is_made_when_it_is_wanted(
    desk: Desk, box: Sandbox, shop: Shop
) -> None:
    known = box.moysklad.directory("service")["Доставка"]
    box.moysklad.archive(known, "service")
    desk.post(url(shop, "choices"), {"again": "1"}, EN)
    assert form_of(desk.get(url(shop, "choices"), EN), "setup-form")["shipping_service_id"] == "new"
    assert chosen(desk, shop, box).status_code == 302
    shop.refresh_from_db()
    assert shop.shipping_service_id not in ("", "new", known)
    assert "no longer in MoySklad" not in desk.get(url(shop, "choices"), EN)


def test_no_organization_is_guessed_where_there_are_several(desk: Desk, box: Sandbox, shop: Shop) -> None:
    assert save(desk, url(shop, "choices")).status_code == 200
    assert steps.first_open(shop) == "choices"


def test_a_shop_that_does_not_answer_is_said_and_statuses_are_still_offered(
    desk: Desk, box: Sandbox, shop: Shop
) -> None:
    chosen(desk, shop, box)
    box.store.faults.add("status", status=503, path="orders/statuses", count=None)
    html = desk.get(url(shop, "mapping"), EN)
    assert "desk-notice-danger" in html
    assert 'name="state:processing"' in html


def test_what_was_chosen_is_shown_again_and_rules_made_elsewhere_stay(
    desk: Desk, box: Sandbox, shop: Shop
) -> None:
    chosen(desk, shop, box)
    project = box.moysklad.directory("project")["Опт"]
    OrderRule.objects.create(shop=shop, when="country", value="KZ", sets="project", external_id=project)
    PaymentMethod.objects.create(shop=shop, method="*", document="")
    store = box.moysklad.stores["Магазин"]
    assert (
        save(desk, url(shop, "mapping"), **{"document:bacs": "", "store:flat_rate:1": store}).status_code
        == 302
    )
    form = form_of(desk.get(url(shop, "mapping"), EN), "setup-form")
    assert form["document:bacs"] == "", "what the owner took away is not proposed again"
    assert form["store:flat_rate:1"] == store
    assert OrderRule.objects.get(when="country").external_id == project
    assert PaymentMethod.objects.filter(method="*").exists()
    assert save(desk, url(shop, "mapping"), **{"store:flat_rate:1": ""}).status_code == 302
    assert not OrderRule.objects.filter(value="flat_rate:1").exists()


def test_what_the_assistant_sets_is_what_a_file_sets(desk: Desk, box: Sandbox, shop: Shop) -> None:
    chosen(desk, shop, box, number_prefix="WOO-", owned_fields=["price"])
    save(desk, url(shop, "mapping"))
    before = dump(secrets=True)
    table = before["shop"][shop.name]
    assert table["organization"] == "ООО «Ромашка»"
    assert table["goods"]["owned"] == ["price"]
    assert table["states"]["processing"] == "Новый"
    assert table["payments"]["cod"]["document"] == "cashin"
    apply(check(before))
    assert dump(secrets=True) == before


# What the history keeps of each step


def kept(row: Any, language: str = EN) -> list[tuple[str, dict[str, tuple[str, str]]]]:
    """What was done to it and what changed by that, the newest first."""
    with override(language):
        read = [entry["deed"] for entry in deeds_of(row)]
    return [(one.text, {str(what): (str(was), str(now)) for what, was, now in one.values}) for one in read]


def test_the_same_statuses_in_another_order_are_no_change(shop: Shop) -> None:
    form: Any = SimpleNamespace(statuses=(), payments=(), shipping=())
    shop.send_statuses = ["processing", "completed"]
    before = mapped(shop, form)
    shop.send_statuses.reverse()
    assert {str(k): str(v) for k, v in mapped(shop, form).items()} == {
        str(k): str(v) for k, v in before.items()
    }


def test_each_step_leaves_what_it_changed(desk: Desk, box: Sandbox) -> None:
    data = {"way": "token", "token-token": box.moysklad.token, "token-base_url": box.moysklad.url}
    desk.post(f"{SETUP}account/", data)
    account = Connection.objects.get()
    [(said, values)] = kept(account)
    assert said == f"MoySklad is connected: {account.name}."
    assert values == {"Address of MoySklad": ("", box.moysklad.url), "Access token": ("", MASK)}

    desk.post(f"{SETUP}shop/", keys(box, account))
    shop = Shop.objects.select_related("site", "account").get()
    [(said, values)] = kept(shop)
    assert said == f"The shop {shop.name} is connected."
    assert values["Address"] == ("", box.store.url)
    assert values["Consumer secret"] == ("", MASK)

    chosen(desk, shop, box)
    save(desk, url(shop, "mapping"))
    said, values = kept(shop)[0]
    assert said == "Statuses, payment and shipping are mapped."
    assert values["site status → state in MoySklad: in processing"] == ("", "Новый")
    assert any(
        what.startswith("payment method: ") and now == "cash receipt" for what, (_was, now) in values.items()
    )
    said, values = kept(shop, "ru")[0]
    assert values["статус на сайте → статус в МойСклад: в обработке"] == ("", "Новый")
    save(desk, url(shop, "mapping"), **{"state:processing": ""})
    assert kept(shop)[0][1] == {"site status → state in MoySklad: in processing": ("Новый", "")}

    desk.post(url(shop, "links"), {"match": "1", "sku_field": "code"})
    said, values = kept(shop)[0]
    assert said == "Links are looked for anew."
    assert values == {"SKU of the site is in MoySklad the": ("Article", "Code")}
    for secret in (box.moysklad.token, box.store.consumer_secret, box.store.consumer_key):
        assert secret not in str(list(LogEntry.objects.values()))


def test_a_shop_connected_on_woocommerces_screen_has_it_in_its_history(
    desk: Desk, box: Sandbox, account: Connection
) -> None:
    asked = desk.post(f"{SETUP}shop/", {"way": "authorize", "account": account.pk, "site": box.store.url})
    code = parse_qs(urlsplit(asked["Location"]).query)["user_id"][0]
    assert kept(PairingCode.objects.get()) == [("Code for connecting a shop", {})]
    given = {
        "key_id": 1,
        "user_id": code,
        "consumer_key": box.store.consumer_key,
        "consumer_secret": box.store.consumer_secret,
    }
    assert Client().post("/api/v1/wc-auth/", given, "application/json").status_code == 200
    shop = Shop.objects.get()
    [(said, values)] = kept(shop)
    assert said == "The shop is connected by a one-time code."
    assert values["Address"] == ("", box.store.url)
    assert values["Consumer key"] == ("", MASK)
    assert LogEntry.objects.filter(content_type__model="shop").get().user == User.objects.get()
    assert box.store.consumer_secret not in str(list(LogEntry.objects.values()))


def test_the_history_says_that_a_person_began_with_orders_alone(desk: Desk, shop: Shop) -> None:
    answer = desk.post(url(shop, "start"), {"without": "1"})
    assert len(desk.said(answer)) == 1
    assert "with orders alone" in kept(shop)[0][0]
    assert "только с заказов" in kept(shop, "ru")[0][0]
    deeds = len(kept(shop))
    for step in ("links", "start", "trial"):
        desk.post(url(shop, step), {"next": "1"})
    assert len(kept(shop)) == deeds, "leading on is no deed"


# The way through


def test_it_goes_on_at_the_first_step_that_is_not_answered(desk: Desk, box: Sandbox, shop: Shop) -> None:
    for step, do in (
        ("choices", lambda: chosen(desk, shop, box)),
        ("mapping", lambda: save(desk, url(shop, "mapping"))),
        ("links", lambda: desk.post(url(shop, "links"), {"next": "1"})),
        ("start", lambda: desk.post(url(shop, "start"), {"without": "1"})),
        ("trial", lambda: desk.post(url(shop, "trial"), {"next": "1"})),
    ):
        assert desk.client.get(SETUP)["Location"] == url(shop, step)
        assert do().status_code == 302
    assert "Everything is set up" in desk.get(SETUP, EN)
    assert not Shop.objects.get().write_goods, "going on with orders alone writes nothing"


def test_a_shop_set_by_a_file_needs_no_step_of_the_assistant_but_the_test(
    desk: Desk, box: Sandbox, shop: Shop
) -> None:
    chosen(desk, shop, box)
    StatusMapping.objects.create(shop=shop, direction="to_state", site_status="processing", state_id="s")
    Shop.objects.update(write_goods=True)
    Setup.objects.all().delete()
    assert steps.first_open(Shop.objects.get()) == "trial"


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("step", ["shop", "choices", "mapping", "links", "start", "trial"])
def test_every_step_opens_at_any_time_and_shows_no_ids(
    desk: Desk, box: Sandbox, shop: Shop, step: str, language: str
) -> None:
    html = desk.get(url(shop, step), language)
    shown = re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<script.*?</script>", "", html))
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", shown)
    assert Connection.objects.get(vendor=Vendor.MOYSKLAD).credentials["token"] not in html
