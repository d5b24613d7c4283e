"""Keys of the shop: OAuth 1.0a over http and all that can be wrong about it, errors word for word as captured."""

from __future__ import annotations

import time

import pytest
import requests
from woocommerce.oauth import OAuth


def captured(payload, name):
    recorded = payload(f"woocommerce/{name}")
    return recorded["status"], recorded["body"]


def seen(answer):
    return answer.status_code, answer.json()


def get(url, **more):
    with requests.Session() as session:
        return session.get(url, timeout=10, **more)


def test_a_signed_call_is_let_in(shop_api):
    assert shop_api.call("GET", "/orders").status_code == 200


def test_the_signature_of_another_library_is_let_in(shop_api):
    """The woocommerce package signs with code of its own."""
    url = f"{shop_api.base}/products?sku=S-00001,V-00001-1&per_page=5"
    signed = OAuth(
        url=url,
        consumer_key=shop_api.key,
        consumer_secret=shop_api.secret,
        version="wc/v3",
        method="GET",
        oauth_timestamp=int(time.time()),
    ).get_oauth_url()
    answer = get(signed)
    assert answer.status_code == 200
    assert {row["sku"] for row in answer.json()} == {"S-00001", "V-00001-1"}


def test_no_signature_and_basic_over_http_are_no_login(shop_api, payload):
    expected = captured(payload, "error_401_no_auth")
    assert seen(get(shop_api.base + "/orders")) == expected
    assert seen(get(shop_api.base + "/orders", auth=(shop_api.key, shop_api.secret))) == expected


def test_a_wrong_secret_key_and_time_are_told_apart(shop_api, payload):
    old = str(int(time.time()) - 3600)
    right = shop_api.secret
    shop_api.secret = "cs_wrong"
    wrong_secret = get(shop_api.signed("GET", "/orders", {}))
    shop_api.secret = right
    assert seen(wrong_secret) == captured(payload, "error_401_bad_secret")
    wrong_key = get(shop_api.signed("GET", "/orders", {}, oauth_consumer_key="ck_wrong"))
    assert seen(wrong_key) == captured(payload, "error_401_bad_key")
    stale = get(shop_api.signed("GET", "/orders", {}, oauth_timestamp=old))
    assert seen(stale) == captured(payload, "error_401_stale_timestamp")


def test_a_nonce_is_good_for_one_call(shop_api, payload):
    url = shop_api.signed("GET", "/orders", {})
    assert get(url).status_code == 200
    assert seen(get(url)) == captured(payload, "error_401_nonce_reuse")


def test_changing_a_signed_query_breaks_the_signature(shop_api):
    assert get(shop_api.signed("GET", "/orders", {"per_page": 1}) + "&page=2").status_code == 401


def test_a_reading_key_cannot_write(shop_api, payload):
    keys = shop_api.key, shop_api.secret
    shop_api.key, shop_api.secret = shop_api.box.store.read_only_key, shop_api.box.store.read_only_secret
    reads = shop_api.call("GET", "/orders")
    writes = shop_api.call("PUT", "/orders/626", {"status": "completed"})
    shop_api.key, shop_api.secret = keys
    assert reads.status_code == 200
    assert seen(writes) == captured(payload, "error_401_readonly_key_write")


@pytest.mark.parametrize(
    ("name", "method", "path", "body", "params"),
    [
        ("error_404_order", "GET", "/orders/99999999", None, {}),
        ("error_404_product", "GET", "/products/99999999", None, {}),
        ("error_404_route", "GET", "/nonsense", None, {}),
        ("error_400_invalid_param", "GET", "/orders", None, {"per_page": 1000}),
        ("error_400_invalid_status", "GET", "/orders", None, {"status": "nonsense"}),
    ],
)
def test_errors_are_word_for_word_as_captured(shop_api, payload, name, method, path, body, params):
    assert seen(shop_api.call(method, path, body, **params)) == captured(payload, name)


def test_a_malformed_body_is_told_as_captured(shop_api, payload):
    with requests.Session() as session:
        answer = session.post(shop_api.signed("POST", "/orders", {}), data='{"a":', timeout=10)
    assert seen(answer) == captured(payload, "error_400_malformed_json")


def test_the_index_of_the_api_needs_no_key(shop_api):
    index = get(shop_api.box.store.url + "/wp-json/").json()
    assert "wc/v3" in index["namespaces"]
    assert index["home"] == shop_api.box.store.url
