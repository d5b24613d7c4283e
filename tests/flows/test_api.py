"""A program with a token repairs what stands still: it finds the order, links its item, tries again, and it arrives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
from django.contrib.admin.models import LogEntry
from django.utils import timezone
from world import SLOW_MACHINE

from bridge.history import deeds
from bridge.inbox.models import InboxEvent
from bridge.outbox.models import OutboxMessage, Pause
from bridge.people import tokens
from tests.api.v1 import token_of


class Api:
    """The API over HTTP, as a program with a token sees it."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.session = f"{url}/api/v1", requests.Session()
        self.session.headers.update({"Authorization": f"Bearer {token}", "Accept-Language": "en"})

    def ask(self, method: str, path: str, body: Any = None, status: int = 200, **params: Any) -> Any:
        answer = self.session.request(
            method, f"{self.url}{path}", json=body, params=params, timeout=SLOW_MACHINE
        )
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        return answer.json() if answer.content else None


@pytest.fixture
def api(world: Any) -> Api:
    return Api(world.bridge.url, token_of("staff", "repairs")[1])


def test_a_parked_order_is_found_its_item_linked_and_it_arrives(world: Any, api: Api) -> None:
    world.box.store.set_sku("S-00003", "OWN-3")
    world.run_flow("site_catalogue")
    order = world.box.store.place_order({"OWN-3": 1})["id"]
    world.message(order, state="parked", problem="unlinked_lines")

    [found] = api.ask("get", "/orders/", standing="needs_you", number=str(order))["results"]
    path = f"/orders/{found['id']}/"
    whole = api.ask("get", path)
    assert [one["problem"]["code"] for one in whole["obstacles"]] == ["unlinked_lines"]
    [line] = whole["lines"]
    assert (line["sku"], line["product"]) == ("OWN-3", None)

    [item] = api.ask("get", "/products/", article="S-00003")["results"]
    linked = api.ask("put", f"/listings/{line['listing']}/link/", {"product": item["id"]})
    assert (linked["listing"]["link"]["product"]["id"], linked["released"]) == (item["id"], 1)
    document = world.document(order)
    world.until(lambda: api.ask("get", path)["standing"]["code"] == "sent", "it stands as sent")
    assert api.ask("get", path)["document"]["number"] == document["name"]


def test_what_was_refused_is_tried_again_one_by_one_and_by_its_cause(world: Any, api: Api) -> None:
    world.box.moysklad.configure(closed_before="2099-01-01")
    try:
        orders = [world.box.store.place_order({"S-00001": 1})["id"] for _n in range(3)]
        for order in orders:
            world.message(order, state="dead", problem="closed_period")
    finally:
        world.box.moysklad.configure(closed_before="")
    rows = api.ask("get", "/failures/", cause="closed_period")["results"]
    assert sorted(row["order"]["number"] for row in rows) == sorted(map(str, orders))
    first = next(row for row in rows if row["order"]["number"] == str(orders[0]))
    api.ask("post", f"/failures/{first['id']}/retry/")
    world.document(orders[0])

    [group] = api.ask("get", "/failures/causes/")["results"]
    assert (group["cause"], group["count"]) == ("closed_period", 2)
    chosen = {name: group[name] for name in ("source", "of", "cause")}
    assert api.ask("post", "/failures/estimate/", chosen)["count"] == 2
    run = api.ask("post", "/retries/", chosen, status=201)
    for order in orders[1:]:
        world.document(order)
    path = f"/retries/{run['id']}/"
    world.until(lambda: api.ask("get", path)["state"]["code"] == "done", "the run ends")
    assert api.ask("get", path)["arrived"] == 2
    assert api.ask("get", "/failures/causes/")["results"] == []


def test_a_paused_shop_keeps_an_order_in_until_the_pause_is_ended(world: Any, api: Api) -> None:
    [begun] = api.ask("post", "/pauses/", {"shop": world.shop.pk, "why": "Stocktaking"}, status=201)["pauses"]
    path = f"/pauses/{begun['id']}/"
    try:
        order = world.box.store.place_order({"S-00001": 1})["id"]
        world.message(order, state="waiting")
        world.quiet()
        assert world.documents(order) == []
        found = api.ask("get", path)
        assert (found["why"], found["kind"]["code"], found["waiting"] > 0) == ("Stocktaking", "", True)
        assert api.ask("get", f"/orders/{world.row(order).pk}/")["standing"]["code"] == "waiting"
    finally:
        api.ask("delete", path, status=204)
    world.document(order)
    assert not Pause.objects.exists()
    api.ask("delete", path, status=404)


def test_events_of_a_period_are_handled_once_more(world: Any, api: Api) -> None:
    """An order that was lost here comes back, with the document it has."""
    began = timezone.now() - timedelta(seconds=1)
    order = world.box.store.place_order({"S-00002": 1})["id"]
    document = world.document(order)
    world.quiet()
    row = world.row(order)
    OutboxMessage.objects.filter(object_key=row.object_key).delete()
    row.delete()
    chosen = {"shop": world.shop.pk, "since": began.isoformat(), "of": "site"}
    events = InboxEvent.objects.filter(connection=world.shop.site, received_at__gte=began).count()
    assert api.ask("post", "/replays/estimate/", chosen)["events"] == events > 0
    run = api.ask("post", "/replays/", chosen, status=201)
    path = f"/replays/{run['id']}/"
    world.until(lambda: api.ask("get", path)["state"]["code"] == "done", "the run ends")
    whole = api.ask("get", path)
    assert (whole["progress"]["total"], whole["handled"], whole["failed"]) == (events, events, 0)
    world.row(order)
    world.quiet()
    assert [one["id"] for one in world.documents(order)] == [document["id"]]
    assert api.ask("post", f"{path}pause/", status=409)["code"]


def test_the_history_names_the_program_and_a_revoked_token_opens_nothing(world: Any) -> None:
    row, token = token_of("staff", "repairs")
    api = Api(world.bridge.url, token)
    order = world.row(world.box.store.place_order({"S-00001": 1})["id"])
    api.ask("post", f"/orders/{order.pk}/send/")
    entry = LogEntry.objects.filter(user=row.user).latest("pk")
    assert deeds.read(entry).text.endswith("(API, repairs)")
    tokens.revoke(row)
    assert api.ask("get", "/orders/", status=401)["code"] == "token_invalid"
