"""The history is read in the reader's language, whoever did it in whichever: sentences, labels, choices, days."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from bridge.connections.models import Shop
from bridge.dashboard.changes import change_words
from bridge.history import deeds
from bridge.history.deeds import Value, in_words
from bridge.people import tokens
from bridge.people.roles import Role
from bridge.sync.models import GoodsChange, GoodsRun
from tests.admin.browser import form_of
from tests.admin.conftest import Rows
from tests.people.conftest import person

HISTORY = "/admin/admin/logentry/"
NAME = "Новый – "
"""Of states in MoySklad: what people called something is the same in every language."""
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def deeds_shown(client: Client, language: str, **query: str) -> str:
    """The rows of the history without the page around them, in which languages name themselves."""
    client.cookies["django_language"] = language
    html = client.get(HISTORY, query).content.decode()
    start = html.index("<tbody", html.index('id="result_list"')) if 'id="result_list"' in html else len(html)
    return html[start : html.rfind("</tbody>")].replace(NAME, "")


def in_language(client: Client, language: str) -> Client:
    client.cookies["django_language"] = language
    return client


def many_deeds(client: Client, rows: Rows) -> None:
    """What a person may do on pages of all kinds: forms with choices and rows, buttons, actions, days."""
    url = f"/admin/bridge/shop/{rows.shop.pk}/change/"
    data = form_of(client.get(url).content.decode(), "shop_form")
    data |= {"number_prefix": "NEW-", "status_mappings-0-site_status": "completed", "sku_field": "code"}
    assert client.post(url, data).status_code == 302
    message = f"/admin/bridge/outboxmessage/{rows.dead.pk}"
    tomorrow = timezone.localdate() + timedelta(days=1)
    agreed = {"_form_submitted": "1"}
    client.post(f"{message}/snooze/", {**agreed, "day": tomorrow.isoformat()})
    client.post(f"{message}/assign/", {**agreed, "person": str(User.objects.get().pk)})
    client.post(f"{message}/discard/", {**agreed, "reason": "A test"})
    client.post(f"{message}/retry/", agreed)
    client.post(f"/admin/bridge/order/{rows.sent.pk}/hold/", {**agreed, "why": "Call first"})
    client.post(f"/admin/bridge/order/{rows.sent.pk}/compare/", agreed)
    client.post("/admin/bridge/pause/add/", {"shop": rows.shop.pk, "why": "Stocktaking"})
    client.post("/admin/bridge/reconciliation/add/", {"shop": rows.shop.pk})
    client.post("/admin/bridge/apitoken/add/", {"name": "reports", "role": "viewer", "lasts": "30"})
    client.post("/admin/auth/user/add/", {"role": "staff"})


def test_what_was_done_in_russian_is_read_in_english(browser_of: Callable[[str], Client], rows: Rows) -> None:
    owner = browser_of("owner")
    many_deeds(in_language(owner, "ru"), rows)
    assert LogEntry.objects.count() >= 10
    shown = deeds_shown(owner, "en")
    for said in (
        "Put off until",
        "Assigned:",
        "The order is on hold. Call first",
        "Paused: Everything",
        "NEW-",
    ):
        assert said in shown
    assert "status on the site" in shown.lower()
    assert not (found := CYRILLIC.search(shown)), shown[found.start() - 200 : found.start() + 200]


def test_what_was_done_in_english_is_read_in_russian(browser_of: Callable[[str], Client], rows: Rows) -> None:
    owner = browser_of("owner")
    many_deeds(in_language(owner, "en"), rows)
    shown = deeds_shown(owner, "ru")
    for said in ("Отложено до", "Заказ придержан", "NEW-"):
        assert said in shown
    for english in (
        "Put off",
        "Assigned",
        "Discarded",
        "on hold",
        "Paused",
        "Completed",
        "completed",
        "Yes",
        "code",
    ):
        assert english not in shown


def test_a_day_stands_as_the_reader_writes_it(browser_of: Callable[[str], Client], rows: Rows) -> None:
    owner = in_language(browser_of("owner"), "ru")
    tomorrow = timezone.localdate() + timedelta(days=1)
    url = f"/admin/bridge/outboxmessage/{rows.dead.pk}/snooze/"
    owner.post(url, {"_form_submitted": "1", "day": tomorrow.isoformat()})
    for language in ("ru", "en"):
        shown = deeds_shown(owner, language)
        with override(language):
            assert (
                shown.count(date_format(tomorrow, "SHORT_DATE_FORMAT")) == 2
            )  # in the sentence and as a value
        assert tomorrow.isoformat() not in shown


def test_words_are_found_in_either_language(browser_of: Callable[[str], Client], rows: Rows) -> None:
    owner = in_language(browser_of("owner"), "ru")
    owner.post(f"/admin/bridge/order/{rows.sent.pk}/hold/", {"_form_submitted": "1", "why": "Звонят"})
    for language, word in (("ru", "придержан"), ("en", "hold"), ("ru", "звонят"), ("en", "Звонят")):
        assert "Звонят" in deeds_shown(owner, language, q=word), word
    assert "Звонят" not in deeds_shown(owner, "ru", q="отложено")


def test_the_api_answers_in_the_readers_language(browser_of: Callable[[str], Client], rows: Rows) -> None:
    owner = in_language(browser_of("owner"), "ru")
    owner.post(
        f"/admin/bridge/outboxmessage/{rows.dead.pk}/discard/", {"_form_submitted": "1", "reason": "x"}
    )
    _row, token = tokens.make(User.objects.get(), "reports", Role.OWNER, None)
    headers = {"Authorization": f"Bearer {token}"}
    said = {}
    for language in ("ru", "en"):
        answer = Client().get("/api/v1/history/", headers={**headers, "Accept-Language": language})
        said[language] = answer.json()["results"][0]
    assert said["en"]["text"] == "Discarded."
    assert said["ru"]["text"] == "Снято с отправки."
    assert said["en"]["values"][0]["what"] == "state"
    assert said["en"]["values"][0]["after"] == "discarded"
    assert CYRILLIC.search(said["ru"]["values"][0]["after"])
    found = Client().get(
        "/api/v1/history/?search=Снято с отправки", headers={**headers, "Accept-Language": "en"}
    )
    assert [one["text"] for one in found.json()["results"]] == ["Discarded."]


def test_a_program_that_asks_in_russian_is_read_of_in_english(
    browser_of: Callable[[str], Client], rows: Rows
) -> None:
    owner = browser_of("owner")
    _row, token = tokens.make(User.objects.get(), "reports", Role.OWNER, None)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "ru"}
    answer = Client().post(
        f"/api/v1/orders/{rows.sent.pk}/hold/", {"why": "Call"}, "application/json", headers=headers
    )
    assert answer.json()["message"] == "Заказ придержан."
    shown = deeds_shown(owner, "en")
    assert "The order is on hold. Call (API, reports)" in shown


@pytest.mark.parametrize(
    "stored", ["Заказ придержан.", '[{"said": "Снято с отправки."}, {"values": [["state", "dead", "7"]]}]']
)
def test_what_was_kept_in_one_language_stays_as_it_was_written(
    browser_of: Callable[[str], Client], rows: Rows, stored: str
) -> None:
    owner = browser_of("owner")
    kind = ContentType.objects.get_for_model(Shop)
    LogEntry.objects.create(
        user=User.objects.get(),
        content_type=kind,
        object_id=str(rows.shop.pk),
        object_repr="Old shop",
        action_flag=CHANGE,
        change_message=stored,
    )
    for language in ("ru", "en"):
        shown = deeds_shown(owner, language)
        assert re.search(r"Заказ придержан\.|Снято с отправки\.", shown)
        assert "Old shop" in shown


def test_what_has_no_name_is_called_by_its_kind_in_the_readers_language(
    browser_of: Callable[[str], Client], rows: Rows
) -> None:
    owner = browser_of("owner")
    run = GoodsRun.objects.create(shop=rows.shop)
    with override("ru"):
        deeds.note(person("anna", Role.STAFF), run, in_words(lambda: "Done"))
        LogEntry.objects.create(  # as it was kept once
            user=User.objects.first(),
            content_type=ContentType.objects.get_for_model(GoodsRun),
            object_id=str(run.pk),
            object_repr=f"{run._meta.verbose_name} {run.pk}",
            action_flag=CHANGE,
            change_message="Done",
        )
    shown = deeds_shown(owner, "en")
    assert shown.count("Change of goods on the site") == 2
    assert not CYRILLIC.search(shown)


def test_a_name_that_is_also_a_word_of_ours_stays_a_name() -> None:
    value = Value("State", "Yes", in_words(lambda: "No"))
    entry = LogEntry(change_message=deeds.message(in_words(lambda: "Orders"), [value]))
    with override("ru"):
        assert deeds.read(entry) == deeds.Deed("Orders", [value])


def test_a_text_in_a_language_that_came_later_is_read_in_another() -> None:
    entry = LogEntry(change_message=json.dumps([{"said": {"de": "Fertig"}}]))
    with override("ru"):
        assert deeds.read(entry).text == "Fertig"


def test_days_of_a_sale_stand_as_the_reader_writes_them() -> None:
    row = GoodsChange(
        field="sale_price", reason="changed_since_written", reason_params={"now": "299.00 (2026-11-01 – …)"}
    )
    with override("ru"):
        assert change_words.written(row, "1299.00 (2026-11-01 – 2026-12-31)").replace("\xa0", " ") == (
            "1 299,00 (01.11.2026 – 31.12.2026)"
        )
        assert "299,00 (01.11.2026 – …)" in change_words.reason(row)
    with override("en"):
        assert change_words.written(row, "299.00 (2026-11-01 – …)") == "299.00 (11/01/2026 – …)"
    assert change_words.written(GoodsChange(field="name"), "Mug (2026-11-01 – …)") == "Mug (2026-11-01 – …)"
