"""Every refusal of MoySklad has one meaning for the caller."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.errors import (
    AuthError,
    Conflict,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
    WrongHost,
)
from connectors.moysklad.errors import error_from
from connectors.transport.call import Answer


def answer(status: int, body: Any = b"", **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def envelope(*codes: int | None) -> dict[str, Any]:
    return {"errors": [{"error": f"отказ {code}", **({"code": code} if code else {})} for code in codes]}


@pytest.mark.parametrize(
    ("status", "code", "on_read", "on_write"),
    [
        (400, 1014, PermanentError, PermanentError),
        (400, 2016, PermanentError, PermanentError),
        (401, 1056, AuthError, AuthError),
        (401, None, AuthError, AuthError),
        (403, 1061, AuthError, AuthError),
        (403, 1048, AuthError, AuthError),
        (403, 1016, Forbidden, Forbidden),
        (403, 1075, Forbidden, Forbidden),
        (403, 13004, Forbidden, Forbidden),
        (403, 30004, Forbidden, Forbidden),
        (403, 1070, Forbidden, Forbidden),
        (402, 47000, Forbidden, Forbidden),
        (403, None, Forbidden, Forbidden),
        (404, 1021, NotFound, NotFound),
        (404, None, NotFound, NotFound),
        (404, 1002, PermanentError, PermanentError),
        (405, 1039, PermanentError, PermanentError),
        (409, 1028, PermanentError, PermanentError),
        (412, 1065, Conflict, Conflict),
        (409, 1065, Conflict, Conflict),
        (412, 3000, PermanentError, PermanentError),
        (412, 3006, PermanentError, PermanentError),
        (412, 17000, PermanentError, PermanentError),
        (412, 13005, PermanentError, PermanentError),
        (413, 2007, PermanentError, PermanentError),
        (415, None, PermanentError, PermanentError),
        (429, 1049, RateLimited, RateLimited),
        (429, None, RateLimited, RateLimited),
        (400, 1074, TransientError, TransientError),
        (400, 1095, TransientError, TransientError),
        (500, 1999, TransientError, OutcomeUnknown),
        (500, None, TransientError, OutcomeUnknown),
        (502, None, TransientError, OutcomeUnknown),
        (503, None, TransientError, TransientError),
        (503, 1074, TransientError, TransientError),
        (504, None, TransientError, OutcomeUnknown),
        (500, 1083, TransientError, OutcomeUnknown),
        (400, 1088, TransientError, OutcomeUnknown),
    ],
)
def test_status_and_code_decide(status: int, code: int | None, on_read: type, on_write: type) -> None:
    body = envelope(code)
    assert type(error_from(answer(status, body), "GET")) is on_read
    error = error_from(answer(status, body), "POST")
    assert type(error) is on_write
    assert (error.status, error.code) == (status, str(code or ""))


@pytest.mark.parametrize("status", [404, 415, 500])
def test_an_empty_answer_is_judged_by_its_status(status: int) -> None:
    kinds = {404: NotFound, 415: PermanentError, 500: OutcomeUnknown}
    assert type(error_from(answer(status), "DELETE")) is kinds[status]


def test_a_web_page_is_named_and_says_nothing_about_an_object() -> None:
    page = b"<html><h1>502 Bad Gateway</h1></html>"
    assert type(error_from(answer(502, page), "GET")) is TransientError
    assert type(error_from(answer(502, page), "POST")) is OutcomeUnknown
    missing = error_from(answer(404, page), "GET")
    assert type(missing) is WrongHost, "every call would end there: nothing is wrong with the object"
    assert "web page" in missing.detail


def test_several_errors_become_one_with_all_sentences(payload: Any) -> None:
    sample = payload("moysklad/error_412_required.json")
    error = error_from(answer(412, sample["body"]), "POST")
    assert (error.code, error.parameter) == ("3000", "organization")
    assert "organization" in error.detail
    assert "agent" in error.detail
    assert len(error.raw["errors"]) == 2


def test_what_a_person_must_solve_outweighs_what_time_would() -> None:
    assert type(error_from(answer(412, envelope(1065, 3000)), "POST")) is PermanentError
    assert type(error_from(answer(412, envelope(3000, 1056)), "POST")) is AuthError


def test_the_rate_refusal_counts_in_milliseconds(payload: Any) -> None:
    sample = payload("moysklad/error_429_rate.json")
    found = Answer(429, sample["http"]["headers"], json.dumps(sample["body"]).encode())
    error = error_from(found, "GET")
    assert isinstance(error, RateLimited)
    assert (error.retry_after, error.parallel, error.code) == (1.84, False, "1049")


def test_the_parallel_refusal_has_no_headers(payload: Any) -> None:
    sample = payload("moysklad/error_429_parallel.json")
    found = Answer(429, sample["http"]["headers"], json.dumps(sample["body"]).encode())
    error = error_from(found, "POST")
    assert isinstance(error, RateLimited)
    assert (error.retry_after, error.parallel, error.code) == (1.0, True, "1073")


@pytest.mark.parametrize("headers", [{}, {"X_Lognex_Retry_After": "soon"}])
def test_a_refusal_without_a_time_means_one_window(headers: dict[str, str]) -> None:
    error = error_from(answer(429, envelope(1049), **headers), "GET")
    assert isinstance(error, RateLimited)
    assert error.retry_after == 3.0


def test_a_redirect_is_a_wrong_address() -> None:
    assert type(error_from(answer(302, b"", Location="https://elsewhere.example/"), "GET")) is WrongHost


@pytest.mark.parametrize("body", [{"errors": []}, {"errors": ["text"]}, {"other": 1}, [1], None, "x"])
def test_a_strange_body_is_judged_by_its_status(body: Any) -> None:
    assert type(error_from(answer(400, body), "POST")) is PermanentError
