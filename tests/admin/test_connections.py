"""Connections on the desk: credentials only go in, new ones are tried at once, the state is said in words."""

from typing import Any

import pytest
from django.utils import timezone

from bridge.connections.models import Connection
from bridge.dashboard.shops import connection_desk as pages
from bridge.sync.account.check import Answer
from tests import factories
from tests.admin.conftest import Desk, Rows
from tests.admin.test_pages import words_of


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    """Connections whose systems the desk called; each answers that it works."""
    calls: list[Connection] = []

    def check(connection: Connection) -> Answer:
        calls.append(connection)
        return Answer(True, f"Отвечает {connection.name}")

    monkeypatch.setattr(pages, "check", check)
    return calls


def connection_form(row: Connection, **changes: str) -> dict[str, str]:
    return {"name": row.name, "base_url": row.base_url} | changes


def test_an_account_is_added_and_asked_at_once(
    desk: Desk, asked: list[Connection], django_capture_on_commit_callbacks: Any
) -> None:
    data = {
        "vendor": "moysklad",
        "name": "main",
        "base_url": "https://api.moysklad.ru/api/remap/1.2/",
        "token": "very-secret",
    }
    with django_capture_on_commit_callbacks(execute=True):
        response = desk.post("/admin/bridge/connection/add/", data)
    account = Connection.objects.get()
    assert account.base_url == "https://api.moysklad.ru/api/remap/1.2"
    assert account.credentials == {"token": "very-secret"}
    assert asked == [account]
    assert "Отвечает main" in " ".join(desk.said(response))


def test_a_site_gets_a_secret_for_its_events(desk: Desk) -> None:
    data = {
        "vendor": "woocommerce",
        "name": "shop",
        "base_url": "https://shop.example.test",
        "consumer_key": "ck_1",
        "consumer_secret": "cs_1",
    }
    assert desk.post("/admin/bridge/connection/add/", data).status_code == 302
    assert len(Connection.objects.get().credentials["event_secret"]) > 30


@pytest.mark.parametrize(
    ("data", "mistake"),
    [
        (
            {"vendor": "moysklad", "login": "typed-secret", "password": ""},
            "Введите токен или логин с паролем.",
        ),
        ({"vendor": "moysklad", "token": "токен"}, "Только латинские буквы"),
        ({"vendor": "woocommerce", "consumer_key": "ck_1"}, "Без этого мост не сможет читать сайт."),
        ({"vendor": "ebay", "token": "x"}, "ebay"),
        ({"vendor": "moysklad", "token": "x", "base_url": "ftp:/nowhere"}, "URL"),
    ],
)
def test_a_mistake_is_named_and_what_was_typed_does_not_come_back(
    desk: Desk, data: dict[str, str], mistake: str
) -> None:
    typed = {"name": "x", "base_url": "https://x.example.test", "password": "typed-secret"} | data
    response = desk.post("/admin/bridge/connection/add/", typed)
    html = response.content.decode()
    assert response.status_code == 200
    assert mistake in html
    assert "typed-secret" not in html
    assert not Connection.objects.exists()


def test_empty_fields_keep_the_credentials(
    desk: Desk, rows: Rows, asked: list[Connection], django_capture_on_commit_callbacks: Any
) -> None:
    account = rows.shop.account
    with django_capture_on_commit_callbacks(execute=True):
        desk.said(desk.post(f"/admin/bridge/connection/{account.pk}/change/", connection_form(account)))
    assert Connection.objects.get(pk=account.pk).credentials == account.credentials
    assert asked == []


def test_new_credentials_end_the_pause_and_replace_the_old_way_of_logging_in(
    desk: Desk, rows: Rows, asked: list[Connection], django_capture_on_commit_callbacks: Any
) -> None:
    account = rows.shop.account
    account.paused_until, account.failures = timezone.now() + timezone.timedelta(hours=1), 4
    account.pause_problem = "auth"
    account.save()
    form = connection_form(account, login="admin@x", password="p w")
    with django_capture_on_commit_callbacks(execute=True):
        desk.said(desk.post(f"/admin/bridge/connection/{account.pk}/change/", form))
    account = Connection.objects.get(pk=account.pk)
    assert account.credentials == {"login": "admin@x", "password": "p w"}
    assert (account.paused_until, account.failures, account.pause_problem) == (None, 0, "")
    assert asked == [account]


def test_a_paused_connection_says_why_and_what_to_do(desk: Desk, rows: Rows) -> None:
    account = rows.shop.account
    account.paused_until = timezone.now() + timezone.timedelta(hours=1)
    account.pause_problem = "auth"
    account.pause_params = {"system": "МойСклад", "detail": "Ошибка аутентификации"}
    account.save()
    for url in ("/admin/", "/admin/bridge/connection/", f"/admin/bridge/connection/{account.pk}/change/"):
        text = words_of(desk.get(url))
        assert "МойСклад не принимает данные для входа: Ошибка аутентификации" in text
        assert "Введите в подключении новый токен" in text


def test_check_now_shows_the_answer(desk: Desk, rows: Rows, asked: list[Connection]) -> None:
    [said] = desk.press("connection", rows.shop.account_id, "check")
    assert "Отвечает" in said
    assert asked == [rows.shop.account]


def test_a_new_secret_is_shown_once_and_the_old_one_stays_valid(desk: Desk, rows: Rows) -> None:
    site = rows.shop.site
    url = f"/admin/bridge/connection/{site.pk}/new-secret/"
    response = desk.post(url, {"_form_submitted": "1"})
    now = Connection.objects.get(pk=site.pk).credentials
    assert now["previous_event_secret"] == site.credentials["event_secret"]
    assert now["event_secret"] not in (site.credentials["event_secret"], "")
    assert now["event_secret"] in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert now["consumer_key"] == site.credentials["consumer_key"]
    assert now["event_secret"] not in desk.get(f"/admin/bridge/connection/{site.pk}/change/")


def test_a_connection_in_use_is_not_deleted(desk: Desk, rows: Rows) -> None:
    for row in (rows.shop.site, rows.shop.account):
        assert desk.client.get(f"/admin/bridge/connection/{row.pk}/delete/").status_code == 403
    idle = factories.AccountFactory()
    assert desk.client.post(f"/admin/bridge/connection/{idle.pk}/delete/", {"post": "yes"}).status_code == 302


@pytest.mark.parametrize(
    ("subscribed", "problem", "says"),
    [
        (False, "", "Мост запросит их, когда к аккаунту будет подключён магазин"),
        (True, "", "МойСклад сразу сообщает мосту об изменениях"),
        (True, "no_public_url", "У моста нет адреса в интернете"),
        (True, "refused:30004", "Тариф или права в МойСклад не дают уведомлений"),
    ],
)
def test_the_account_says_whether_it_notifies_the_bridge(
    desk: Desk, subscribed: bool, problem: str, says: str
) -> None:
    account = factories.AccountFactory(hooks_problem=problem)
    if subscribed:
        factories.WatermarkFactory(connection=account, flow="subscriptions", last_success_at=timezone.now())
    assert says in desk.get("/admin/bridge/connection/")
    assert says in desk.get(f"/admin/bridge/connection/{account.pk}/change/")
