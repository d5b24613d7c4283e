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
    TransientError,
    WrongHost,
)
from connectors.transport.record import CallRecord
from connectors.woocommerce.client import WooCommerce, _PooledAPI

KEY, SECRET = "ck_key", "cs_secret"
API = "/wp-json/wc/v3"

Make = Callable[..., WooCommerce]


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


def test_over_plain_http_requests_are_signed(make_shop: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, []))
    client = make_shop()
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
def test_any_value_verifies(make_shop: Make, stub: Any, reply: Any, sku: str) -> None:
    stub.replies(reply(200, []))
    make_shop().get("products", sku=sku, per_page=1)
    assert verifies("GET", f"{stub.root}{stub.seen[0].target}")
    assert stub.seen[0].query["sku"] == sku


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1))
def test_every_text_arrives_as_it_was_and_verifies(make_shop: Make, stub: Any, reply: Any, text: str) -> None:
    stub.replies(reply(200, []))
    make_shop().get("products", search=text)
    assert stub.seen[-1].query["search"] == text
    assert verifies("GET", f"{stub.root}{stub.seen[-1].target}")


def test_no_nonce_is_used_twice(make_shop: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, []))
    client = make_shop()
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


def test_a_redirect_is_not_followed_and_the_right_address_named(
    make_shop: Make, stub: Any, reply: Any
) -> None:
    stub.replies(reply(301, b"", {"Location": "https://www.shop.example/wp-json/wc/v3/orders/5"}))
    with pytest.raises(WrongHost, match=r"Use https://www\.shop\.example as"):
        make_shop().put("orders/5", {})
    assert len(stub.seen) == 1


@pytest.mark.parametrize(
    "path", ["", "/", "../users", "orders/../../wp/v2/users", "orders//5", "orders/5?x=1", "a b"]
)
def test_a_path_that_leaves_the_api_is_not_called(make_shop: Make, stub: Any, path: str) -> None:
    with pytest.raises(WrongHost):
        make_shop().get(path)
    assert stub.seen == []


def test_pages_are_counted_by_the_headers_and_link_is_not_followed(
    make_shop: Make, stub: Any, reply: Any
) -> None:
    def listing(request: Any) -> Any:
        number = int(request.query["page"])
        headers = {"X-WP-Total": "5", "X-WP-TotalPages": "3", "Link": '<https://evil.example/>; rel="next"'}
        return reply(200, [{"id": number * 2 - 1}, {"id": number * 2}][: 1 if number == 3 else 2], headers)

    stub.script = listing
    assert [row["id"] for row in make_shop().rows("products", per_page=2)] == [1, 2, 3, 4, 5]
    assert [seen.query["page"] for seen in stub.seen] == ["1", "2", "3"]


def test_without_the_header_a_short_page_is_the_last(make_shop: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, [{"id": 1}, {"id": 2}]), reply(200, [{"id": 3}]))
    assert len(list(make_shop().rows("products", per_page=2))) == 3


def test_beyond_the_last_page(make_shop: Make, stub: Any, reply: Any, payload: Any) -> None:
    capture = payload("woocommerce/orders_list_beyond_last.json")
    stub.replies(reply(200, capture["body"], {"X-WP-Total": "0", "X-WP-TotalPages": "0"}))
    assert list(make_shop().rows("orders")) == []
    assert len(stub.seen) == 1


def test_refusals_are_raised(make_shop: Make, stub: Any, reply: Any, payload: Any) -> None:
    missing = payload("woocommerce/error_404_order.json")
    readonly = payload("woocommerce/error_401_readonly_key_write.json")
    stub.replies(reply(404, missing["body"]), reply(401, readonly["body"]), reply(200, b"<!doctype html>"))
    with pytest.raises(NotFound):
        make_shop().orders.get(99999999)
    with pytest.raises(AuthError, match="no write permission"):
        make_shop().orders.update(626, {"status": "completed"})
    with pytest.raises(TransientError, match="web page"):
        make_shop().orders.update(626, {"status": "completed"})


def test_an_answer_lost_after_a_write_is_an_unknown_outcome(make_shop: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, cut="before"))
    with pytest.raises(OutcomeUnknown):
        make_shop().orders.add_note(1, "x")
    with pytest.raises(TransientError):
        make_shop().orders.get(1)


def test_the_site_tells_about_itself(make_shop: Make, stub: Any, reply: Any, payload: Any) -> None:
    stub.replies(
        reply(200, payload("woocommerce/system_status.json")["body"]),
        reply(200, payload("woocommerce/order_statuses.json")["body"]),
        reply(200, payload("woocommerce/payment_gateways.json")["body"]),
        reply(200, {"environment": {}}),
    )
    site = make_shop().site
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


def test_every_call_is_recorded_without_keys(make_shop: Make, stub: Any, reply: Any) -> None:
    records: list[CallRecord] = []
    stub.replies(reply(200, []), reply(200, b"<html>"))
    client = make_shop(observer=records.append)
    client.get("orders", search="ivan@shop.example")
    with pytest.raises(TransientError):
        client.get("orders")
    good, bad = records
    assert (good.method, good.status, good.error) == ("GET", 200, "")
    assert (bad.status, bad.error) == (200, "TransientError")
    assert bad.code == "net_html"
    assert not any(secret in repr(good) for secret in (KEY, SECRET, "ivan"))
