"""The error catalogue names every code the vendors are known to answer, and says what the bridge really does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from bridge.connections.faults import is_outage, problem_of
from bridge.connections.models import Connection, Vendor
from bridge.connections.vendor_codes import LOGIN, PASSING, problem_named
from bridge.problems import CATALOGUE, cause, entry, remedy
from bridge.problems.entry import Kind, Retry
from connectors.errors import ConnectorError, PermanentError
from connectors.moysklad.errors import error_from_envelope
from connectors.transport.call import Answer
from connectors.woocommerce.errors import error_from, error_from_item

PAYLOADS = Path(__file__).parents[1] / "payloads" / "woocommerce"

# «Ошибки» of MoySklad's JSON API 1.2, the codes a client meets, with the HTTP status each comes with; ranges whole.
BY_STATUS = {
    400: "1005 1007 1012 1014 1030 1034 1035 1041 1042 1047 1052 1058 1059 1060 1062 1063 1066 1067 1069 1089 1096 "
    "2001 2006 2009 2010-2014 2016 2021 2024 2027 2029 3042 3043",
    401: "1056",
    402: "47000",
    403: "1016 1017 1018 1045 1048 1061 1064 1070 1075 1092 13003 13004 30004 30006",
    404: "1002 1008 1021",
    405: "1039",
    409: "1028",
    412: "1065 3000-3006 3008 3013-3016 3024 3034 3040 11000-11002 13005 14000-14030 15000 15001 16000-16030 17000 "
    "17001 17003 17005-17009 17014 17018 17021 22000 22001 22004 28000 29000-29003 30000-30003 30005 30007-30010 "
    "31000-31003 61000-61007 67007",
    413: "1044 2007 2022",
    429: "1049 1073",
    500: "1083 1088 1999",
    503: "1036 1074 1095 61008",
}
# The documents' own table, "retry or not".
WITH_BACKOFF = {1036, 1049, 1073, 1074, 1083, 1095, 61008}
AFTER_READING = {1065, 1088}
WHOLE_ACCOUNT = {1048, 1056, 1061}
UNKNOWN_OUTCOME = {1999}  # a 500: it may have been done
BY_ITSELF = {Retry.ITSELF, Retry.LOOK_FIRST, Retry.CONNECTION}


def codes(text: str) -> Iterator[int]:
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", text):
        yield from range(int(first), int(last or first) + 1)


MOYSKLAD = [(status, code) for status, text in BY_STATUS.items() for code in codes(text)]


def refusal(status: int, code: int) -> ConnectorError:
    body = {"errors": [{"error": f"отказ {code}", "code": code}]}
    return error_from_envelope(body, status, "POST")


def bodies_of_captures() -> Iterator[tuple[str, int, dict[str, Any], bool]]:
    """(file, HTTP status, body, whether it is one item of a batch) of every error a real shop answered."""
    for path in sorted(PAYLOADS.glob("*.json")):
        capture = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(capture, dict) or "body" not in capture:
            continue
        status, body = capture.get("status", 200), capture["body"]
        if isinstance(status, int) and status >= 400:
            yield path.name, status, body, False
        for item in _items(body):
            yield path.name, status, item, True


def _items(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _items(one)
    elif isinstance(value, dict):
        if isinstance(value.get("error"), dict) and "code" in value["error"]:
            yield value["error"]
        for one in value.values():
            yield from _items(one)


def connection(vendor: str) -> Connection:
    return Connection(vendor=vendor, name="one")


def named(vendor: str, error: ConnectorError) -> str:
    return problem_of(error, connection(vendor)).code


@pytest.mark.parametrize(("status", "code"), MOYSKLAD)
def test_every_code_of_moysklad_has_an_entry_of_its_own_cause(status: int, code: int) -> None:
    assert problem_named(Vendor.MOYSKLAD, str(code)) in CATALOGUE
    found = named(Vendor.MOYSKLAD, refusal(status, code))
    assert found in CATALOGUE
    assert found not in ("refused", "away"), "these say nothing about the code"


@pytest.mark.parametrize(("status", "code"), MOYSKLAD)
def test_what_the_catalogue_says_of_trying_again_is_what_is_done(status: int, code: int) -> None:
    error = refusal(status, code)
    said = entry(named(Vendor.MOYSKLAD, error)).retry
    if code in WHOLE_ACCOUNT:
        assert (said, is_outage(error)) == (Retry.CONNECTION, True)
    elif code in WITH_BACKOFF | AFTER_READING | UNKNOWN_OUTCOME:
        assert said in BY_ITSELF
        assert not isinstance(error, PermanentError), "the outbox gives up what is permanent"
    else:
        assert said == Retry.PERSON
        assert isinstance(error, PermanentError)
        assert not is_outage(error)


def test_the_captures_hold_the_errors_that_are_known() -> None:
    found = {body["code"] for _file, _status, body, _item in bodies_of_captures()}
    assert {
        "rest_invalid_param",
        "rest_invalid_json",
        "rest_no_route",
        "product_invalid_sku",
        "woocommerce_rest_authentication_error",
        "woocommerce_rest_cannot_view",
        "woocommerce_rest_cannot_create_order_refund",
        "woocommerce_rest_invalid_coupon",
        "woocommerce_rest_invalid_product_id",
        "woocommerce_rest_product_invalid_id",
        "woocommerce_rest_product_variation_invalid_id",
        "woocommerce_rest_request_entity_too_large",
        "woocommerce_rest_shop_order_invalid_id",
    } <= found


@pytest.mark.parametrize(("file", "status", "body", "item"), list(bodies_of_captures()))
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_every_error_of_a_shop_has_an_entry_that_says_what_is_done(
    file: str, status: int, body: dict[str, Any], item: bool, method: str
) -> None:
    answer = Answer(status, {}, json.dumps(body).encode())
    error = error_from_item(body, status, method) if item else error_from(answer, method)
    assert problem_named(Vendor.WOOCOMMERCE, body["code"]) in CATALOGUE
    said = entry(named(Vendor.WOOCOMMERCE, error))
    assert named(Vendor.WOOCOMMERCE, error) not in ("refused", "away")
    permanent = isinstance(error, PermanentError) and not is_outage(error)
    assert (said.retry == Retry.PERSON) == permanent


def test_sold_out_at_the_checkout_has_an_entry_too() -> None:
    assert problem_named(Vendor.WOOCOMMERCE, "woocommerce_rest_product_out_of_stock") in CATALOGUE


@pytest.mark.parametrize("code", ["rest_not_in_enum", "rest_out_of_bounds"])
def test_a_detail_of_a_refused_value_is_the_refused_value(code: str) -> None:
    assert problem_named(Vendor.WOOCOMMERCE, code) == problem_named(Vendor.WOOCOMMERCE, "rest_invalid_param")


@pytest.mark.parametrize("vendor", [Vendor.MOYSKLAD, Vendor.WOOCOMMERCE])
@pytest.mark.parametrize("code", ["", "0", "777", "99999", "a_plugin_of_the_shop"])
def test_a_code_nobody_knows_keeps_the_vendors_own_words(vendor: str, code: str) -> None:
    problem = problem_of(PermanentError("their words", code=code, status=422), connection(vendor))
    assert problem.code == "refused"
    assert problem.params["detail"] == "their words"


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_entry_reads_in_both_languages(code: str) -> None:
    with override("en"):
        english = (cause(code), remedy(code))
    with override("ru"):
        russian = (cause(code), remedy(code))
    assert all(english)
    assert all(re.search("[А-Яа-яЁё]", text) for text in russian), russian
    assert not re.search(r"%\(|%s", "".join([*english, *russian]))
    assert code not in russian[0], "the bridge's own code is nothing to read"


def test_what_goes_by_itself_asks_nobody_for_anything_but_a_login_or_an_address() -> None:
    for code, one in CATALOGUE.items():
        if one.retry in (Retry.ITSELF, Retry.LOOK_FIRST):
            assert one.kind == Kind.WAIT, code
    assert all(entry(code).retry == Retry.CONNECTION for code in LOGIN)
    assert all(entry(code).retry in BY_ITSELF for code in PASSING)
