"""Why an address is not called is said in the reader's language, whatever the connector's own words were."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from bridge.connections import faults
from bridge.dashboard.setup.forms import SiteForm
from bridge.problems import addresses, sentence
from connectors.errors import WrongHost
from connectors.transport.hosts import check_address
from tests import factories

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def refused(url: str) -> WrongHost:
    with pytest.raises(WrongHost) as caught:
        check_address(url, allow_private=False)
    return caught.value


def test_every_reason_a_connector_has_is_worded() -> None:
    sources = [
        path.read_text() for path in (ROOT / "connectors").rglob("*.py") if "sandbox" not in path.parts
    ]
    assert {why for text in sources for why in re.findall(r'why="(\w+)"', text)} == set(addresses.SENTENCES)
    raised = sum(len(re.findall(r"(?:raise|return) WrongHost\(", text)) for text in sources)
    assert raised == sum(len(re.findall(r'why="\w+"', text)) for text in sources), "one without a reason"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://127.0.0.1", "127.0.0.1 leads to 127.0.0.1, an address inside a private network."),
        ("ftp://shop.example", "The address must begin with https:// (or http://)."),
        ("https://a:b@shop.example", "The address must not hold a login or password"),
    ],
)
def test_a_problem_is_worded_by_its_reason_and_not_by_the_connectors_words(url: str, says: str) -> None:
    error = refused(url)
    error.detail = "words of the connector"
    problem = faults.problem_of(error, factories.SiteFactory())
    assert problem.code == "wrong_host"
    assert says in sentence(problem.code, problem.params)
    assert "words of the connector" not in sentence(problem.code, problem.params)


def test_a_problem_that_was_stored_before_reasons_had_names_keeps_its_words() -> None:
    assert sentence("wrong_host", {"detail": "as it was"}) == "The address was not called: as it was"


@pytest.mark.django_db
def test_a_form_says_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(addresses.SENTENCES, "holds_login", "in the reader's words")
    form: Any = SiteForm({"site": "https://a:b@shop.example"}, accounts=[])
    assert form.errors["site"] == ["in the reader's words"]
