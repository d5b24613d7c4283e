"""A login that is only tried yet, in the assistant or by `configure`, spends the budget of the account it may be of."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections import clients
from bridge.connections.models import Connection, Vendor
from connectors.errors import RateLimited
from connectors.moysklad.auth import Token
from connectors.moysklad.limits import Priority
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Connection:
    return factories.ShopFactory().account


def tried(address: str) -> Connection:
    return Connection(vendor=Vendor.MOYSKLAD, name="new", base_url=address, credentials={"token": "typed"})


def used(account: Connection) -> float:
    return clients.present_use(account).calls


def test_a_call_with_a_login_that_is_tried_counts_with_the_account_it_may_be_of(account: Connection) -> None:
    client = clients.moysklad(tried(account.base_url))
    with client.governor.slot(Priority.ORDERS):
        assert used(account) == 1
        assert clients.present_use(account).in_flight == 1
    assert clients.present_use(account).in_flight == 0
    assert used(account) == 1


def test_it_waits_for_its_turn_as_the_accounts_own_calls_do(account: Connection, settings: Any) -> None:
    settings.MOYSKLAD_CALLS = 1
    own, stranger = clients.moysklad(account), clients.moysklad(tried(account.base_url))
    with (
        own.governor.slot(Priority.ORDERS),
        pytest.raises(RateLimited),
        stranger.governor.slot(Priority.ORDERS, max_wait=0.0),
    ):
        pytest.fail("let through")


def test_what_its_answer_says_of_another_users_budget_teaches_the_account_nothing(
    account: Connection,
) -> None:
    client = clients.moysklad(tried(account.base_url))
    with client.governor.slot(Priority.ORDERS) as slot:
        slot.answered({"X-RateLimit-Limit": "45", "X-RateLimit-Remaining": "0", "X-Lognex-Reset": "2000"})
    assert client.governor.stated is not None
    now = clients.present_use(account)
    assert (now.calls, now.blocked_seconds) == (1, 0)


def test_every_account_at_its_address_counts_it_and_no_other_does(account: Connection) -> None:
    second = factories.ShopFactory().account
    elsewhere = factories.ShopFactory().account
    Connection.objects.filter(pk=second.pk).update(base_url=account.base_url)
    Connection.objects.filter(pk=elsewhere.pk).update(base_url="https://elsewhere.example.test")
    with clients.moysklad(tried(account.base_url)).governor.slot(Priority.ORDERS):
        assert [used(one) for one in (account, second, elsewhere)] == [1, 1, 0]


def test_the_call_that_makes_a_token_counts_too(account: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    during = []

    def made(*_args: Any, **_more: Any) -> Token:
        during.append(used(account))
        return Token("made")

    monkeypatch.setattr(clients.moysklad_auth, "issue_token", made)
    assert clients.new_token(tried(account.base_url), "admin@company", "secret") == "made"
    assert during == [1]
