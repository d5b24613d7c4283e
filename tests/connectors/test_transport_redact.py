"""No secret and no personal data leaves through a log line."""

from __future__ import annotations

import json

import pytest

from connectors.transport.redact import (
    redact_body,
    redact_headers,
    redact_personal,
    redact_secrets,
    redact_url,
)

SECRETS = ["ck_0123456789abcdef", "cs_0123456789abcdef", "s3cr3t-token", "aWQ6cGFzcw=="]


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://a:b@shop.example/p", "https://***@shop.example/p"),
        ("https://s.example/?consumer_key=ck_1&consumer_secret=cs_2&per_page=5",
         "https://s.example/?consumer_key=***&consumer_secret=***&per_page=5"),
        ("http://s.example/o?oauth_nonce=1&oauth_signature=a%3D&page=2",
         "http://s.example/o?oauth_nonce=***&oauth_signature=***&page=2"),
        ("https://api.example/c?filter=email%3Divan@shop.example;phone%3D%2B79991234567",
         "https://api.example/c?filter=email=***;phone=***"),
        ("https://api.example/o?filter=updated%3E%3D2026-07-10%2000:00:00&limit=100",
         "https://api.example/o?filter=updated>=2026-07-10 00:00:00&limit=100"),
    ],
)  # fmt: skip
def test_addresses(url: str, clean: str) -> None:
    assert redact_url(url) == clean


def test_headers() -> None:
    headers = {
        "Authorization": f"Bearer {SECRETS[2]}",
        "Link": '<http://s.example/?oauth_consumer_key=ck_0123456789abcdef&page=2>; rel="next"',
        "Content-Type": "application/json",
    }
    clean = redact_headers(headers)
    assert clean["Authorization"] == "***"
    assert clean["Content-Type"] == "application/json"
    assert not any(secret in json.dumps(clean) for secret in SECRETS)
    assert "page=2" in clean["Link"]


def test_bodies_keep_their_shape_and_lose_their_persons() -> None:
    body = {
        "id": 5,
        "total": "10.00",
        "billing": {"first_name": "Пётр", "email": "p@shop.example", "city": "Москва", "company": ""},
        "access_token": SECRETS[2],
        "note": "позвоните +7 999 123-45-67 или p@shop.example",
        "line_items": [{"sku": "S-00001", "quantity": 2}],
    }
    clean = json.loads(redact_body(json.dumps(body, ensure_ascii=False).encode()))
    assert clean["billing"] == {"first_name": "***", "email": "***", "city": "Москва", "company": ""}
    assert clean["access_token"] == "***"
    assert clean["note"] == "позвоните *** или ***"
    assert (clean["id"], clean["total"], clean["line_items"]) == (5, "10.00", body["line_items"])


def test_text_that_is_no_json_is_masked_too() -> None:
    text = redact_body(b"Basic aWQ6cGFzcw== ck_0123456789abcdef p@shop.example")
    assert text == "Basic *** *** ***"


def test_a_long_body_is_cut() -> None:
    assert redact_body(b"x" * 100, limit=10) == "xxxxxxxxxx… (100 bytes)"


@pytest.mark.parametrize(
    "text",
    ["2026-07-10 11:02:19.377", "3c9a4b1e-5e01-11f0-0a80-16b200001a01", "4600051000057", "заказ 10452"],
)
def test_dates_ids_and_barcodes_are_not_taken_for_phones(text: str) -> None:
    assert redact_personal(text) == text


@pytest.mark.parametrize(
    "phone", ["+79991234567", "8 (999) 123-45-67", "+7 999 123-45-67", "+998 90 123 45 67"]
)
def test_phones_in_their_many_spellings_are_masked(phone: str) -> None:
    assert redact_personal(f"тел. {phone}, офис") == "тел. ***, офис"


def test_keys_in_free_text() -> None:
    text = redact_secrets("GET /?consumer_secret=cs_0123456789abcdef&x=1 with Bearer s3cr3t-token")
    assert not any(secret in text for secret in SECRETS)
    assert "x=1" in text
