"""Home says how the day goes, leads on from an empty installation, and stays cheap with any number of orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bridge.connections.models import Connection, Shop
from bridge.outbox import holds, pauses
from bridge.outbox.models import OutboxMessage, Pause
from bridge.people.roles import Role, give_role
from bridge.sync import kinds, tally
from bridge.sync.models import DayTally, Heartbeat, Reconciliation, Watermark
from tests import factories

HOME = "/admin/"


def figure(html: str, code: str) -> str:
    """One card of the page."""
    return html.split(f'id="figure-{code}"')[1].split("</a>")[0]


def value(html: str, code: str) -> str:
    """The figure itself."""
    return figure(html, code).split("<strong")[1].split(">")[1].split("<")[0]


@pytest.fixture
def viewer(db: None, client: Client) -> Client:
    person = User.objects.create_user("oleg", password="a long password")
    give_role(person, Role.VIEWER)
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


def test_a_new_installation_leads_to_the_next_step(desk: Any) -> None:
    html = desk.get(HOME, "en")
    assert "The shop is not connected yet" in html
    assert "Connect the shop" in html
    assert "figure-queue" not in html
    assert "<canvas" not in html


@pytest.mark.django_db
def test_a_viewer_of_a_new_installation_is_told_who_connects_it(viewer: Client) -> None:
    html = viewer.get(HOME).content.decode()
    assert "The owner connects it" in html
    assert "Connect the shop" not in html


def test_todays_orders_by_where_they_stand(desk: Any) -> None:
    shop = factories.ShopFactory()
    now = timezone.now()

    def placed() -> Any:
        return factories.OrderFactory(shop=shop, placed_at=now)

    for _number in range(3):
        factories.BindingFactory(order=placed())
    factories.MessageFactory(order=placed())
    factories.ParkedFactory(order=placed())
    factories.DeadFactory(order=placed())
    placed()
    waits, sent = placed(), placed()
    factories.MessageFactory(order=waits)
    factories.BindingFactory(order=sent)
    for order in (waits, sent):  # neither goes by itself: a person keeps it back
        holds.begin(order.object_key)
    factories.BindingFactory(order=factories.OrderFactory(shop=shop, placed_at=now - timedelta(days=1)))
    html = desk.get(HOME, "en")
    for code, count in (("all", 9), ("sent", 3), ("waiting", 1), ("needs_you", 2)):
        assert value(html, f"today-{code}") == str(count), code
        url = (
            html.split(f'id="figure-today-{code}"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
        )
        assert desk.get(url).count('class="field-shown_number') == count, code


def test_the_stock_is_as_fresh_as_that_of_the_shop_read_longest_ago(desk: Any) -> None:
    now = timezone.now()
    for minutes in (2, 50):
        shop = factories.ShopFactory(write_goods=True)
        factories.WatermarkFactory(
            connection=shop.account, flow="stock", last_success_at=now - timedelta(minutes=minutes)
        )
    html = desk.get(HOME, "en")
    assert "50 min ago" in figure(html, "stock")
    assert "desk-text-warning" in figure(html, "stock")
    Watermark.objects.update(last_success_at=now - timedelta(minutes=1))
    assert "desk-text-success" in figure(desk.get(HOME, "en"), "stock")


def test_stock_that_is_not_written_yet_is_not_called_fresh(desk: Any) -> None:
    factories.ShopFactory(write_goods=False)
    assert "is not written yet" in figure(desk.get(HOME, "en"), "stock")


def test_the_last_comparison_and_what_it_found(desk: Any) -> None:
    shop = factories.ShopFactory()
    assert "the first one runs tonight" in figure(desk.get(HOME, "en"), "compared")
    now = timezone.now()
    Reconciliation.objects.create(shop=shop, state="done", finished_at=now - timedelta(hours=5))
    Reconciliation.objects.create(shop=shop, state="done", finished_at=now, chosen={"order": 1})
    html = desk.get(HOME, "en")
    assert "5 h ago" in figure(html, "compared"), "one order alone is no comparison of both sides"
    assert "both sides agree" in figure(html, "compared")


def test_a_bridge_that_stands_still_says_so(desk: Any) -> None:
    factories.ShopFactory()
    assert "stands still" in figure(desk.get(HOME, "en"), "bridge")
    Heartbeat.objects.create(at=timezone.now())
    assert "works" in figure(desk.get(HOME, "en"), "bridge")


def test_a_paused_shop_is_said_with_who_why_and_until_and_is_no_trouble(desk: Any) -> None:
    message = factories.MessageFactory(order=factories.OrderFactory())
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(days=3))
    pauses.begin(message.shop, by="Анна", why="Переезд склада", until=timezone.now() + timedelta(hours=2))
    html = desk.get(HOME, "en")
    for words in ("is paused", "Анна", "Переезд склада", "until", "waiting: 1"):
        assert words in html, words
    assert "a pause keeps in: 1" in figure(html, "queue")
    assert "nothing stands still" in figure(html, "attention")


def test_a_viewer_sees_a_pause_and_cannot_end_it(viewer: Client) -> None:
    shop = factories.ShopFactory()
    [pause] = pauses.begin(shop, until=None)
    html = viewer.get(HOME).content.decode()
    assert "is paused" in html
    assert "Go on" not in html
    assert "Pause the exchange" not in html
    assert viewer.post(f"/admin/bridge/pause/{pause.pk}/end/", {"_form_submitted": "1"}).status_code == 403
    assert Pause.objects.exists()


def test_a_person_pauses_and_goes_on_and_the_history_says_so(desk: Any) -> None:
    shop = factories.ShopFactory()
    desk.post("/admin/bridge/pause/add/", {"shop": shop.pk, "kinds": [kinds.ORDER], "why": "Учёт"})
    [pause] = Pause.objects.all()
    assert (pause.kind, pause.why, pause.by, pause.until) == (kinds.ORDER, "Учёт", "owner", None)
    desk.press("pause", pause.pk, "end")
    assert not Pause.objects.exists()
    history = desk.get(f"/admin/bridge/shop/{shop.pk}/history/", "en")
    assert "Учёт" in history
    page = desk.get(f"/admin/bridge/shop/{shop.pk}/change/")
    assert "/admin/bridge/pause/add/?shop=" in page


def test_a_moment_that_is_over_is_refused(desk: Any) -> None:
    shop = factories.ShopFactory()
    answer = desk.post("/admin/bridge/pause/add/", {"shop": shop.pk, "until": "2020-01-01T10:00"}, "en")
    assert "This moment is over already." in answer.content.decode()
    assert not Pause.objects.exists()


def test_the_chart_shows_thirty_days(desk: Any) -> None:
    factories.ShopFactory()
    assert "The chart begins with the first order." in desk.get(HOME, "en")
    day = timezone.localtime(timezone.now(), timezone.get_default_timezone()).date()
    DayTally.objects.create(day=day, orders=12, failures=2, seconds=3.5)
    html = desk.get(HOME, "en")
    assert "orders 12, failures 2" in html
    assert html.count("<canvas") == 2
    assert html.count('<td data-label="Day">') == tally.DAYS


@pytest.mark.parametrize("many", [1, 30])
def test_home_asks_as_many_questions_for_many_orders_as_for_one(desk: Any, many: int) -> None:
    shop = factories.ShopFactory()
    for _number in range(many):
        order = factories.OrderFactory(shop=shop, placed_at=timezone.now())
        factories.ParkedFactory(order=order)
    desk.get(HOME)
    with CaptureQueriesContext(connection) as queries:
        desk.get(HOME)
    assert len(queries) < 60


def test_each_figure_leads_to_a_page_that_is_there(desk: Any) -> None:
    shop = factories.ShopFactory(write_goods=True)
    factories.ParkedFactory(order=factories.OrderFactory(shop=shop, placed_at=timezone.now()))
    html = desk.get(HOME)
    addresses = {part.split('"')[0] for part in html.split('desk-figure" href="')[1:]}
    assert len(addresses) >= 8
    for address in addresses:
        desk.get(address.replace("&amp;", "&"))


def test_a_connection_that_does_not_answer_is_said_with_its_reason(desk: Any) -> None:
    shop: Shop = factories.ShopFactory()
    later = timezone.now() + timedelta(minutes=5)
    Connection.objects.filter(pk=shop.account_id).update(paused_until=later, pause_problem="away", failures=1)
    assert "does not answer" in desk.get(HOME, "en")


def notices(client: Client, **headers: str) -> str:
    """The part of the page that says what will go wrong."""
    html = client.get(HOME, headers=headers).content.decode()
    return html.split('id="home-notices"')[1].split('id="home-live"')[0]


def test_what_is_wrong_with_a_shops_settings_is_said_with_where_to_mend_it(desk: Any) -> None:
    shop = factories.ShopFactory(write_goods=True, plugin_problem="rest_no_route")
    desk.client.cookies["django_language"] = "en"
    for headers in ({}, {"HX-Request": "true", "HX-Target": "home-notices"}):
        said = notices(desk.client, **headers)
        assert "The plugin on the site is older than 1.3.0" in said, (
            "the part that fetches itself says it too"
        )
        address = said.split('<a class="desk-link" href="')[-1].split('"')[0]
        assert "The plugin on the site is older than 1.3.0" in desk.get(address, "en")
    Shop.objects.filter(pk=shop.pk).update(plugin_problem="")
    assert "<section" not in notices(desk.client)


@pytest.mark.parametrize("role", [Role.STAFF, Role.VIEWER])
def test_who_may_not_mend_settings_sees_what_is_wrong_and_whom_to_ask(viewer: Client, role: Role) -> None:
    give_role(User.objects.get(username="oleg"), role)
    factories.ShopFactory(write_goods=True, plugin_problem="rest_no_route")
    said = notices(viewer)
    assert "The plugin on the site is older than 1.3.0" in said
    assert "Ask the owner" in said
    assert "href" not in said
