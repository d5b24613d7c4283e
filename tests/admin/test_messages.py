"""Outgoing messages and incoming events on the desk: what needs attention, and the buttons for one and for many."""

import json

import pytest
from django.contrib.admin.models import LogEntry

from bridge.history.deeds import read
from bridge.inbox.models import InboxEvent
from bridge.outbox.models import OutboxMessage
from tests import factories
from tests.admin.conftest import Desk, Rows
from tests.admin.test_pages import words_of

LIST = "/admin/bridge/outboxmessage/"


def shown(desk: Desk, **params: str) -> set[int]:
    html = desk.get(LIST, **params)
    return {m.pk for m in OutboxMessage.objects.all() if f"{LIST}{m.pk}/change/" in html}


def in_state(*states: str) -> set[int]:
    return set(OutboxMessage.objects.filter(state__in=states).values_list("pk", flat=True))


def test_without_a_filter_the_list_shows_what_needs_attention(desk: Desk, rows: Rows) -> None:
    assert shown(desk) == in_state("parked", "dead")
    assert shown(desk, state="done") == in_state("done")
    assert shown(desk, state="all") == set(OutboxMessage.objects.values_list("pk", flat=True))


def test_the_list_gives_reason_remedy_and_the_order(desk: Desk, rows: Rows) -> None:
    text = words_of(desk.get(LIST))
    assert "В МойСклад уже есть документ с таким номером: номер 00012" in text
    assert "Задайте префикс номеров документов" in text
    assert "другая сторона отказала" in text
    assert f"/admin/bridge/order/{rows.dead.object_key.removeprefix('order:')}/change/" in desk.get(LIST)


def test_it_is_narrowed_by_reason_and_found_by_the_order(desk: Desk, rows: Rows) -> None:
    assert shown(desk, problem="name_taken") == {rows.dead.pk}
    assert "В МойСклад уже есть документ с таким номером: …" in desk.get(LIST)
    number = int(rows.parked.object_key.removeprefix("order:"))
    order = factories.Order.objects.get(pk=number)
    assert shown(desk, q=order.number) == {rows.parked.pk}


def test_a_message_about_stock_has_no_order(desk: Desk, rows: Rows) -> None:
    stock = factories.MessageFactory(
        order=None,
        shop=rows.shop,
        connection=rows.shop.site,
        kind="stock_to_site",
        object_key="stock:1",
        state="dead",
    )
    assert stock.pk in shown(desk)
    assert "Остатки → сайт" in words_of(desk.get(f"{LIST}{stock.pk}/change/"))


def test_a_reason_nobody_named_still_shows(desk: Desk, rows: Rows) -> None:
    OutboxMessage.objects.filter(pk=rows.dead.pk).update(problem="новое", problem_params={})
    assert "Неизвестная причина: «новое»." in desk.get(LIST)


def test_retry(desk: Desk, rows: Rows) -> None:
    assert desk.press("outboxmessage", rows.dead.pk, "retry") == ["Поставлено в очередь на отправку."]
    rows.dead.refresh_from_db()
    assert (rows.dead.state, rows.dead.attempts, rows.dead.dead_reason) == ("waiting", 0, "")
    assert read(LogEntry.objects.get()).text == "Поставлено в очередь на отправку."


def test_retry_of_what_is_on_its_way_says_so(desk: Desk, rows: Rows) -> None:
    message = factories.MessageFactory()
    [said] = desk.press("outboxmessage", message.pk, "retry")
    assert said.startswith("Ничего делать не нужно")


def test_discard(desk: Desk, rows: Rows) -> None:
    url = f"{LIST}{rows.parked.pk}/discard/"
    assert 'name="reason"' in desk.get(url)
    assert desk.post(url, {"_form_submitted": "1"}).status_code == 200, (
        "without a reason nothing is discarded"
    )
    said = desk.press("outboxmessage", rows.parked.pk, "discard", reason="Отменён по телефону")
    assert said == ["Снято с отправки."]
    rows.parked.refresh_from_db()
    assert (rows.parked.state, rows.parked.discarded_by) == ("discarded", "owner")


def test_buttons_are_offered_only_where_they_help(desk: Desk, rows: Rows) -> None:
    done = OutboxMessage.objects.get(state="done")
    assert "/retry/" not in desk.get(f"{LIST}{done.pk}/change/")
    waiting = factories.MessageFactory()
    html = desk.get(f"{LIST}{waiting.pk}/change/")
    assert "/retry/" not in html
    assert "/discard/" in html


def test_retry_many(desk: Desk, rows: Rows) -> None:
    said = desk.do("outboxmessage", "retry_many", [rows.parked, rows.dead])
    assert said == ["Поставлено в очередь: 2. Не потребовалось: 0."]
    assert in_state("waiting") == {rows.parked.pk, rows.dead.pk}


def test_discard_many_asks_first_why_and_names_the_number(desk: Desk, rows: Rows) -> None:
    data = {"action": "discard_many", "_selected_action": [rows.parked.pk, rows.dead.pk], "index": "0"}
    asked = desk.post(LIST, data, "en").content.decode()
    assert "Messages and events: 2." in asked
    assert 'name="reason"' in asked
    assert in_state("discarded") == set()
    answer = {"confirmed": "1", "_form_submitted": "1", "reason": "Проверка"}
    said = desk.do("outboxmessage", "discard_many", [rows.parked, rows.dead], **answer)
    assert said == ["Снято с отправки: 2. Уже отправлено или отправляется: 0."]
    assert in_state("discarded") == {rows.parked.pk, rows.dead.pk}


def test_tries_are_listed(desk: Desk, rows: Rows) -> None:
    message = OutboxMessage.objects.get(state="done")
    text = words_of(desk.get(f"{LIST}{message.pk}/change/"))
    assert "Не получилось" in text
    assert "503 Сервис недоступен" in text


def test_an_event_shows_its_body_in_full_and_harmless(desk: Desk, rows: Rows) -> None:
    body = json.dumps({"order": {"id": 5, "status": "<script>alert(1)</script> Привет"}})
    event = factories.EventFactory(connection=rows.shop.site, body=body)
    html = desk.get(f"/admin/bridge/inboxevent/{event.pk}/change/")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Привет" in html
    assert "<script>alert(1)" not in html


def test_replay_one_and_many(desk: Desk, rows: Rows) -> None:
    failed = InboxEvent.objects.get(state="failed")
    assert desk.press("inboxevent", failed.pk, "replay") == ["Событие будет обработано заново."]
    failed.refresh_from_db()
    assert failed.state == "waiting"
    done = InboxEvent.objects.get(state="done")
    assert desk.do("inboxevent", "replay_many", [failed, done]) == ["Событий на повторную обработку: 1."]
    assert set(InboxEvent.objects.values_list("state", flat=True)) == {"waiting"}


@pytest.mark.parametrize("state", ["waiting", "in_flight"])
def test_an_event_in_work_is_not_replayed(desk: Desk, state: str) -> None:
    event = factories.EventFactory(state=state)
    assert desk.press("inboxevent", event.pk, "replay") == ["Событие обрабатывается прямо сейчас."]
    event.refresh_from_db()
    assert event.state == state


def test_a_flow_runs_now(desk: Desk, rows: Rows) -> None:
    later = factories.WatermarkFactory(
        connection=rows.shop.account, flow="catalogue", next_due_at="2030-01-01T00:00:00Z"
    )
    assert desk.press("watermark", later.pk, "run") == ["Проверка сейчас начнётся."]
    later.refresh_from_db()
    assert later.next_due_at.year < 2030
    assert desk.do("watermark", "run_many", [later]) == ["Проверок запущено: 1."]
