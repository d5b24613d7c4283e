"""The description of the API holds: it validates, and no request gets an answer that it does not declare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from bridge.api import connections
from bridge.api.resource import Throttle
from bridge.sync.account.check import Answer
from tests.admin.conftest import rows
from tests.api.v1 import BASE, Program, program
from tests.people.conftest import everything

__all__ = ["everything", "rows"]

pytestmark = pytest.mark.django_db
TAGS = (
    "alerts",
    "calls",
    "changes",
    "connections",
    "diagnoses",
    "differences",
    "events",
    "failures",
    "flows",
    "health",
    "history",
    "home",
    "link-runs",
    "listings",
    "orders",
    "pauses",
    "personal-data",
    "previews",
    "problems",
    "products",
    "reconciliations",
    "refunds",
    "replays",
    "retries",
    "returns",
    "shops",
    "status",
    "uploads",
)
# A day must still be to come, an item must exist: no description can say all of it, so what fits may be refused.
# The doors of shops, where no token counts.
KEYS, SIGNED = ("pair", "wc-auth"), ("/events/woocommerce/", "/site/")
EXAMPLES = {GenerationMode.POSITIVE: 12, GenerationMode.NEGATIVE: 6}


@pytest.fixture
def connection_stays() -> Iterator[None]:
    """The test's transaction goes on from one request to the next, as with Django's own client."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch, everything: Any, connection_stays: None) -> Program:
    """An owner's program that may ask as often as it likes, on a bridge with one of everything."""
    monkeypatch.setattr(Throttle, "THROTTLE_RATES", {"reads": None, "deeds": None})
    monkeypatch.setattr(connections, "check", lambda _connection: Answer(True, "The site answers."))
    return program("owner")


def described(owner: Program) -> Any:
    return schemathesis.openapi.from_wsgi(
        f"{BASE}/schema/?format=json",
        get_wsgi_application(),
        headers={"Authorization": f"Bearer {owner.token}"},
    )


def operations(owner: Program) -> list[Any]:
    return [found.ok() for found in described(owner).get_all_operations()]


def of_programs(owner: Program) -> list[Any]:
    """Those that take a token."""
    return [one for one in operations(owner) if {"token": []} in one.definition.raw.get("security", [])]


def test_the_description_validates_and_nothing_in_it_was_guessed(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))


def test_every_body_has_an_example_that_fits_its_shape(owner: Program) -> None:
    whole = owner.get("/schema/?format=json")
    wrong, tried = [], 0
    for path, operations in whole["paths"].items():
        for method, operation in operations.items():
            bodies = {"asked": operation.get("requestBody", {}), **operation["responses"]}
            for what, body in bodies.items():
                for content in body.get("content", {}).values():
                    shape = Draft202012Validator({**content["schema"], "components": whole["components"]})
                    examples = [one["value"] for one in content.get("examples", {}).values()]
                    examples += [content["example"]] if "example" in content else []
                    faults = [fault.message for one in examples for fault in shape.iter_errors(one)]
                    lacks = not examples and (what == "asked" or what < "300")
                    wrong += [(method, path, what, *faults)] if faults or lacks else []
                    tried += 1
    assert wrong == []
    assert tried > 150


def test_all_addresses_are_tried_below(owner: Program) -> None:
    paths = owner.get("/schema/?format=json")["paths"]
    assert {path.removeprefix(f"{BASE}/").split("/")[0] for path in paths} == {*TAGS, *KEYS, "site"}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", list(EXAMPLES), ids=lambda mode: mode.value)
@pytest.mark.parametrize("tag", TAGS)
def test_no_request_gets_an_undeclared_answer(owner: Program, tag: str, mode: GenerationMode) -> None:
    tried = [one for one in of_programs(owner) if one.path.split("/")[3] == tag]
    assert tried
    for operation in tried:

        @seed(0)
        @settings(
            max_examples=EXAMPLES[mode],
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            case.call_and_validate(
                headers={"Authorization": f"Bearer {owner.token}"}, excluded_checks=[positive_data_acceptance]
            )

        ask()


def statuses(operation: Any, asking: Program, examples: int) -> list[int]:
    """What the answers to so many fitting requests were; each is as declared."""
    found: list[int] = []

    @seed(0)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def ask(case: Any) -> None:
        headers = {"Authorization": f"Bearer {asking.token}"}
        answer = case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
        found.append(answer.status_code)

    ask()
    return found


@pytest.mark.timeout(600)
def test_a_viewer_is_answered_as_declared_and_refused_every_deed(owner: Program) -> None:
    """Few examples: an owner's program has tried the shapes above, and a deed is refused before it is read."""
    viewer = program("viewer")
    refused: set[str] = set()
    for operation in of_programs(owner):
        deed = operation.method.upper() != "GET"
        found = statuses(operation, viewer, 2 if deed else 3)
        assert max(found) < 500, operation.label
        if deed:
            assert "403" in operation.definition.raw["responses"], operation.label
            assert set(found) <= {403, 404}, operation.label  # below nought no row is numbered
            refused |= {operation.label} if 403 in found else set()
    assert len(refused) > 40
