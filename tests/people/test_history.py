"""The history: who did what, what was before and after; on its page and beside the thing itself."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from bridge.connections.models import Connection, Shop
from bridge.history import deeds
from bridge.history.deeds import Value, read
from bridge.outbox.models import OutboxMessage
from bridge.people.roles import Role
from bridge.sync.models import GoodsRun
from tests.admin.browser import form_of
from tests.admin.conftest import Rows
from tests.people.conftest import person

words = st.text(min_size=1, max_size=40).filter(lambda text: "\x00" not in text)


@given(words, st.lists(st.builds(Value, words, words, words), max_size=5))
def test_what_is_stored_is_read_back(text: str, values: list[Value]) -> None:
    entry = LogEntry(change_message=deeds.message(text, values))
    changed = [value for value in values if value.before != value.after]
    assert deeds.stored_of(entry) == (text, changed)


def test_a_label_that_a_form_began_with_a_capital_is_in_the_readers_language_too() -> None:
    values = [["Prefix of document numbers", "", "A-"], ["No such label", "", "B-"]]
    entry = LogEntry(change_message=json.dumps([{"values": values}]))
    with override("ru"):
        assert [value.what for value in read(entry).values] == ["Префикс номеров документов", "No such label"]
    with override("en"):
        assert [value.what for value in read(entry).values] == ["Prefix of document numbers", "No such label"]


def newest(model: type, pk: int) -> deeds.Deed:
    kind = ContentType.objects.get_for_model(model)
    return read(LogEntry.objects.filter(content_type=kind, object_id=str(pk)).latest("pk"))


def test_a_saved_setting_keeps_before_and_after(browser_of: Callable[[str], Client], rows: Rows) -> None:
    owner = browser_of("owner")
    url = f"/admin/bridge/shop/{rows.shop.pk}/change/"
    data = form_of(owner.get(url).content.decode(), "shop_form")
    assert data["number_prefix"] != "NEW-"
    before = data["number_prefix"]
    answer = owner.post(url, data | {"number_prefix": "NEW-"})
    assert answer.status_code == 302, answer.content.decode()[:500]
    assert Shop.objects.get(pk=rows.shop.pk).number_prefix == "NEW-"
    changed = {(value.before, value.after) for value in newest(Shop, rows.shop.pk).values}
    assert (before, "NEW-") in changed
    assert "NEW-" in owner.get("/admin/admin/logentry/").content.decode()
    assert "NEW-" in owner.get(url.replace("change", "history")).content.decode()


def test_new_credentials_are_told_of_and_never_shown(browser_of: Callable[[str], Client], rows: Rows) -> None:
    owner = browser_of("owner")
    account = Connection.objects.get(vendor="moysklad")
    url = f"/admin/bridge/connection/{account.pk}/change/"
    data = {"name": account.name, "base_url": account.base_url, "token": "very-secret-token-7"}
    assert owner.post(url, data).status_code == 302
    assert Connection.objects.get(pk=account.pk).credentials["token"] == "very-secret-token-7"
    (value,) = newest(Connection, account.pk).values
    assert (value.before, value.after) == ("", deeds.MASK)
    assert "very-secret-token-7" not in str(list(LogEntry.objects.values()))


def test_a_button_keeps_what_became_of_the_row(browser_of: Callable[[str], Client], rows: Rows) -> None:
    staff = browser_of("staff")
    staff.post(f"/admin/bridge/outboxmessage/{rows.dead.pk}/retry/", {"_form_submitted": "1"})
    deed = newest(OutboxMessage, rows.dead.pk)
    assert deed.values
    assert deed.values[0].before != deed.values[0].after
    page = staff.get(f"/admin/bridge/outboxmessage/{rows.dead.pk}/change/").content.decode()
    assert "What people did here" in page
    assert "a-staff" in page


def test_an_action_on_many_rows_is_kept_with_each(browser_of: Callable[[str], Client], rows: Rows) -> None:
    staff = browser_of("staff")
    chosen = [rows.dead.pk, rows.parked.pk]
    data = {"action": "discard_many", "_selected_action": chosen, "index": "0"}
    staff.post("/admin/bridge/outboxmessage/", data)
    assert not LogEntry.objects.exists(), "asking is not doing"
    staff.post(
        "/admin/bridge/outboxmessage/", data | {"confirmed": "1", "_form_submitted": "1", "reason": "A test"}
    )
    for pk in chosen:
        deed = newest(OutboxMessage, pk)
        assert deed.text.startswith("Discard")
        assert deed.values[0].before != deed.values[0].after
    assert {entry.user.username for entry in LogEntry.objects.all()} == {"a-staff"}


def test_a_button_that_does_nothing_leaves_nothing(browser_of: Callable[[str], Client], rows: Rows) -> None:
    done = OutboxMessage.objects.filter(state="done").first()
    assert done is not None
    staff = browser_of("staff")
    staff.post(f"/admin/bridge/outboxmessage/{done.pk}/discard/", {"_form_submitted": "1"})
    assert not LogEntry.objects.exists()


def test_the_page_is_narrowed_by_person_kind_and_period(
    browser_of: Callable[[str], Client], rows: Rows
) -> None:
    owner = browser_of("owner")
    anna, boris = person("anna", Role.STAFF), person("boris", Role.STAFF)
    deeds.note(anna, rows.sent, "Deed of the first")
    deeds.note(boris, rows.shop, "Deed of the second", [Value("prefix", "A-", "B-")])
    LogEntry.objects.filter(user=boris).update(action_time="2026-01-05T12:00:00Z")
    shop_kind = ContentType.objects.get_for_model(Shop).pk
    page = "/admin/admin/logentry/"
    for query, first, second in (
        ({}, True, True),
        ({"user__id__exact": anna.pk}, True, False),
        ({"kind": shop_kind}, False, True),
        ({"action_time_from": "2026-01-05", "action_time_to": "2026-01-05"}, False, True),
        ({"action_time_to": "2026-01-04"}, False, False),
        ({"action_time_from": "2026-01-06"}, True, False),
        ({"action_time_from": "no day"}, True, True),
        ({"q": "first"}, True, False),
        ({"kind": "nonsense"}, True, True),
    ):
        html = owner.get(page, query).content.decode()
        assert ("Deed of the first" in html) == first, query
        assert ("Deed of the second" in html) == second, query
    assert "B-" in owner.get(page).content.decode()
    owner.cookies["django_language"] = "ru"
    russian = {"action_time_from": "05.01.2026", "action_time_to": "05.01.2026"}
    html = owner.get(page, russian).content.decode()
    assert "Deed of the second" in html
    assert "Deed of the first" not in html


def test_what_has_no_name_is_called_by_its_kind_and_not_by_a_number(
    browser_of: Callable[[str], Client], rows: Rows
) -> None:
    owner = browser_of("owner")
    run = GoodsRun.objects.create(shop=rows.shop)
    deeds.note(person("anna", Role.STAFF), run, "Worked out")
    html = owner.get("/admin/admin/logentry/").content.decode()
    assert f"/admin/bridge/goodsrun/{run.pk}/change/" in html
    assert f"{run._meta.verbose_name} {run.pk}" not in html


@pytest.mark.parametrize("way", ["add", "delete", "change"])
def test_the_history_is_written_by_the_bridge_alone(
    browser_of: Callable[[str], Client], rows: Rows, way: str
) -> None:
    owner = browser_of("owner")
    deeds.note(User.objects.get(), rows.sent, "Done")
    pk = LogEntry.objects.get().pk
    url = "/admin/admin/logentry/add/" if way == "add" else f"/admin/admin/logentry/{pk}/{way}/"
    owner.post(url, {"post": "yes", "change_message": "Forged"})
    assert LogEntry.objects.get().change_message == "Done"


def test_a_text_that_looks_like_ours_is_shown_as_it_is() -> None:
    for odd in ('[{"said": 1}]', "[{", '[{"values": 3}]', "[]", '[{"values": [["a"]]}]'):
        assert read(LogEntry(change_message=odd, action_flag=2)).text is not None
