"""Deeds that are no button of a page: each leaves who, what, before and after as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils.translation import override

from bridge.alerts.models import AlertRules
from bridge.connections.models import Shop
from bridge.history import deeds
from bridge.orders.models import Order
from bridge.people import of_sites
from bridge.people.models import AccessRules
from bridge.people.roles import Role
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews import writing
from tests import factories
from tests.admin.conftest import Rows
from tests.api.test_site_orders import ask
from tests.people.conftest import PASSWORD, person

Kept = dict[str, tuple[str, str]]


def newest(of: type, pk: Any = None) -> tuple[str, str, Kept]:
    """Who did what to it last, and what was before and after, in English."""
    entries = LogEntry.objects.filter(content_type__model=of._meta.model_name)  # type: ignore[attr-defined]
    entry = (entries.filter(object_id=str(pk)) if pk else entries).select_related("user").latest("pk")
    with override("en"):
        deed = deeds.read(entry)
    values = {str(value.what): (str(value.before), str(value.after)) for value in deed.values}
    return entry.user.username, deed.text, values


def test_settings_of_alerts_and_mail(browser_of: Callable[[str], Client]) -> None:
    owner = browser_of("owner")
    url = "/admin/bridge/recipient/rules/"
    owner.cookies["django_language"] = "ru"
    data = {"away_minutes": "5", "budget_percent": "50", "digest_hour": "9", "smtp_port": "465"}
    changed = {
        "backlog_minutes": "45",
        "digest_weekday": "5",
        "smtp_security": "none",
        "smtp_password": "geheim-7",
    }
    assert owner.post(url, data | changed).status_code == 302
    who, text, values = newest(AlertRules)
    assert (who, text) == ("a-owner", "The settings of alerts were changed.")
    assert values["The exchange is late after, minutes"] == ("30", "45")
    assert values["Summary of the week on"] == ("Monday", "Friday")
    assert values["Encryption"] == (
        "SSL/TLS from the start (mostly port 465)",
        "none (only within an own network)",
    )
    assert values["Password"] == ("", deeds.MASK)
    assert "geheim-7" not in str(list(LogEntry.objects.values()))


def test_whether_everybody_needs_the_second_step(browser_of: Callable[[str], Client]) -> None:
    owner = browser_of("owner")
    owner.post("/admin/auth/user/rules/", {"required": "1"})
    _who, text, values = newest(AccessRules)
    assert text.startswith("Everybody needs the second step now.")
    assert values == {"Everybody needs the second step": ("No", "Yes")}


@pytest.mark.parametrize("good", [True, False])
def test_a_password_one_changed_oneself(db: None, good: bool) -> None:
    anna, client = person("anna", Role.STAFF), Client()
    client.force_login(anna)
    new = "another long 1 for me"
    data = {"old_password": PASSWORD if good else "wrong", "new_password1": new, "new_password2": new}
    answer = client.post("/admin/password_change/", data)
    assert answer.status_code == (302 if good else 200)
    assert LogEntry.objects.exists() == good
    if good:
        assert newest(User, anna.pk) == ("anna", "Changed their own password.", {})
        assert new not in str(list(LogEntry.objects.values()))


def test_a_shop_that_begins_to_write_by_a_preview_and_stops_by_its_undoing(
    browser_of: Callable[[str], Client], rows: Rows
) -> None:
    owner = browser_of("owner")
    run = GoodsRun.objects.create(shop=rows.shop, step=GoodsRun.Step.READY, state="paused")
    assert owner.post(f"/admin/bridge/goodsrun/{run.pk}/confirm/", {"how": "on"}).status_code == 302
    run.refresh_from_db()
    writing.page(run)
    assert Shop.objects.get(pk=rows.shop.pk).write_goods
    who, text, values = newest(Shop, rows.shop.pk)
    assert (who, text) == ("a-owner", "A preview is written: from now on the shop writes changes by itself.")
    assert values == {"write stock and prices to the site": ("No", "Yes")}

    GoodsChange.objects.create(run=run, shop=rows.shop, field="stock", old="1", new="2", state="written")
    owner.post(f"/admin/bridge/goodsrun/{run.pk}/undo/", {"_form_submitted": "1"})
    assert not Shop.objects.get(pk=rows.shop.pk).write_goods
    assert newest(Shop, rows.shop.pk)[2] == {"write stock and prices to the site": ("Yes", "No")}


def test_what_was_left_out_of_a_preview_for_good(browser_of: Callable[[str], Client], rows: Rows) -> None:
    owner = browser_of("owner")
    run = GoodsRun.objects.create(shop=rows.shop, step=GoodsRun.Step.READY, state="paused")
    listing = rows.shop.listings.filter(binding__isnull=False).first()
    left = GoodsChange.objects.create(
        run=run, shop=rows.shop, listing=listing, field="price", old="1", new="2", state="left"
    )
    owner.post(f"/admin/bridge/goodsrun/{run.pk}/confirm/", {"how": "on", "pin": "1"})
    assert newest(GoodsChange, left.pk)[:2] == ("a-owner", "Leave as it is, always (makes a rule)")


def test_an_order_sent_again_on_the_site_says_who_did_it_there(
    browser_of: Callable[[str], Client], rows: Rows
) -> None:
    order = Order.objects.get(pk=rows.sent.pk)
    name = "Иван <b>Петров</b> %(x)s\n" + "x" * 500
    answer = ask(order.shop, "send/", orders=[int(order.source_id)], by=name)
    assert answer.json()["orders"][0]["result"] == "queued"
    who, text, _values = newest(Order, order.pk)
    assert who == of_sites.USERNAME
    assert text.startswith("Sent again on the site by Иван <b>Петров</b> %(x)s xxx")
    assert len(text) < 150
    owner = browser_of("owner")
    shown = owner.get("/admin/admin/logentry/").content.decode()
    assert "Иван &lt;b&gt;Петров&lt;/b&gt;" in shown
    assert "WordPress" in shown
    assert of_sites.USERNAME not in owner.get("/admin/auth/user/").content.decode()
    nobody = User.objects.get(username=of_sites.USERNAME)
    assert not nobody.is_active
    assert not nobody.has_usable_password()


@pytest.mark.parametrize("by", [None, 7, ["x"], {"a": 1}, "\x00\x00"])
def test_an_order_sent_again_by_an_older_plugin_is_kept_without_a_name(rows: Rows, by: Any) -> None:
    answer = ask(rows.shop, "send/", orders=[int(rows.sent.source_id)], by=by)
    assert answer.json()["orders"][0]["result"] == "queued"
    said = newest(Order, rows.sent.pk)[1]
    assert said == ("Sent again on the site by 7." if by == 7 else "Sent again on the site.")


def test_what_is_not_sent_leaves_nothing(rows: Rows) -> None:
    left = factories.OrderFactory(shop=rows.shop, status="pending")
    ask(rows.shop, "send/", orders=[int(left.source_id), 987654], by="Anna")
    assert not LogEntry.objects.exists()


def test_personal_data_that_was_given_out(browser_of: Callable[[str], Client], rows: Rows) -> None:
    owner = browser_of("owner")
    order = Order.objects.exclude(email="").first()
    assert order is not None
    owner.post("/admin/bridge/order/personal-data/", {"who": order.email})
    assert not LogEntry.objects.exists(), "looking is no deed"
    answer = owner.post("/admin/bridge/order/personal-data/", {"who": order.email, "do": "export"})
    assert answer["Content-Disposition"].startswith("attachment")
    assert newest(Order, order.pk) == ("a-owner", "The customer's personal data was given out.", {})
    assert order.email not in str(list(LogEntry.objects.values()))
    for language, said in (("en", "data was given out"), ("ru", "данные покупателя выданы")):
        owner.cookies["django_language"] = language
        again = owner.post("/admin/bridge/order/personal-data/", {"who": order.email, "do": "export"})
        assert said in again.json()["history"][0]["said"]
