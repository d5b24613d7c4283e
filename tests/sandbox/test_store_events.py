"""The companion plugin's signed events and WooCommerce's own webhooks, as the bridge's door sees them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import pytest

SECRET = "s3cret"
HEADERS = ("x-sklad-bridge-id", "x-sklad-bridge-timestamp", "x-sklad-bridge-signature")


@pytest.fixture
def store(box, receiver):
    box.store.configure(event_backoff_ms=20, clock_skew=0.0, home_url="", events=True, max_event_bytes=524288)
    box.store.pair(receiver.url, SECRET)
    yield box.store
    box.store.event_knobs(hold=False, drop=False, drop_next=0, copies=1, delay_ms=0)
    box.store.pair("", "")
    box.store.settle()


def signature(secret, arrived):
    id_, timestamp, _ = (arrived.headers[name] for name in HEADERS)
    signed = f"{id_}.{timestamp}.".encode() + arrived.body
    return "v1=" + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def test_a_checkout_sends_one_signed_event_with_the_whole_order(shop_api, store, receiver):
    order = store.place_order({"S-00001": 2})
    store.settle()
    (arrived,) = receiver.arrived
    assert arrived.headers["x-sklad-bridge-signature"] == signature(SECRET, arrived)
    assert abs(int(arrived.headers["x-sklad-bridge-timestamp"]) - time.time()) < 5
    body = arrived.json
    assert list(body) == [
        "event",
        "id",
        "site",
        "plugin_version",
        "sent_at",
        "order_id",
        "read_at",
        "order",
        "refunds",
        "sales",
    ]
    assert (body["event"], body["order_id"], body["site"]) == ("order.changed", order["id"], store.url)
    assert body["id"] == arrived.headers["x-sklad-bridge-id"]
    assert abs(body["read_at"] - time.time()) < 5
    assert body["order"] == shop_api.get(f"/orders/{order['id']}")


def test_the_signature_agrees_with_the_shared_vectors(payload):
    from connectors.sandbox.store.plugin_events import signature as signed

    for case in payload("../contracts/signature_vectors")["cases"]:
        made = [
            signed(secret, case["id"], case["timestamp"], case["body"].encode()) for secret in case["secrets"]
        ]
        assert " ".join(made) == case["header"], case["name"]


def test_two_secrets_sign_twice_while_they_rotate(store, receiver):
    store.pair(receiver.url, [SECRET, "old"])
    store.place_order({"S-00001": 1})
    store.settle()
    (arrived,) = receiver.arrived
    expected = f"{signature(SECRET, arrived)} {signature('old', arrived)}"
    assert arrived.headers["x-sklad-bridge-signature"] == expected


def test_every_kind_of_change_sends_its_event(shop_api, store, receiver):
    order = store.place_order({"S-00001": 1})["id"]
    store.set_status(order, "completed")
    shop_api.call("PUT", f"/orders/{order}", {"customer_note": "x"})
    store.trash_order(order)
    store.untrash_order(order)
    store.delete_order(order)
    store.ping()
    store.settle()
    told = [
        (arrived.json["event"], (arrived.json["order"] or {}).get("status")) for arrived in receiver.arrived
    ]
    assert told == [
        ("order.changed", "processing"),
        ("order.changed", "completed"),
        ("order.changed", "completed"),
        ("order.changed", "trash"),
        ("order.changed", "completed"),
        ("order.deleted", None),
        ("ping", None),
    ]


def test_refunds_made_and_removed_in_either_way_are_told_in_full(shop_api, store, receiver):
    order = store.place_order({"S-00001": 2})["id"]
    first, second = store.refund(order, {"S-00001": 1}), store.refund(order, amount="1.00")
    store.delete_refund(order, first["id"])
    shop_api.call("DELETE", f"/orders/{order}/refunds/{second['id']}", force="true")
    store.settle()
    told = [arrived.json["refunds"] for arrived in receiver.arrived]
    assert told == [[], [first], [second, first], [second], []]
    assert [len(arrived.json["order"]["refunds"]) for arrived in receiver.arrived] == [0, 1, 2, 1, 0]


def test_notes_send_nothing(shop_api, store, receiver):
    order = store.place_order({"S-00001": 1})["id"]
    store.settle()
    receiver.clear()
    shop_api.call("POST", f"/orders/{order}/notes", {"note": "заметка"})
    store.settle()
    assert receiver.arrived == []


def test_a_line_added_in_wp_admin_is_told_before_the_order_is_saved(store, receiver):
    before = store.place_order({"S-00001": 1})
    after = store.add_line(before["id"], "S-00002", recalculate=False)
    store.settle()
    assert receiver.arrived[-1].json["order"] == after
    assert len(after["line_items"]) == 2
    assert (after["total"], after["date_modified_gmt"]) == (before["total"], before["date_modified_gmt"])


def test_drafts_of_the_checkout_send_nothing(store, receiver):
    store.place_order({"S-00001": 1}, status="checkout-draft")
    store.settle()
    assert receiver.arrived == []


def test_a_refused_event_is_repeated_under_its_id_and_signed_anew(store, receiver):
    receiver.answers = [503, 500]
    order = store.place_order({"S-00001": 1})["id"]
    store.settle()
    assert len({arrived.headers["x-sklad-bridge-id"] for arrived in receiver.arrived}) == 1
    assert len(receiver.arrived) == 3
    for arrived in receiver.arrived:
        assert arrived.headers["x-sklad-bridge-signature"] == signature(SECRET, arrived)
    event = store.events()[-1]
    assert (event["order_id"], event["answers"], event["outcome"]) == (order, [503, 500, 204], "delivered")


def test_a_retry_reads_the_order_again(store, receiver):
    store.configure(event_backoff_ms=400)
    receiver.answers = [500]
    order = store.place_order({"S-00001": 1})["id"]
    receiver.wait(1)
    store.event_knobs(drop=True)
    store.set_status(order, "completed")
    store.event_knobs(drop=False)
    store.settle()
    assert [arrived.json["order"]["status"] for arrived in receiver.arrived] == ["processing", "completed"]


def test_an_event_that_is_never_taken_is_given_up(store, receiver):
    store.configure(event_tries=3)
    receiver.answers = [500] * 5
    store.place_order({"S-00001": 1})
    store.settle()
    store.configure(event_tries=12)
    assert (len(receiver.arrived), store.events()[-1]["outcome"]) == (3, "given up")


def test_a_wrong_clock_is_corrected_by_the_bridges_and_sent_again_at_once(store, receiver):
    store.configure(clock_skew=-3600)
    now = int(time.time())
    receiver.answers = [(401, json.dumps({"code": "clock", "server_time": now}).encode())]
    store.place_order({"S-00001": 1})
    store.settle()
    first, second = (int(arrived.headers["x-sklad-bridge-timestamp"]) for arrived in receiver.arrived)
    assert first < now - 3000
    assert abs(second - now) < 5
    assert store.events()[-1]["answers"] == ["clock", 204]


def test_held_events_keep_their_order_of_time_and_can_be_turned_round(store, receiver):
    store.hold_events()
    order = store.place_order({"S-00001": 1})["id"]
    store.set_status(order, "completed")
    assert receiver.arrived == []
    assert store.release_events(order="reverse") == 2
    store.settle()
    assert [arrived.json["order"]["status"] for arrived in receiver.arrived] == ["completed", "processing"]
    older, newer = receiver.arrived[1].json["read_at"], receiver.arrived[0].json["read_at"]
    assert older < newer


def test_events_can_be_lost_and_doubled(store, receiver):
    store.event_knobs(drop_next=1)
    store.place_order({"S-00001": 1})
    assert store.events()[-1]["outcome"] == "dropped"
    store.hold_events()
    store.place_order({"S-00001": 1})
    store.release_events(copies=2)
    store.settle()
    assert len(receiver.arrived) == 2
    assert (
        receiver.arrived[0].headers["x-sklad-bridge-id"] == receiver.arrived[1].headers["x-sklad-bridge-id"]
    )


def test_an_order_over_the_limit_travels_as_its_id(store, receiver):
    store.configure(max_event_bytes=1000)
    order = store.place_order({"S-00001": 1})["id"]
    store.settle()
    assert (receiver.arrived[0].json["order"], receiver.arrived[0].json["refunds"]) == (None, None)
    assert (receiver.arrived[0].json["event"], receiver.arrived[0].json["order_id"]) == (
        "order.changed",
        order,
    )


def test_a_cloned_site_names_another_home(store, receiver):
    store.configure(home_url="http://copy.example.test")
    store.place_order({"S-00001": 1})
    store.settle()
    assert receiver.arrived[0].json["site"] == "http://copy.example.test"


def test_many_orders_come_from_many_buyers(store, receiver):
    ids = store.place_orders(5, per_second=50)
    store.settle()
    assert sorted(arrived.json["order_id"] for arrived in receiver.arrived) == ids
    assert len({arrived.json["order"]["billing"]["email"] for arrived in receiver.arrived}) == 5


@pytest.fixture
def core(box, receiver):
    """WooCommerce's own webhooks on the receiver; the pings are already taken."""
    webhooks = box.store.core_webhooks(receiver.url, SECRET)
    box.store.settle()
    yield box.store
    for webhook_id in webhooks:
        box.store.remove_core_webhook(webhook_id)
    box.store.core_knobs(hold=False, drop=False, drop_next=0, copies=1, delay_ms=0)


def topics(arrived):
    return [item.headers.get("x-wc-webhook-topic") for item in arrived]


def test_a_new_webhook_pings_without_a_signature(core, receiver):
    assert len(receiver.arrived) == 4
    for arrived in receiver.arrived:
        assert arrived.body.startswith(b"webhook_id=")
        assert arrived.headers["content-type"] == "application/x-www-form-urlencoded"
        assert "x-wc-webhook-signature" not in arrived.headers


def test_deliveries_look_and_are_signed_like_the_captured_one(core, receiver, payload):
    recorded = payload("woocommerce/webhook_order_created")
    receiver.clear()
    core.configure(plugin_stock=False)
    core.place_order({"S-00001": 1})
    created, updated = receiver.wait(2)
    core.configure(plugin_stock=True)
    assert topics([created, updated]) == ["order.created", "order.updated"]
    assert {name.lower() for name in recorded["headers"]} - {"host"} <= set(created.headers)
    assert created.headers["user-agent"] == recorded["headers"]["User-Agent"]
    digest = base64.b64encode(hmac.new(SECRET.encode(), created.body, hashlib.sha256).digest()).decode()
    assert created.headers["x-wc-webhook-signature"] == digest
    assert b"\\/" in created.body
    assert b"\\u04" in created.body
    assert list(created.json) == list(recorded["json"])


def test_the_update_can_come_before_the_creation(core, receiver):
    core.configure(updated_before_created=True)
    receiver.clear()
    core.place_order({"S-00001": 1})
    arrived = receiver.wait(2)
    core.configure(updated_before_created=False)
    assert topics(arrived) == ["order.updated", "order.created"]


def test_two_orders_in_one_second_share_a_delivery_id(core, receiver):
    for _ in range(3):  # a second may turn between two orders; then once more
        receiver.clear()
        core.place_orders(2)
        core.settle()
        created = [item for item in receiver.arrived if item.headers["x-wc-webhook-topic"] == "order.created"]
        if len({item.headers["x-wc-webhook-delivery-id"] for item in created}) == 1:
            break
    assert len({item.headers["x-wc-webhook-delivery-id"] for item in created}) == 1
    assert len({item.json["id"] for item in created}) == 2


def test_trash_and_restore_are_told_and_a_live_force_delete_is_not(core, receiver):
    order = core.place_order({"S-00001": 1})["id"]
    core.settle()
    receiver.clear()
    core.trash_order(order)
    core.untrash_order(order)
    core.delete_order(order)
    core.settle()
    assert topics(receiver.arrived) == ["order.deleted", "order.restored"]
    assert receiver.arrived[0].json == {"id": order}


def test_an_order_gone_before_the_delivery_is_an_error_body(core, receiver):
    receiver.clear()
    core.core_knobs(hold=True)
    order = core.place_order({"S-00001": 1})["id"]
    core.delete_order(order)
    core.release_core()
    arrived = receiver.wait(2)
    assert arrived[0].json == {
        "code": "woocommerce_rest_shop_order_invalid_id",
        "message": "Invalid ID.",
        "data": {"status": 404},
    }


def test_a_webhook_is_not_repeated_and_dies_after_six_failures_in_a_row(core, receiver, shop_api):
    receiver.clear()
    receiver.answers = [500] * 50
    for _ in range(8):
        core.place_order({"S-00001": 1})
        core.settle()
    assert topics(receiver.arrived).count("order.created") == 6
    hooks = {row["topic"]: row["status"] for row in shop_api.get("/webhooks")}
    assert hooks["order.created"] == "disabled"
