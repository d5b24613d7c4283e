"""Asking a connection: a sentence for every answer, the pause ended or begun, never an exception."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone, translation

from bridge.connections import clients
from bridge.connections.models import Connection, DirectoryEntry
from bridge.sync.account.check import check
from connectors.errors import AuthError, ConnectorError, RateLimited, TransientError, WrongHost
from tests import factories

pytestmark = pytest.mark.django_db


class Answering:
    """A client whose system answers; `error` is raised by its first call instead."""

    def __init__(self, error: ConnectorError | None = None) -> None:
        self.error = error
        rows = [{"id": "1", "name": "Одна"}]
        self.directory = SimpleNamespace(
            context_employee=lambda: self._say({"accountId": "account-9", "fullName": "Анна Петрова"}),
            organizations=lambda: rows,
            stores=lambda: rows,
            sales_channels=list,
            currencies=lambda: [{"id": "c", "name": "руб", "isoCode": "RUB", "default": True}],
            organization_accounts=lambda organization_id: [],
            **dict.fromkeys(
                (
                    "projects",
                    "contracts",
                    "employees",
                    "expense_items",
                    "countries",
                    "regions",
                    "price_types",
                    "folders",
                ),
                list,
            ),
        )
        self.attributes = SimpleNamespace(list=lambda kind: [])
        self.assortment = SimpleNamespace(services=lambda archived: [])
        self.states = SimpleNamespace(list=list)
        self.site = SimpleNamespace(info=lambda: self._say({"woocommerce": "9.8.1", "currency": "RUB"}))

    def for_priority(self, *_args: Any, **_more: Any) -> "Answering":
        return self

    def _say(self, answer: dict[str, str]) -> dict[str, str]:
        if self.error:
            raise self.error
        return answer


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_up(error: ConnectorError | None = None) -> None:
        for name in ("moysklad", "woocommerce"):
            monkeypatch.setattr(clients, name, lambda *_args, **_more: Answering(error))

    return set_up


def test_an_account_that_answers_fills_its_directory_and_ends_the_pause(answer: Any) -> None:
    answer()
    account = factories.AccountFactory(
        account_id="", failures=3, paused_until=timezone.now() + timedelta(hours=1), pause_problem="auth"
    )
    found = check(account)
    with translation.override("ru"):
        said = str(found.sentence)
    assert (found.ok, said) == (
        True,
        "МойСклад отвечает. Мост работает там от имени: Анна Петрова.",
    )
    stored = Connection.objects.get()
    assert (stored.account_id, stored.paused_until, stored.failures) == ("account-9", None, 0)
    assert set(DirectoryEntry.objects.values_list("kind", "name")) == {
        ("organization", "Одна"),
        ("store", "Одна"),
        ("currency", "руб"),
    }


def test_a_site_that_answers(answer: Any) -> None:
    answer()
    with translation.override("ru"):
        assert check(factories.SiteFactory()).sentence == "Сайт отвечает: WooCommerce 9.8.1, валюта RUB."


@pytest.mark.parametrize(
    ("error", "says", "pauses"),
    [
        (AuthError("Неправильный пароль", status=401), "не принимает данные для входа", True),
        (TransientError("timed out", status=0), "нет ответа", True),
        (RateLimited("busy", retry_after=3), "просит реже", False),
        (WrongHost("127.0.0.1 is private"), "Мост не стал обращаться", True),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    answer: Any, error: ConnectorError, says: str, pauses: bool
) -> None:
    answer(error)
    for connection in (factories.AccountFactory(), factories.SiteFactory()):
        found = check(connection)
        with translation.override("ru"):  # when it is read, in whichever language it was found
            assert says in found.sentence
        assert not found.ok
        assert found.remedy
        assert Connection.objects.get(pk=connection.pk).is_paused() is pauses
