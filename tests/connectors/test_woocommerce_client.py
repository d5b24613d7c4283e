"""The WooCommerce client on the wire: signing, addresses, pages, batches."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import (
    AuthError,
    NotFound,
    OutcomeUnknown,
    PermanentError,
    TransientError,
    WrongHost,
)
from connectors.transport.record import CallRecord
from connectors.woocommerce.client import WooCommerce, _PooledAPI

KEY, SECRET = "ck_key", "cs_secret"
API = "/wp-json/wc/v3"

Make = Callable[..., WooCommerce]


@pytest.fixture
def make(stub: Any) -> Make:
    return lambda **more: WooCommerce(f"{stub.root}/", KEY, SECRET, allow_private=True, **more)


def verifies(method: str, url: str, secret: str = SECRET) -> bool:
    """WooCommerce 11's own check: parameters sorted, each encoded by RFC 3986, the pair encoded once more."""
    parts = urlsplit(url)
    params = parse_qsl(parts.query, keep_blank_values=True)
    assert len(dict(params)) == len(params), "no parameter may be sent twice"
    given_signature = dict(params)["oauth_signature"]
    rest = sorted((key, value) for key, value in params if key != "oauth_signature")

    def encode(text: str) -> str:
        return quote(text, safe="~")

    pairs = [encode(f"{encode(key)}={encode(value)}") for key, value in rest]
    base = f"{method}&{encode(f'{parts.scheme}://{parts.netloc}{parts.path}')}&{'%26'.join(pairs)}"
    expected = hmac.new(f"{secret}&".encode(), base.encode(), hashlib.sha256).digest()
    return hmac.compare_digest(base64.b64encode(expected).decode(), given_signature)


def test_over_plain_http_requests_are_signed(make: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, []))
    client = make()
    client.get("orders", per_page=5, status="any")
    client.put("orders/5", {"status": "completed"})
    for seen in stub.seen:
        assert verifies(seen.method, f"{stub.root}{seen.target}")
        assert seen.headers["Authorization"] is None
        assert SECRET not in seen.target
    assert stub.seen[0].path == f"{API}/orders"
    assert stub.seen[1].json == {"status": "completed"}
    assert stub.seen[1].headers["Content-Type"] == "application/json;charset=utf-8"


@pytest.mark.parametrize(
    "sku", ["Кружка, синяя", "A/1 б", "50%25", "a+b&c=d", "~ok_.-", "a  b", "[x]", "\"q'"]
)
def test_any_value_verifies(make: Make, stub: Any, reply: Any, sku: str) -> None:
    stub.replies(reply(200, []))
    make().get("products", sku=sku, per_page=1)
    assert verifies("GET", f"{stub.root}{stub.seen[0].target}")
    assert stub.seen[0].query["sku"] == sku


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1))
def test_every_text_arrives_as_it_was_and_verifies(make: Make, stub: Any, reply: Any, text: str) -> None:
    stub.replies(reply(200, []))
    make().get("products", search=text)
    assert stub.seen[-1].query["search"] == text
    assert verifies("GET", f"{stub.root}{stub.seen[-1].target}")


def test_no_nonce_is_used_twice(make: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, []))
    client = make()
    for _ in range(20):
        client.get("orders")
    assert len({seen.query["oauth_nonce"] for seen in stub.seen}) == 20


def test_over_tls_the_keys_go_as_basic_and_not_in_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, dict[str, str]]] = []

    def perform(_session: Any, _method: str, url: str, *, headers: dict[str, str], **_more: Any) -> Any:
        sent.append((url, headers))
        raise TransientError("stop here")

    monkeypatch.setattr("connectors.woocommerce.client.perform", perform)
    client = WooCommerce("https://Shop.example/store/", KEY, SECRET)
    with pytest.raises(TransientError):
        client.get("orders", per_page=5)
    url, headers = sent[0]
    assert url == "https://shop.example/store/wp-json/wc/v3/orders?per_page=5"
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"ck_key:cs_secret").decode()


def test_the_package_still_has_what_we_replace() -> None:
    """Its get/post/put/delete call a private method; when that is renamed, the pooled transport would be
    lost.
    """
    package = _PooledAPI.__mro__[1]
    assert {"_API__request", "_API__get_oauth_url", "_API__get_url"} <= set(vars(package))


def test_nothing_else_in_the_product_touches_the_package() -> None:
    root = Path(__file__).parents[2]
    found = [
        path.relative_to(root).as_posix()
        for folder in ("bridge", "connectors")
        for path in (root / folder).rglob("*.py")
        if re.search(r"^\s*(from|import) woocommerce\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert found == ["connectors/woocommerce/client.py"]


def test_a_redirect_is_not_followed_and_the_right_address_named(make: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(301, b"", {"Location": "https://www.shop.example/wp-json/wc/v3/orders/5"}))
    with pytest.raises(WrongHost, match=r"Use https://www\.shop\.example as"):
        make().put("orders/5", {})
    assert len(stub.seen) == 1


@pytest.mark.parametrize(
    "path", ["", "/", "../users", "orders/../../wp/v2/users", "orders//5", "orders/5?x=1", "a b"]
)
def test_a_path_that_leaves_the_api_is_not_called(make: Make, stub: Any, path: str) -> None:
    with pytest.raises(WrongHost):
        make().get(path)
    assert stub.seen == []


def test_pages_are_counted_by_the_headers_and_link_is_not_followed(make: Make, stub: Any, reply: Any) -> None:
    def listing(request: Any) -> Any:
        number = int(request.query["page"])
        headers = {"X-WP-Total": "5", "X-WP-TotalPages": "3", "Link": '<https://evil.example/>; rel="next"'}
        return reply(200, [{"id": number * 2 - 1}, {"id": number * 2}][: 1 if number == 3 else 2], headers)

    stub.script = listing
    assert [row["id"] for row in make().rows("products", per_page=2)] == [1, 2, 3, 4, 5]
    assert [seen.query["page"] for seen in stub.seen] == ["1", "2", "3"]


def test_without_the_header_a_short_page_is_the_last(make: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, [{"id": 1}, {"id": 2}]), reply(200, [{"id": 3}]))
    assert len(list(make().rows("products", per_page=2))) == 3


def test_beyond_the_last_page(make: Make, stub: Any, reply: Any, payload: Any) -> None:
    capture = payload("woocommerce/orders_list_beyond_last.json")
    stub.replies(reply(200, capture["body"], {"X-WP-Total": "0", "X-WP-TotalPages": "0"}))
    assert list(make().rows("orders")) == []
    assert len(stub.seen) == 1


def test_orders_modified_since_are_read_oldest_change_first(
    make: Make, stub: Any, reply: Any, payload: Any
) -> None:
    capture = payload("woocommerce/orders_list_modified_after.json")
    stub.replies(reply(200, capture["body"], capture["headers"]))
    found = list(make().orders.modified_since("2020-01-01T00:00:00"))
    assert [order["id"] for order in found] == [order["id"] for order in capture["body"]]
    query = {key: value for key, value in stub.seen[0].query.items() if not key.startswith("oauth_")}
    assert query == {
        "modified_after": "2020-01-01T00:00:00",
        "dates_are_gmt": "true",
        "orderby": "modified",
        "order": "asc",
        "per_page": "100",
        "page": "1",
        "status": "any",
    }


@pytest.mark.parametrize("same_second", [False, True])
def test_orders_that_change_while_they_are_read_push_none_out_of_sight(
    make: Make, stub: Any, reply: Any, same_second: bool
) -> None:
    orders = {
        number: f"2026-11-21T18:{0 if same_second else number // 60:02}:{0 if same_second else number % 60:02}"
        for number in range(1, 251)
    }

    def listing(request: Any) -> Any:
        after = request.query["modified_after"]
        order = sorted((moment, number) for number, moment in orders.items() if moment > after)
        start = (int(request.query["page"]) - 1) * 100
        part = [{"id": number, "date_modified_gmt": moment} for moment, number in order[start : start + 100]]
        if len(stub.seen) == 1 and not same_second:
            orders[1] = "2026-11-21T19:00:00"
        return reply(200, part, {"X-WP-TotalPages": str(-(-len(order) // 100))})

    stub.script = listing
    found = [
        (order["id"], order["date_modified_gmt"])
        for order in make().orders.modified_since("2026-11-01T00:00:00")
    ]
    assert len(found) == len(set(found)) == (250 if same_second else 251)
    assert {number for number, _moment in found} == set(orders)


def test_orders_are_read_changed_and_annotated(make: Make, stub: Any, reply: Any, payload: Any) -> None:
    trashed = payload("woocommerce/order_trashed_get.json")["body"]
    note = payload("woocommerce/order_note_create.json")["body"]
    stub.replies(reply(200, trashed), reply(200, {"id": 5}), reply(201, note), reply(200, []), reply(200, []))
    client = make()
    assert client.orders.get(632)["status"] == "trash"
    assert client.orders.update(5, {"status": "completed"}) == {"id": 5}
    assert client.orders.add_note(621, "заметка")["note"] == "заметка"
    assert client.orders.by_ids([3, 1, 3]) == []
    assert client.orders.refunds(5) == []
    assert [(seen.method, seen.path.removeprefix(API)) for seen in stub.seen] == [
        ("GET", "/orders/632"),
        ("PUT", "/orders/5"),
        ("POST", "/orders/621/notes"),
        ("GET", "/orders"),
        ("GET", "/orders/5/refunds"),
    ]
    assert stub.seen[2].json == {"note": "заметка", "customer_note": False}
    assert stub.seen[3].query["include"] == "3,1"


def test_refusals_are_raised(make: Make, stub: Any, reply: Any, payload: Any) -> None:
    missing = payload("woocommerce/error_404_order.json")
    readonly = payload("woocommerce/error_401_readonly_key_write.json")
    stub.replies(reply(404, missing["body"]), reply(401, readonly["body"]), reply(200, b"<!doctype html>"))
    with pytest.raises(NotFound):
        make().orders.get(99999999)
    with pytest.raises(AuthError, match="no write permission"):
        make().orders.update(626, {"status": "completed"})
    with pytest.raises(TransientError, match="web page"):
        make().orders.update(626, {"status": "completed"})


def test_an_answer_lost_after_a_write_is_an_unknown_outcome(make: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, cut="before"))
    with pytest.raises(OutcomeUnknown):
        make().orders.add_note(1, "x")
    with pytest.raises(TransientError):
        make().orders.get(1)


def test_products_and_variations_are_listed_with_few_fields(
    make: Make, stub: Any, reply: Any, payload: Any
) -> None:
    stub.replies(
        reply(200, payload("woocommerce/products_list.json")["body"], {"X-WP-TotalPages": "1"}),
        reply(200, payload("woocommerce/variations_list.json")["body"], {"X-WP-TotalPages": "1"}),
    )
    client = make()
    assert len(list(client.products.products())) == 5
    assert all(item["type"] == "variation" for item in client.products.variations(313))
    assert "stock_quantity" in stub.seen[0].query["_fields"]
    assert (stub.seen[0].query["status"], stub.seen[0].query["orderby"]) == ("any", "id")
    assert stub.seen[1].path == f"{API}/products/313/variations"


def test_skus_are_asked_for_fifty_at_a_time(make: Make, stub: Any, reply: Any, payload: Any) -> None:
    found = payload("woocommerce/products_sku_csv.json")["body"]
    stub.replies(reply(200, found, {"X-WP-TotalPages": "1"}), reply(200, []))
    skus = [f"S-{number:05}" for number in range(60)]
    assert len(make().products.by_skus([*skus, "", "S-00001", "with,comma"])) == 3
    assert [len(seen.query["sku"].split(",")) for seen in stub.seen] == [50, 10]


def test_a_batch_with_good_and_bad_items(make: Make, stub: Any, reply: Any, payload: Any) -> None:
    capture = payload("woocommerce/products_batch_with_error.json")
    updates = [item for item in capture["request"]["body"]["update"] if item.get("stock_quantity") != "abc"]
    body = {"update": [capture["body"]["update"][number] for number in (0, 1, 2, 4)]}
    stub.replies(reply(200, body))
    changed, unknown, taken, parent = make().products.batch(updates)
    assert changed["stock_quantity"] == 43
    assert type(unknown) is NotFound
    assert (type(taken), taken.code) == (PermanentError, "product_invalid_sku")
    assert parent["id"] == 313
    assert stub.seen[0].json == {"update": updates}


def test_a_variation_sent_to_the_wrong_batch_is_not_found(
    make: Make, stub: Any, reply: Any, payload: Any
) -> None:
    capture = payload("woocommerce/product_batch_variation_id_via_products.json")
    stub.replies(reply(200, capture["body"]))
    (result,) = make().products.batch(capture["request"]["body"]["update"])
    assert type(result) is NotFound


def test_variations_have_a_batch_of_their_own(make: Make, stub: Any, reply: Any, payload: Any) -> None:
    capture = payload("woocommerce/variations_batch_with_error.json")
    stub.replies(reply(200, capture["body"]))
    good, bad = make().products.variations_batch(313, capture["request"]["body"]["update"])
    assert good["stock_quantity"] == 77
    assert type(bad) is NotFound
    assert stub.seen[0].path == f"{API}/products/313/variations/batch"


def test_batches_hold_a_hundred_and_wrong_types_are_not_sent(make: Make, stub: Any, reply: Any) -> None:
    stub.script = lambda request: reply(200, request.json)
    updates: list[dict[str, Any]] = [{"id": number, "stock_quantity": number} for number in range(1, 252)]
    updates[7]["stock_quantity"] = "abc"
    results = make().products.batch(updates)
    assert [len(seen.json["update"]) for seen in stub.seen] == [100, 100, 50]
    assert (type(results[7]), results[7].code) == (PermanentError, "net_type")
    assert [result["id"] for result in results if isinstance(result, dict)] == [
        number for number in range(1, 252) if number != 8
    ]


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"id": "5"},
        {"id": 0},
        {"id": True},
        {"id": 5, "stock_quantity": "1"},
        {"id": 5, "stock_quantity": True},
        {"id": 5, "stock_quantity": float("nan")},
        {"id": 5, "manage_stock": "yes"},
        {"id": 5, "stock_status": "gone"},
        {"id": 5, "backorders": True},
        {"id": 5, "regular_price": 10},
        {"id": 5, "regular_price": "10,50"},
        {"id": 5, "sku": None},
    ],
)
def test_what_woocommerce_would_store_as_nonsense_is_refused_here(
    make: Make, stub: Any, update: dict[str, Any]
) -> None:
    (result,) = make().products.batch([update])
    assert type(result) is PermanentError
    assert stub.seen == []


@pytest.mark.parametrize(
    "update",
    [
        {"id": 5, "stock_quantity": None},
        {"id": 5, "stock_quantity": -2.5, "manage_stock": True, "stock_status": "onbackorder"},
        {
            "id": 5,
            "manage_stock": "parent",
            "backorders": "notify",
            "regular_price": "10.50",
            "sale_price": "",
        },
    ],
)
def test_what_is_right_is_sent(make: Make, stub: Any, reply: Any, update: dict[str, Any]) -> None:
    stub.script = lambda request: reply(200, request.json)
    assert make().products.batch([update]) == [update]


def test_a_batch_that_fails_half_way_says_so_for_each_item(make: Make, stub: Any, reply: Any) -> None:
    def script(request: Any) -> Any:
        return reply(502, b"<html>") if len(stub.seen) == 2 else reply(200, request.json)

    stub.script = script
    results = make().products.batch([{"id": number, "stock_quantity": 1} for number in range(1, 251)])
    assert [type(result) for result in results] == [dict] * 100 + [OutcomeUnknown] * 100 + [
        TransientError
    ] * 50
    assert len(stub.seen) == 2


@pytest.mark.parametrize("body", [{}, {"update": []}, [], {"update": [{"id": 6}]}])
def test_an_answer_that_does_not_fit_the_batch_leaves_it_open(
    make: Make, stub: Any, reply: Any, body: Any
) -> None:
    stub.replies(reply(200, body))
    try:
        (result,) = make().products.batch([{"id": 5, "stock_quantity": 1}])
    except OutcomeUnknown:
        return
    assert type(result) is OutcomeUnknown


def test_the_site_tells_about_itself(make: Make, stub: Any, reply: Any, payload: Any) -> None:
    stub.replies(
        reply(200, payload("woocommerce/system_status.json")["body"]),
        reply(200, payload("woocommerce/order_statuses.json")["body"]),
        reply(200, payload("woocommerce/payment_gateways.json")["body"]),
        reply(200, {"environment": {}}),
    )
    site = make().site
    info = site.info()
    assert (info["currency"], info["decimals"], info["woocommerce"], info["hpos"]) == (
        "RUB",
        2,
        "11.0.1",
        True,
    )
    assert {"slug": "on-hold", "name": "On hold"} in site.statuses()
    assert {gateway["id"] for gateway in site.payment_gateways()} >= {"cod", "bacs"}
    with pytest.raises(TransientError, match="status report"):
        site.info()


def test_every_call_is_recorded_without_keys(make: Make, stub: Any, reply: Any) -> None:
    records: list[CallRecord] = []
    stub.replies(reply(200, []), reply(200, b"<html>"))
    client = make(observer=records.append)
    client.get("orders", search="ivan@shop.example")
    with pytest.raises(TransientError):
        client.get("orders")
    good, bad = records
    assert (good.method, good.status, good.error) == ("GET", 200, "")
    assert (bad.status, bad.error) == (200, "TransientError")
    assert not any(
        secret in good.url for secret in (KEY, SECRET, "ivan", stub.seen[0].query["oauth_signature"])
    )
