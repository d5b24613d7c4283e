"""Bad input gets a clear sentence for a person; nothing is lost and nothing is half-done."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

import pytest
import requests
from world import SLOW_MACHINE

from bridge.catalog.models import Product, ProductBinding
from bridge.connections.models import Connection
from bridge.inbox.models import InboxEvent
from bridge.orders.models import Order
from bridge.problems import remedy, sentence


def signed(world: Any, body: bytes) -> dict[str, str]:
    event_id, stamp = str(uuid.uuid4()), str(int(time.time()))
    mac = hmac.new(world.secret.encode(), f"{event_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "X-Sklad-Bridge-Id": event_id,
        "X-Sklad-Bridge-Timestamp": stamp,
        "X-Sklad-Bridge-Signature": "v1=" + base64.b64encode(mac).decode(),
    }


def post(world: Any, body: bytes) -> requests.Response:
    return requests.post(world.event_url, data=body, headers=signed(world, body), timeout=SLOW_MACHINE)


def test_malformed_json_is_400_with_a_sentence(world: Any) -> None:
    answer = post(world, b'{"event": "order.changed", ')
    assert answer.status_code == 400
    assert "not JSON" in answer.json()["message"]


def test_a_body_of_ten_megabytes_is_413_and_the_bridge_lives_on(world: Any) -> None:
    body = b'{"event": "order.changed", "x": "' + b"x" * 10_000_000 + b'"}'
    with contextlib.suppress(requests.ConnectionError):  # refused by its announced length
        assert post(world, body).status_code == 413
    assert world.get("/healthz").status_code == 200


def test_an_event_of_another_shop_is_refused(world: Any) -> None:
    body = json.dumps(
        {"event": "order.changed", "site": "https://other.example.test", "order_id": 1}
    ).encode()
    answer = post(world, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "other_site")
    assert "other.example.test" in answer.json()["message"]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"id": 900001, "status": "processing"}, "payload_field_missing"),
        (
            {
                "id": 900002,
                "status": "processing",
                "currency": "RUB",
                "total": "1,5",
                "date_created_gmt": "x",
            },
            "payload",
        ),
        ({"id": 900003, "line_items": "none"}, "payload"),
    ],
)
def test_an_order_that_cannot_be_read_is_kept_with_the_reason(
    world: Any, order: dict[str, Any], code: str
) -> None:
    body = json.dumps({"event": "order.changed", "site": world.box.store.url, "order": order}).encode()
    assert post(world, body).status_code == 202
    event = world.until(
        lambda: InboxEvent.objects.filter(body__contains=str(order["id"]), state="failed").first(),
        "it is set aside",
    )
    assert event.problem.startswith(code)
    assert "?" not in sentence(event.problem, event.problem_params)
    assert remedy(event.problem)
    assert not Order.objects.filter(source_id=str(order["id"])).exists()


def test_a_text_with_nul_characters_is_survived(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 1}, customer_note="до\x00после")
    assert "допосле" in world.document(order["id"])["description"]


def test_a_wrong_token_is_an_error_of_configure_and_nothing_changes(world: Any) -> None:
    before = Connection.objects.get(vendor="moysklad").credentials
    path = world.directory / "wrong.toml"
    path.write_text(f'[moysklad.main]\nbase_url = "{world.box.moysklad.url}"\ntoken = "wrong"\n')
    with pytest.raises(RuntimeError) as caught:
        world.bridge.manage("configure", str(path))
    assert "[moysklad.main]" in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert Connection.objects.get(vendor="moysklad").credentials == before


def test_an_unreachable_account_is_an_error_of_configure(world: Any) -> None:
    path = world.directory / "away.toml"
    path.write_text('[moysklad.new]\nbase_url = "http://127.0.0.1:9/api/remap/1.2"\ntoken = "x"\n')
    with pytest.raises(RuntimeError) as caught:
        world.bridge.manage("configure", str(path))
    assert "Traceback" not in str(caught.value)
    assert not Connection.objects.filter(name="new").exists()


def test_private_addresses_are_refused_unless_allowed(world: Any) -> None:
    world.bridge.env["BRIDGE_ALLOW_PRIVATE_HOSTS"] = "false"
    try:
        with pytest.raises(RuntimeError, match=r"127\.0\.0\.1"):
            world.configure()
    finally:
        world.bridge.env["BRIDGE_ALLOW_PRIVATE_HOSTS"] = "true"


def test_a_product_deleted_in_moysklad_stops_its_order_with_a_reason(world: Any) -> None:
    world.box.moysklad.webhook_knobs(drop=True)  # the bridge does not hear of it
    try:
        world.box.moysklad.delete(world.box.moysklad.item("S-00009")["id"], "product")
        order = world.box.store.place_order({"S-00009": 1})
        assert world.message(order["id"], state="parked").problem == "reference_missing"
        assert world.documents(order["id"]) == []
    finally:
        world.box.moysklad.webhook_knobs(drop=False)


def test_a_deletion_the_bridge_has_heard_of_stops_the_order_before_it_is_sent(world: Any) -> None:
    world.box.moysklad.delete(world.box.moysklad.item("S-00010")["id"], "product")
    world.until(
        lambda: not Product.objects.get(article="S-00010").present, "the bridge knows that it is deleted"
    )
    order = world.box.store.place_order({"S-00010": 1})
    assert world.message(order["id"], state="parked").problem == "unlinked_lines"
    assert world.documents(order["id"]) == []


def test_the_wrong_sku_field_unlinks_stops_the_order_and_can_be_corrected(world: Any) -> None:
    links = ProductBinding.objects.filter(product__kind="product", product__present=True, origin="sku")
    before = set(links.values_list("listing__sku", "product__article"))
    assert before
    world.configure(sku_field="code")
    try:
        world.until(lambda: not links.exists(), "links by article are gone")
        order = world.box.store.place_order({"S-00001": 1})
        assert world.message(order["id"], state="parked").problem == "unlinked_lines"
    finally:
        world.configure(sku_field="article")
    world.document(order["id"])
    gone = set(Product.objects.filter(present=False).values_list("article", flat=True))
    expected = {(sku, article) for sku, article in before if article not in gone}
    world.until(
        lambda: set(links.values_list("listing__sku", "product__article")) == expected, "the same links again"
    )
