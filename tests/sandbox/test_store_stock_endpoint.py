"""The plugin's stock endpoint: no sale is lost, whatever happens between the bridge's counting and the writing."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.stock_caller import PATH, only


@pytest.fixture
def store(stock_site):
    return stock_site


@pytest.fixture
def bridge(stock_caller):
    return stock_caller


def test_a_number_is_set_with_what_it_was_and_what_it_contains(store, bridge):
    store.set_stock("S-00001", 9)
    sale = store.place_order({"S-00001": 2})["sklad_bridge_sales"][0]["number"]
    answer = bridge.set(bridge.item("S-00001", "5"), through=sale)
    shown = store.product("S-00001")
    expected = {"id": shown["id"], "result": "set", "quantity": "5", "was": "7", "sale": sale}
    assert answer == {"done": 1, "sale": sale, "items": [expected]}
    assert (shown["stock_quantity"], shown["stock_status"]) == (5, "instock")


def test_a_sale_the_bridge_did_not_know_of_is_taken_off(store, bridge):
    store.set_stock("S-00001", 10)
    through = store.last_sale()
    later = store.place_order({"S-00001": 3})["sklad_bridge_sales"][0]["number"]
    item = only(bridge.set(bridge.item("S-00001", "10"), through=through))
    assert (item["quantity"], item["was"], item["sale"], item["result"]) == ("7", "7", later, "same")
    item = only(bridge.set(bridge.item("S-00001", "20"), through=through))
    assert (item["quantity"], item["result"]) == ("17", "set")


def test_what_the_bridge_has_counted_in_is_not_taken_off_again(store, bridge):
    through = store.last_sale()
    store.place_order({"S-00001": 3})
    store.place_order({"S-00001": 1})
    item = only(bridge.set(bridge.item("S-00001", "17", counted="3"), through=through))
    assert item["quantity"] == "16"


def test_sales_before_the_second_that_is_named_are_in_the_number(store, bridge):
    through = store.last_sale()
    store.place_order({"S-00001": 2})
    store.age_sales(600)
    began = int(time.time())
    store.place_order({"S-00001": 3})

    def written(since):
        body = bridge.body([bridge.item("S-00001", "20")], through=through) | {"counted_since": since}
        return only(bridge.post(body).json())["quantity"]

    assert [written(since) for since in (0, began - 700, began, began + 600)] == ["15", "15", "17", "20"]


def test_what_came_back_meanwhile_waits_for_the_bridge(store, bridge):
    order = store.place_order({"S-00001": 4})["id"]
    through = store.last_sale()
    store.set_status(order, "cancelled")
    assert only(bridge.set(bridge.item("S-00001", "10"), through=through))["quantity"] == "10"


def test_more_sold_than_there_was_shows_sold_out_below_zero(store, bridge):
    through = store.last_sale()
    store.place_order({"S-00001": 3})
    assert only(bridge.set(bridge.item("S-00001", "2"), through=through))["quantity"] == "-1"
    shown = store.product("S-00001")
    assert (shown["stock_quantity"], shown["stock_status"]) == (-1, "outofstock")


def test_pieces_that_are_owed_are_filled_first_by_what_comes_back(store, bridge):
    store.set_stock("S-00001", 5)
    order = store.place_order({"S-00001": 4})["id"]
    through = store.last_sale()
    item = only(bridge.set(bridge.item("S-00001", "-2"), through=through))
    assert (item["result"], item["quantity"], item["was"]) == ("set", "-2", "1")
    assert store.product("S-00001")["stock_status"] == "outofstock"
    assert only(bridge.set(bridge.item("S-00001", "-2"), through=through))["result"] == "same"
    store.set_status(order, "cancelled")
    shown = store.product("S-00001")
    assert (shown["stock_quantity"], shown["stock_status"]) == (2, "instock")


def test_backorders_can_be_set_and_the_status_follows_the_number(store, bridge):
    bridge.set(bridge.item("S-00001", "0", backorders="notify", status="onbackorder"))
    shown = store.product("S-00001")
    assert (shown["backorders"], shown["stock_status"]) == ("notify", "onbackorder")
    assert only(bridge.set(bridge.item("S-00001", "0", backorders="no")))["result"] == "set"
    assert store.product("S-00001")["stock_status"] == "outofstock"
    bridge.set(bridge.item("S-00001", "4", status="outofstock"))
    assert store.product("S-00001")["stock_status"] == "instock"


def test_a_repeat_and_a_late_request_set_nothing(store, bridge):
    store.set_stock("S-00001", 1)
    first = bridge.body([bridge.item("S-00001", "5")])
    late = bridge.body([bridge.item("S-00001", "90")], revision=first["revision"] - 1)
    assert only(bridge.post(first).json())["result"] == "set"
    store.place_order({"S-00001": 2})
    repeated = only(bridge.post(first).json())
    assert (repeated["result"], repeated["quantity"], repeated["was"]) == ("set", "3", "3")
    assert only(bridge.post(late).json())["result"] == "stale"
    assert store.product("S-00001")["stock_quantity"] == 3


def test_a_number_that_was_there_writes_nothing_but_counts_as_accepted(store, bridge):
    store.set_stock("S-00001", 5)
    store.clear_stock_writes()
    body = bridge.body([bridge.item("S-00001", "5")])
    assert only(bridge.post(body).json())["result"] == "same"
    assert store.stock_writes("S-00001") == []
    older = body | {"revision": body["revision"] - 1}
    assert only(bridge.post(older).json())["result"] == "stale"


def test_items_without_stock_of_their_own_say_so(store, bridge):
    parent = store.product("V-00001")["id"]
    store.set_stock("V-00001", 50)
    store.set_stock("V-00001-2", None)
    store.edit_product("S-00005", manage_stock=False)
    items = [bridge.item(sku, "3") for sku in ("V-00001-2", "V-00001", "V-00001-1", "S-00005")]
    answer = bridge.set(*items, {"id": 999999, "quantity": "1", "counted": "0"})
    store.set_stock("V-00001", None)
    unmanaged = only(bridge.set(bridge.item("V-00001", "3")))
    store.set_stock("V-00001-2", 5)
    store.set_stock("S-00005", 5)
    assert [row["result"] for row in answer["items"]] == ["parent", "set", "set", "unmanaged", "unknown"]
    assert (answer["items"][0]["holder"], answer["done"]) == (parent, 2)
    assert unmanaged["result"] == "unmanaged"


def test_whole_pieces_stay_unless_stock_is_decimal(store, bridge):
    assert only(bridge.set(bridge.item("S-00001", "7.9")))["quantity"] == "7"
    store.configure(decimal_stock=True)
    assert only(bridge.set(bridge.item("S-00001", "7.9")))["quantity"] == "7.9"
    assert store.product("S-00001")["stock_quantity"] == 7.9


def test_an_item_being_sold_is_busy_until_the_sale_is_done_or_too_old(store, bridge):
    store.set_stock("S-00001", 10)
    through = store.last_sale()
    order = store.start_sale({"S-00001": 2})["id"]
    started = time.monotonic()
    assert only(bridge.set(bridge.item("S-00001", "10"), through=through))["result"] == "busy"
    assert time.monotonic() - started > 0.25
    waiting = threading.Timer(0.1, store.finish_sale, [order])
    waiting.start()
    item = only(bridge.set(bridge.item("S-00001", "20"), through=through))
    waiting.join()
    assert (item["result"], item["quantity"]) == ("set", "18")
    abandoned = store.start_sale({"S-00001": 5})["sklad_bridge_sales"][0]["number"]
    store.age_sales(61)
    item = only(bridge.set(bridge.item("S-00001", "20"), through=abandoned - 1))
    assert (item["result"], item["quantity"]) == ("set", "15")


def test_what_the_time_does_not_reach_is_not_done(store, bridge):
    skus = [f"S-{n:05d}" for n in range(1, 7)]
    for sku in skus:
        store.set_stock(sku, 10)
    store.configure(stock_seconds=1.5, stock_item_ms=1000.0)
    results = [row["result"] for row in bridge.set(*(bridge.item(sku, "33") for sku in skus))["items"]]
    assert results == ["set", "set", "not_done", "not_done", "not_done", "not_done"]
    store.configure(stock_seconds=10.0, stock_item_ms=0.0)
    again = bridge.set(*(bridge.item(sku, "33") for sku in skus))
    assert [row["result"] for row in again["items"]] == ["same"] * 2 + ["set"] * 4


def test_buyers_come_between_the_items_of_one_call(store, bridge):
    skus = [f"S-{n:05d}" for n in range(1, 7)]
    for sku in skus:
        store.set_stock(sku, 10)
    store.clear_stock_writes()
    store.configure(stock_item_ms=40.0)
    body = bridge.body([bridge.item(sku, "50") for sku in skus])
    answers = []
    call = threading.Thread(target=lambda: answers.append(bridge.post(body).json()))
    call.start()
    deadline = time.monotonic() + 5
    while not store.stock_writes(skus[0], "plugin") and time.monotonic() < deadline:
        time.sleep(0.005)
    store.place_order(dict.fromkeys(skus, 1))
    call.join()
    assert [store.product(sku)["stock_quantity"] for sku in skus] == [49] * 6
    assert answers[0]["items"][0]["quantity"] == "50"
    assert answers[0]["items"][-1]["quantity"] == "49"


def test_an_item_another_plugin_refuses_leaves_the_others_alone(store, bridge):
    store.refuse_product("S-00002", message="Цена не указана")
    answer = bridge.set(bridge.item("S-00001", "31"), bridge.item("S-00002", "32"))
    good, bad = answer["items"]
    assert (good["result"], bad["result"], bad["message"]) == ("set", "error", "Цена не указана")
    assert answer["done"] == 1


def test_sales_around_a_call_are_taken_off_before_and_told_next_time_after_it(store, bridge):
    store.set_stock("S-00001", 10)
    through = store.last_sale()
    store.sell_during({"S-00001": 2}, path=PATH)
    store.sell_during({"S-00001": 3}, path=PATH, when="after")
    item = only(bridge.set(bridge.item("S-00001", "20"), through=through))
    assert (item["quantity"], item["sale"]) == ("18", store.last_sale() - 1)
    assert store.product("S-00001")["stock_quantity"] == 15


def test_a_page_instead_of_the_answer_may_hide_that_stock_was_set(store, bridge):
    store.set_stock("S-00001", 10)
    store.faults.add("html", status=200, path=PATH, after_commit=True)
    body = bridge.body([bridge.item("S-00001", "20")])
    assert bridge.post(body).headers["Content-Type"] == "text/html"
    assert store.product("S-00001")["stock_quantity"] == 20
    assert only(bridge.post(body).json())["quantity"] == "20"


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    sold=st.lists(st.tuples(st.integers(1, 5), st.booleans()), max_size=6),
    contained=st.integers(0, 6),
    counted=st.sets(st.integers(0, 5)),
)
def test_whatever_the_bridge_has_counted_the_site_ends_with_no_more_than_is_left(
    store, bridge, sold, contained, counted
):
    """Of 1000 pieces some are sold and some of these come back; the bridge knows the first few movements and any of
    the later ones."""
    store.set_stock("S-00002", 1000)
    through = store.last_sale()
    rows = []
    for pieces, comes_back in sold:
        order = store.place_order({"S-00002": pieces})["id"]
        if comes_back:
            store.set_status(order, "cancelled")
        rows += store.sales(order)
    known, later = rows[:contained], rows[contained:]
    also = [row for place, row in enumerate(later) if place in counted]
    quantity = 1000 - sum(int(row["quantity"]) for row in known + also)
    counted_in = sum(int(row["quantity"]) for row in also)
    highest = known[-1]["number"] if known else through
    item = only(bridge.set(bridge.item("S-00002", str(quantity), str(counted_in)), through=highest))
    unheard = sum(int(row["quantity"]) for row in rows if row not in known + also)
    left = quantity - max(unheard, 0)
    assert (item["quantity"], store.product("S-00002")["stock_quantity"]) == (str(left), left)
    assert left <= 1000 - sum(int(row["quantity"]) for row in rows)
