"""Every refusal of WooCommerce, as captured from a real shop, has one meaning for the caller."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.errors import (
    AuthError,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
    WrongHost,
)
from connectors.transport.call import Answer
from connectors.woocommerce.errors import DEFAULT_PAUSE, error_from, error_from_item, unreadable


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("error_400_bad_body", PermanentError, "rest_invalid_param"),
        ("error_400_bad_coupon_in_order", PermanentError, "woocommerce_rest_invalid_coupon"),
        ("error_400_invalid_param", PermanentError, "rest_invalid_param"),
        ("error_400_invalid_status", PermanentError, "rest_invalid_param"),
        ("error_400_malformed_json", PermanentError, "rest_invalid_json"),
        ("error_401_bad_key", AuthError, "woocommerce_rest_authentication_error"),
        ("error_401_bad_secret", AuthError, "woocommerce_rest_authentication_error"),
        ("error_401_https_bad_basic", AuthError, "woocommerce_rest_cannot_view"),
        ("error_401_no_auth", AuthError, "woocommerce_rest_cannot_view"),
        ("error_401_nonce_reuse", AuthError, "woocommerce_rest_authentication_error"),
        ("error_401_readonly_key_write", AuthError, "woocommerce_rest_authentication_error"),
        ("error_401_stale_timestamp", AuthError, "woocommerce_rest_authentication_error"),
        ("error_404_order", NotFound, "woocommerce_rest_shop_order_invalid_id"),
        ("order_deleted_404", NotFound, "woocommerce_rest_shop_order_invalid_id"),
        ("error_404_product", NotFound, "woocommerce_rest_product_invalid_id"),
        ("error_404_route", TransientError, "rest_no_route"),
        ("error_500_refund_too_much", PermanentError, "woocommerce_rest_cannot_create_order_refund"),
        ("products_batch_over_limit_413", PermanentError, "woocommerce_rest_request_entity_too_large"),
        ("product_create_duplicate_sku_400", PermanentError, "product_invalid_sku"),
    ],
)
def test_captured_refusals(name: str, kind: type, code: str, payload: Any) -> None:
    capture = payload(f"woocommerce/{name}.json")
    answer = Answer(capture["status"], capture["headers"], json.dumps(capture["body"]).encode())
    error = error_from(answer, capture["request"]["method"])
    assert type(error) is kind
    assert (error.code, error.status) == (code, capture["status"])
    assert "&quot;" not in error.detail


def test_the_parameter_at_fault_and_the_whole_body_are_kept(payload: Any) -> None:
    capture = payload("woocommerce/error_400_bad_body.json")
    error = error_from(Answer(400, {}, json.dumps(capture["body"]).encode()), "PUT")
    assert error.parameter == "status"
    assert error.raw["data"]["details"]["status"]["code"] == "rest_not_in_enum"


def test_the_taken_sku_names_its_owner(payload: Any) -> None:
    item = payload("woocommerce/products_batch_with_error.json")["body"]["create"][0]
    assert error_from_item(item["error"], 200, "POST").raw["data"]["resource_id"] == 15


@pytest.mark.parametrize(
    ("status", "on_read", "on_write"),
    [
        (403, Forbidden, Forbidden),
        (500, TransientError, OutcomeUnknown),
        (502, TransientError, OutcomeUnknown),
        (503, TransientError, TransientError),
        (504, TransientError, OutcomeUnknown),
        (524, TransientError, OutcomeUnknown),
    ],
)
def test_other_statuses(status: int, on_read: type, on_write: type) -> None:
    body = json.dumps({"code": "internal_server_error", "message": "Критическая ошибка", "data": {}}).encode()
    assert type(error_from(Answer(status, {}, body), "GET")) is on_read
    assert type(error_from(Answer(status, {}, body), "PUT")) is on_write
    assert type(error_from(Answer(status, {}, b"[]"), "PUT")) is on_write


@pytest.mark.parametrize(
    ("status", "body", "on_read", "on_write"),
    [
        (200, b"<!DOCTYPE html><html>", TransientError, TransientError),
        (200, b"\n <html>", TransientError, TransientError),
        (200, b"<br /><b>Warning</b>: x {\"id\": 5}", TransientError, OutcomeUnknown),
        (200, b"", TransientError, OutcomeUnknown),
        (403, b"<html>blocked</html>", TransientError, TransientError),
        (404, b"<html>not found</html>", TransientError, TransientError),
        (401, b"<html>login</html>", AuthError, AuthError),
        (413, b"<html>nginx</html>", PermanentError, PermanentError),
        (500, b"<html>critical error</html>", TransientError, OutcomeUnknown),
        (502, b"<html>nginx</html>", TransientError, OutcomeUnknown),
        (503, b"<html>maintenance</html>", TransientError, TransientError),
    ],
)  # fmt: skip
def test_answers_that_are_no_json(status: int, body: bytes, on_read: type, on_write: type) -> None:
    assert type(unreadable(Answer(status, {}, body), "GET")) is on_read
    assert type(unreadable(Answer(status, {}, body), "POST")) is on_write


@pytest.mark.parametrize(
    ("headers", "pause"),
    [({"Retry-After": "7"}, 7.0), ({}, DEFAULT_PAUSE), ({"Retry-After": "Wed, 21 Oct 2026"}, DEFAULT_PAUSE)],
)
@pytest.mark.parametrize("body", [b'{"code": "too_many", "message": "x"}', b"<html>429</html>"])
def test_a_host_that_asks_to_slow_down(headers: dict[str, str], pause: float, body: bytes) -> None:
    error = error_from(Answer(429, headers, body), "GET")
    assert isinstance(error, RateLimited)
    assert error.retry_after == pause


@pytest.mark.parametrize(
    ("location", "named"),
    [
        (
            "https://www.shop.example/wp-json/wc/v3/orders?oauth_signature=x",
            "Use https://www.shop.example as",
        ),
        ("https://shop.example:8443/store/wp-json/wc/v3/orders", "Use https://shop.example:8443/store as"),
        ("https://shop.example/login", "Use https://shop.example as"),
        ("/elsewhere", "final address"),
        ("", "final address"),
    ],
)
def test_a_redirect_names_the_right_address(location: str, named: str) -> None:
    error = error_from(Answer(301, {"Location": location}, b""), "GET")
    assert type(error) is WrongHost
    assert named in error.detail
    assert "oauth" not in error.detail
