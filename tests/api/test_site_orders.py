"""What a shop's pages are told of its orders: signed questions only, its own orders only, in the reader's language."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.test import Client

from bridge.connections.models import Shop
from bridge.inbox.signatures import sign_event
from bridge.orders.models import OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def public(settings: Any) -> None:
    settings.BRIDGE_PUBLIC_URL = "https://bridge.example.test"


@pytest.fixture
def shop() -> Shop:
    made: Shop = factories.ShopFactory()
    return made


def ask(shop: Shop, what: str = "", *, secret: str = "", at: int = 0, path: str = "", **body: Any) -> Any:
    raw = json.dumps({"site": shop.home_url, "language": "en_US", **body}).encode()
    stamp = str(int(time.time()) + at)
    signature = sign_event(secret or shop.site.credentials["event_secret"], "question-1", stamp, raw)
    return Client().post(
        path or f"/api/v1/site/{shop.site_id}/orders/{what}",
        raw,
        content_type="application/json",
        headers={
            "X-Sklad-Bridge-Id": "question-1",
            "X-Sklad-Bridge-Timestamp": stamp,
            "X-Sklad-Bridge-Signature": signature,
        },
    )


def sent(shop: Shop, source_id: str = "621", **binding: Any) -> Any:
    order = factories.OrderFactory(shop=shop, source_id=source_id, number=source_id)
    url = "https://online.moysklad.ru/app/#customerorder/edit?id=1"
    values = {"external_id": "document-1", "document_name": "WOO-621", "page_url": url, **binding}
    factories.BindingFactory(order=order, **values)
    return order


def test_a_sent_order_has_its_number_and_both_links(shop: Shop) -> None:
    order = sent(shop)
    answer = ask(shop, orders=[621, 622])
    assert answer.status_code == 200
    assert answer.json()["orders"] == [
        {
            "id": 621,
            "state": "sent",
            "label": "in MoySklad",
            "number": "WOO-621",
            "url": "https://online.moysklad.ru/app/#customerorder/edit?id=1",
            "page": f"https://bridge.example.test/admin/bridge/order/{order.pk}/change/",
        },
        {"id": 622, "state": "unknown"},
    ]


def test_an_order_that_waits_for_a_person_says_why_and_what_to_do(shop: Shop) -> None:
    order = factories.OrderFactory(shop=shop, source_id="621")
    OutboxMessage.objects.create(
        shop=shop,
        connection=shop.account,
        kind=kinds.ORDER,
        object_key=order.object_key,
        state=OutboxMessage.State.PARKED,
        due_at=order.placed_at,
        problem="unlinked_lines",
        problem_params={"lines": "S-1"},
    )
    english = ask(shop, orders=[621]).json()["orders"][0]
    assert english["state"] == "needs_you"
    assert "S-1" in english["problem"]
    assert "Link" in english["remedy"]
    russian = ask(shop, orders=[621], language="ru_RU").json()["orders"][0]
    assert russian["problem"] != english["problem"]


def test_a_removed_document_is_not_linked(shop: Shop) -> None:
    sent(shop, gone=OrderBinding.Gone.BINNED)
    shown = ask(shop, orders=[621]).json()["orders"][0]
    assert (shown["state"], shown["url"]) == ("left", "")
    assert ask(shop, "send/", orders=[621]).json()["orders"] == [{"id": 621, "result": "removed"}]


def test_orders_of_another_shop_are_unknown(shop: Shop) -> None:
    sent(factories.ShopFactory())
    assert ask(shop, orders=[621]).json()["orders"] == [{"id": 621, "state": "unknown"}]
    assert ask(shop, "send/", orders=[621]).json()["orders"] == [{"id": 621, "result": "unknown"}]
    assert not OutboxMessage.objects.exists()


def test_sending_again_queues_the_order_once(shop: Shop) -> None:
    order = sent(shop)
    for _time in range(2):
        assert ask(shop, "send/", orders=[621]).json()["orders"] == [{"id": 621, "result": "queued"}]
    assert OutboxMessage.objects.get().object_key == order.object_key


def test_an_order_whose_status_is_not_sent_stays(shop: Shop) -> None:
    factories.OrderFactory(shop=shop, source_id="621", status="pending")
    assert ask(shop, "send/", orders=[621]).json()["orders"] == [{"id": 621, "result": "not_sent"}]
    assert not OutboxMessage.objects.exists()


def test_a_whole_list_costs_as_much_as_one_order(shop: Shop, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        sent(shop, str(700 + number))
    with django_assert_max_num_queries(4):
        answer = ask(shop, orders=list(range(700, 760)))
    assert {one["state"] for one in answer.json()["orders"]} == {"sent"}


@pytest.mark.parametrize("what", ["", "send/"])
def test_only_signed_questions_of_now_and_of_the_shop_are_answered(shop: Shop, what: str) -> None:
    sent(shop)
    assert ask(shop, what, secret="guessed", orders=[621]).status_code == 401
    late = ask(shop, what, at=-1000, orders=[621])
    assert (late.status_code, late.json()["code"]) == (401, "clock")
    copy = ask(shop, what, orders=[621], site="https://copy.example.test")
    assert (copy.status_code, copy.json()["code"]) == (403, "other_site")
    other = factories.ShopFactory()
    assert (
        ask(shop, what, path=f"/api/v1/site/{other.site_id}/orders/{what}", orders=[621]).status_code == 401
    )
    assert Client().post(f"/api/v1/site/{shop.site_id}/orders/{what}", {}).status_code == 401
    assert Client().get(f"/api/v1/site/{shop.site_id}/orders/{what}").status_code == 405
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    "orders", [None, [], "621", [0], [-1], ["621"], [True], [2**70], list(range(1, 202))]
)
def test_a_malformed_question_is_refused(shop: Shop, orders: Any) -> None:
    assert ask(shop, orders=orders).status_code == 400
