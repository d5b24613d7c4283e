"""Requests to everything the bridge's description of its API names, as a stranger sends them: without credentials, or
with invented ones."""

from __future__ import annotations

from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.security.requests_of_any_kind import Sent

TOKEN = {"token": []}
# What a program for such requests says of itself, and what says how long the body is.
OF_THE_SENDER = {"user-agent", "accept-encoding", "connection", "x-schemathesis-testcaseid", "content-length"}


def described(schema: dict[str, Any], each: int) -> list[list[Sent]]:
    """So many rounds; in each one request to every operation there is."""
    whole = schemathesis.openapi.from_dict(schema)
    found = [_of(operation.ok(), each) for operation in whole.get_all_operations()]
    assert len(found) > 130
    return [[cases[number % len(cases)] for cases in found] for number in range(each)]


def _of(operation: Any, count: int) -> list[Sent]:
    found: list[Sent] = []

    @seed(0)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def collect(case: Any) -> None:
        found.append(_sent(case, shut=TOKEN in operation.definition.raw.get("security", [])))

    collect()
    return found


def _sent(case: Any, *, shut: bool) -> Sent:
    wanted = ("method", "url", "params", "data", "json", "headers", "files")
    told = {
        name: value for name, value in case.as_transport_kwargs("http://bridge").items() if name in wanted
    }
    made = requests.Request(**told).prepare()
    headers = {
        name: _text(value) for name, value in made.headers.items() if name.lower() not in OF_THE_SENDER
    }
    content_type = headers.pop("Content-Type", "application/json")
    body = made.body or b""
    assert made.method
    return Sent(
        made.method,
        made.path_url,
        body.encode() if isinstance(body, str) else body,
        headers,
        content_type=content_type,
        shut=shut,
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
