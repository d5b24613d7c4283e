"""The common buyer is found in the account by name, over HTTP; what is like it is offered when none has the name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bridge.connections.models import Connection
from bridge.sync.buyers.common_buyer import candidates
from connectors.sandbox.control import Sandbox, running_sandbox
from tests import factories

NAME = "Розничный покупатель; «сайт»"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with running_sandbox(items=1, limiter=False) as running:
        yield running


@pytest.fixture
def account(box: Sandbox, settings: Any, db: None) -> Connection:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    made: Connection = factories.AccountFactory(
        base_url=box.moysklad.url, credentials={"token": box.moysklad.token}
    )
    return made


def test_it_is_found_by_its_name_and_by_its_id_with_one_call(box: Sandbox, account: Connection) -> None:
    row = box.moysklad.add_counterparty(name=NAME)
    before = len(box.moysklad.calls())
    assert candidates(account, NAME) == [(row["id"], NAME)]
    assert len(box.moysklad.calls()) == before + 1
    assert candidates(account, row["id"]) == [(row["id"], NAME)]


def test_of_several_with_the_name_the_one_chosen_before_stays(box: Sandbox, account: Connection) -> None:
    ids = {box.moysklad.add_counterparty(name="Двойник")["id"] for _number in range(2)}
    assert {external_id for external_id, _name in candidates(account, "Двойник")} == ids
    for one in ids:
        assert candidates(account, "Двойник", one) == [(one, "Двойник")]


def test_what_is_like_it_is_offered_when_none_has_the_name(box: Sandbox, account: Connection) -> None:
    box.moysklad.add_counterparty(name="Покупатели с сайта (розница)")
    assert [name for _id, name in candidates(account, "розница")] == ["Покупатели с сайта (розница)"]
    assert candidates(account, "нет такого") == []


def test_an_archived_one_is_not_offered(box: Sandbox, account: Connection) -> None:
    row = box.moysklad.add_counterparty(name="Архивный")
    box.moysklad.archive(row["id"], "counterparty")
    assert candidates(account, "Архивный") == []
