"""For every cause of the catalogue and every role: a button that opens what it names, or the words whom to ask."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bridge import problems
from bridge.dashboard.attention.attention_remedies import OWNERS
from bridge.inbox.models import InboxEvent
from bridge.outbox.models import OutboxMessage
from bridge.people.roles import Role, give_role
from bridge.problems import alerting
from bridge.problems.entry import Kind
from bridge.sync.models import RetryRun
from tests import factories
from tests.everything import Rows

PAGE = "/admin/bridge/outboxmessage/attention/"
# What keeps an alert from its recipient is said where alerts are, which is the owner's page.
CAUSES = [code for code in problems.CATALOGUE if code not in alerting.ENTRIES]
OWNER = "Ask the owner: only they may change this."
ONLY_LOOK = "You may only look: ask the staff or the owner."
CARD = re.compile(r'data-cause="(\w*)".*?</section>', re.S)
BUTTON = re.compile(r'<a class="desk-button[^"]*" href="([^"]+)"[^>]*>([^<]+)</a>')


class Card:
    """A cause as somebody sees it: buttons by their words, and whom they are told to ask."""

    def __init__(self, html: str) -> None:
        self.buttons = {
            unescape(name).replace("\xa0↗", ""): unescape(url) for url, name in BUTTON.findall(html)
        }
        asked = re.search(r'desk-ask">([^<]+)<', html)
        self.ask = unescape(asked[1]) if asked else ""


def signed_in(role: Role) -> Client:
    person, _made = User.objects.get_or_create(username=role.value)
    give_role(person, role)
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(person)
    return client


def cards(client: Client, **narrowed: str) -> dict[str, Card]:
    """What the page shows, by cause; all of its pages."""
    found: dict[str, Card] = {}
    for number in range(1, 100):
        html = client.get(PAGE, {**narrowed, "p": number}).content.decode()
        found |= {match[1]: Card(match[0]) for match in CARD.finditer(html)}
        if 'rel="next"' not in html:
            return found
    raise AssertionError("the pages do not end")


def card(client: Client, cause: str) -> Card:
    return cards(client, cause=cause)[cause]


def waits_for(rows: Rows, cause: str) -> None:
    """One of the shop's messages stands still for this."""
    OutboxMessage.objects.filter(pk=rows.dead.pk).update(problem=cause, problem_params={"detail": "x"})


@pytest.fixture
def waiting(rows: Rows) -> Rows:
    """A message of an order for every cause."""
    OutboxMessage.objects.all().delete()
    for cause in CAUSES:
        order = factories.OrderFactory(shop=rows.shop)
        factories.DeadFactory(order=order, problem=cause, problem_params={"detail": "x"})
    return rows


@pytest.mark.parametrize("role", list(Role))
def test_each_role_can_put_everything_right_or_is_told_whom_to_ask(waiting: Rows, role: Role) -> None:
    client = signed_in(role)
    seen = cards(client)
    assert set(seen) == set(CAUSES)
    assert {cause: wrong for cause in CAUSES if (wrong := amiss(role, cause, seen[cause]))} == {}


def amiss(role: Role, cause: str, seen: Card) -> str:
    """What is wrong with the card of a cause for this role; '' for nothing."""
    kind = problems.entry(cause).kind
    repairs = seen.buttons.keys() - {"Show each", "Assign", "Put off", "Discard"}
    if not problems.remedy(cause):
        return "no words say what to do"
    if role is Role.OWNER:
        if seen.ask:
            return "the owner is sent to somebody"
        return "" if repairs or kind is Kind.NONE else "the owner has no button"
    if role is Role.STAFF:
        if ("the owner" in seen.ask) != (kind in OWNERS):
            return f"staff are told “{seen.ask}”"
        if repairs & {"Open the settings", "Open the connection", "Choose the state"}:
            return "staff have a button that is the owner's"
        return (
            "" if repairs or seen.ask or kind is Kind.NONE else "staff have neither a button nor whom to ask"
        )
    if seen.buttons.keys() != {"Show each"}:
        return "a viewer has a button"
    wanted = "" if kind is Kind.WAIT else OWNER if kind in OWNERS else ONLY_LOOK
    return "" if seen.ask == wanted else f"a viewer is told “{seen.ask}”"


@pytest.mark.parametrize("role", list(Role))
def test_every_button_opens_what_it_names(waiting: Rows, role: Role) -> None:
    """Of those that lead to the same page for the same kind of remedy one is pressed."""
    client = signed_in(role)
    pressed: dict[tuple[str, Kind], str] = {}
    for cause, seen in cards(client).items():
        for url in seen.buttons.values():
            pressed.setdefault((url.partition("?")[0], problems.entry(cause).kind), url)
    outside = [url for url in pressed.values() if not url.startswith("/")]
    known = ("https://online.moysklad.ru/app/", waiting.shop.home_url)
    assert [url for url in outside if not url.startswith(known)] == []
    inside = [url for url in pressed.values() if url.startswith("/")]
    assert inside
    assert [url for url in inside if client.get(url).status_code != 200] == []


@pytest.mark.parametrize("cause", [code for code in CAUSES if problems.entry(code).kind is Kind.GIVE_RIGHT])
def test_a_right_is_given_where_the_button_leads_and_then_checked_again(rows: Rows, cause: str) -> None:
    waits_for(rows, cause)
    seen = card(signed_in(Role.STAFF), cause)
    if cause != "tariff":
        assert seen.buttons["Give the right in MoySklad"] == "https://online.moysklad.ru/app/#employee"
        assert f"shop={rows.shop.pk}" in seen.buttons["Which rights are missing"]
    assert "Check again" in seen.ask
    client = signed_in(Role.STAFF)
    path, _mark, query = seen.buttons["Check again"].partition("?")
    page = client.get(f"{path}?{query}").content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert client.post(path, hidden).status_code == 302
    assert RetryRun.objects.get().total == 1


def test_an_order_whose_field_is_to_be_filled_is_opened_by_staff_on_the_site(rows: Rows) -> None:
    waits_for(rows, "required_missing")
    buttons = card(signed_in(Role.STAFF), "required_missing").buttons
    (name,) = [one for one in buttons if one.endswith("on the site")]
    assert buttons[name].startswith(f"{rows.shop.home_url}/wp-admin/")
    OutboxMessage.objects.filter(pk=rows.dead.pk).update(object_key="stock:1")  # of no order
    seen = card(signed_in(Role.STAFF), "required_missing")
    assert not [one for one in seen.buttons if one.endswith("on the site")]
    assert seen.ask == OWNER
    assert "Sources of the fields" in card(signed_in(Role.OWNER), "required_missing").buttons


@pytest.mark.parametrize("cause", ["auth", "right_to_see"])
def test_of_an_account_without_a_shop_the_connection_is_offered(db: None, cause: str) -> None:
    account: Any = factories.AccountFactory()
    factories.EventFactory(connection=account, state=InboxEvent.State.FAILED, problem=cause)
    buttons = card(signed_in(Role.OWNER), cause).buttons
    url = buttons["Open the connection" if cause == "auth" else "Which rights are missing"]
    assert signed_in(Role.OWNER).get(url).status_code == 200
