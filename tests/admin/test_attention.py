"""What needs attention, by its cause: what is shown, what repairs it, and what is done to all of a cause at once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from bridge.catalog.models import Listing
from bridge.history import deeds
from bridge.inbox.models import InboxEvent
from bridge.outbox.models import OutboxMessage
from bridge.people.roles import Role, give_role
from bridge.sync import leased, once_more
from bridge.sync.attention import retry_portions
from bridge.sync.models import RetryRun
from tests import factories
from tests.admin.browser import form_of
from tests.admin.conftest import Desk, Rows

PAGE = "/admin/bridge/outboxmessage/attention/"
LIST = "/admin/bridge/outboxmessage/"
CATALOGUE = "/admin/bridge/outboxmessage/catalogue/"


def causes(desk: Desk, **params: Any) -> dict[str, int]:
    """Cause → how many rows of it, as the page shows them."""
    html = desk.get(PAGE, "en", **params)
    return {code: int(n) for code, n in re.findall(r'data-cause="(\w*)" data-count="(\d+)"', html)}


def group(row: Any, **narrowed: Any) -> dict[str, Any]:
    """What names the group a row is in."""
    events = isinstance(row, InboxEvent)
    return {
        "source": "events" if events else "messages",
        "of": row.connection_id if events else row.shop_id,
        "of_cause": row.problem,
        **narrowed,
    }


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def unread(rows: Rows) -> InboxEvent:
    return InboxEvent.objects.get(state="failed")


def test_messages_and_events_are_grouped_by_their_cause(desk: Desk, rows: Rows) -> None:
    for _n in range(2):
        factories.ParkedFactory(order=factories.OrderFactory(shop=rows.shop))
    assert causes(desk) == {
        "unlinked_lines": 3,
        "name_taken": 1,
        "document_gone": 1,
        "payload_not_an_order": 1,
    }


def test_a_group_tells_cause_remedy_age_and_orders(desk: Desk, rows: Rows) -> None:
    OutboxMessage.objects.filter(pk=rows.dead.pk).update(created_at="2026-03-04T09:30:00Z")
    html = desk.get(PAGE, "en", cause="name_taken")
    assert "MoySklad already has a document with this number: номер 00012" in html
    assert "Set a prefix for document numbers" in html
    assert "03/04/2026 12:30" in html or "March 4, 2026" in html or "04.03.2026" in html
    pk = rows.dead.object_key.removeprefix("order:")
    assert f"/admin/bridge/order/{pk}/change/" in html
    assert f"{CATALOGUE}?code=name_taken" in html


def test_groups_of_several_details_say_the_cause_without_them(desk: Desk, rows: Rows) -> None:
    factories.DeadFactory(order=factories.OrderFactory(shop=rows.shop), problem_params={"detail": "номер 7"})
    html = desk.get(PAGE, "en", cause="name_taken")
    assert "document with this number: …" in html


def test_many_orders_of_a_group_are_named_in_part(desk: Desk, rows: Rows) -> None:
    for _n in range(7):
        factories.DeadFactory(order=factories.OrderFactory(shop=rows.shop))
    assert "and 3 more" in desk.get(PAGE, "en", cause="name_taken")


def test_nothing_waits(desk: Desk) -> None:
    assert "Nothing waits for you." in desk.get(PAGE, "en")
    assert "Nothing waits for you under this filter." in desk.get(PAGE, "en", assigned="nobody")


def test_an_item_without_a_link_is_offered_by_its_name(desk: Desk, rows: Rows) -> None:
    Listing.objects.filter(shop=rows.shop, product_id="1001").delete()
    listing = factories.ListingFactory(shop=rows.shop, product_id="1001", sku="MUG-0001", name="Кружка")
    html = desk.get(PAGE, "en", cause="unlinked_lines")
    assert f"/admin/bridge/listing/{listing.pk}/change/" in html
    assert "Link “Кружка”" in html
    assert f"?shop__id__exact={rows.shop.pk}&amp;link=unlinked" in html


def test_a_refused_state_leads_to_the_statuses_with_the_status_filled_in(desk: Desk, rows: Rows) -> None:
    order = factories.OrderFactory(shop=rows.shop, status="on-hold")
    factories.DeadFactory(order=order, problem="state_refused", problem_params={"detail": "?"})
    html = desk.get(PAGE, "en", cause="state_refused")
    url = f"/admin/bridge/shop/{rows.shop.pk}/change/?section=statuses&amp;status=on-hold"
    assert url in html
    form = desk.get(url.replace("&amp;", "&"), "en")
    assert "section: 'statuses'" in form
    data = form_of(form, "shop_form")
    [name] = [name for name, value in data.items() if name.endswith("-site_status") and value == "on-hold"]
    data[name.replace("-site_status", "-state_id")] = "state-new"
    desk.said(desk.post(url.replace("&amp;", "&"), data, "en"))
    mapped = rows.shop.status_mappings.filter(direction="to_state").values_list("site_status", "state_id")
    assert set(mapped) == {("processing", "state-new"), ("on-hold", "state-new")}
    assert "section: 'statuses'" in desk.get(url.replace("&amp;", "&"), "en"), "and is not offered twice"


def test_a_missing_field_leads_to_the_order_on_the_site(desk: Desk, rows: Rows) -> None:
    order = factories.OrderFactory(shop=rows.shop)
    factories.DeadFactory(order=order, problem="required_missing", problem_params={"detail": "ПВЗ"})
    html = desk.get(PAGE, "en", cause="required_missing")
    assert f"{rows.shop.home_url}/wp-admin/post.php?post={order.source_id}&amp;action=edit" in html
    assert "section=documents" in html


def test_a_missing_right_is_explained_and_leads_to_what_is_missing(desk: Desk, rows: Rows) -> None:
    factories.DeadFactory(
        order=factories.OrderFactory(shop=rows.shop),
        problem="right_to_create",
        problem_params={"detail": "?"},
    )
    html = desk.get(PAGE, "en", cause="right_to_create")
    assert "Settings → Employees" in html
    assert f"/admin/bridge/setup/account/?shop={rows.shop.pk}" in html


def test_the_page_is_narrowed_by_shop_period_and_person(desk: Desk, rows: Rows) -> None:
    other = factories.DeadFactory(problem="closed_period")
    me = User.objects.get()
    OutboxMessage.objects.filter(pk=other.pk).update(created_at="2026-01-15T10:00:00Z", assigned_to=me)
    assert causes(desk, shop=other.shop_id) == {"closed_period": 1}
    assert causes(desk, since="2026-01-15", until="2026-01-15") == {"closed_period": 1}
    assert causes(desk, until="2026-01-14") == {}
    assert causes(desk, assigned=me.pk) == {"closed_period": 1}
    assert "closed_period" not in causes(desk, assigned="nobody")
    assert causes(desk, cause="name_taken") == {"name_taken": 1}
    assert causes(desk, since="not a day", shop="x")["closed_period"] == 1


def test_what_trying_again_cannot_help_is_not_offered_it(desk: Desk, rows: Rows) -> None:
    html = desk.get(PAGE, "en", cause="document_gone")
    assert "attention/discard/?" in html
    assert "attention/retry/?" not in html
    assert "attention/retry/?" in desk.get(PAGE, "en", cause="name_taken")


def test_groups_come_in_pages(desk: Desk, rows: Rows) -> None:
    codes = [f"right_to_{name}" for name in ("see", "change", "delete", "create", "print", "field", "post")]
    for shop in (factories.ShopFactory() for _n in range(3)):
        for code in codes:
            factories.DeadFactory(order=factories.OrderFactory(shop=shop), problem=code)
    assert len(re.findall("data-cause=", desk.get(PAGE, "en"))) == 20
    assert len(re.findall("data-cause=", desk.get(PAGE, "en", p="2"))) == 5


@pytest.mark.parametrize("orders", [2, 12])
def test_the_page_costs_the_same_however_many_rows_there_are(
    desk: Desk, rows: Rows, orders: int, django_assert_max_num_queries: Any
) -> None:
    for _n in range(orders):
        factories.DeadFactory(order=factories.OrderFactory(shop=rows.shop))
        factories.ParkedFactory(order=factories.OrderFactory(shop=rows.shop))
    desk.get(PAGE, "en")
    with django_assert_max_num_queries(40):
        desk.get(PAGE, "en")


def test_discarding_asks_why_and_keeps_who_and_when(desk: Desk, rows: Rows) -> None:
    url = f"{PAGE}discard/"
    assert 'name="reason"' in desk.get(url, "en", **group(rows.dead))
    refused = desk.post(url, {**group(rows.dead), "_form_submitted": "1"}, "en")
    assert refused.status_code == 200, "without a reason nothing is discarded"
    assert fresh(rows.dead).state == "dead"
    answer = desk.post(url, {**group(rows.dead), "_form_submitted": "1", "reason": "Введён руками"}, "en")
    assert desk.said(answer) == ["Discarded: 1. Already sent or being sent: 0."]
    row = fresh(rows.dead)
    assert (row.state, row.discard_reason, row.discarded_by) == ("discarded", "Введён руками", "owner")
    assert row.done_at is not None
    assert LogEntry.objects.filter(object_id=str(row.pk)).count() == 1
    assert fresh(rows.parked).state == "parked", "another cause"
    text = desk.get(f"{LIST}{row.pk}/change/", "en")
    assert "Discarded by owner: Введён руками" in text


def test_what_a_person_discarded_can_be_tried_again(desk: Desk, rows: Rows) -> None:
    data = {**group(rows.dead), "_form_submitted": "1", "reason": "Ошибка"}
    desk.post(f"{PAGE}discard/", data, "en")
    desk.press("outboxmessage", rows.dead.pk, "retry")
    row = fresh(rows.dead)
    assert (row.state, row.discard_reason, row.discarded_by, row.done_at) == ("waiting", "", "", None)


def test_what_the_bridge_discarded_itself_is_not_tried_again(desk: Desk, rows: Rows) -> None:
    OutboxMessage.objects.filter(pk=rows.dead.pk).update(state="discarded")
    assert f"/{rows.dead.pk}/retry/" not in desk.get(f"{LIST}{rows.dead.pk}/change/", "en")
    desk.post(f"{LIST}{rows.dead.pk}/retry/", {"_form_submitted": "1"})
    assert fresh(rows.dead).state == "discarded"


def test_an_event_is_discarded_and_processed_again(desk: Desk, rows: Rows) -> None:
    event = unread(rows)
    data = {**group(event), "_form_submitted": "1", "reason": "Проверка"}
    assert desk.said(desk.post(f"{PAGE}discard/", data, "en")) == [
        "Discarded: 1. Already sent or being sent: 0."
    ]
    assert (fresh(event).state, fresh(event).discarded_by) == ("discarded", "owner")
    assert "payload_not_an_order" not in causes(desk)
    desk.press("inboxevent", event.pk, "replay")
    assert (fresh(event).state, fresh(event).discard_reason) == ("waiting", "")


def test_a_cause_is_assigned_and_given_back(desk: Desk, rows: Rows) -> None:
    me = User.objects.get()
    data = {**group(rows.dead), "_form_submitted": "1"}
    assert desk.said(desk.post(f"{PAGE}assign/", {**data, "person": me.pk}, "en")) == ["Assigned: 1."]
    assert fresh(rows.dead).assigned_to == me
    assert causes(desk, assigned=me.pk) == {"name_taken": 1}
    assert f"{LIST}{rows.dead.pk}/change/" in desk.get(LIST, "en", assigned=str(me.pk))
    desk.post(f"{PAGE}assign/", {**data, "person": ""}, "en")
    assert fresh(rows.dead).assigned_to is None


def said_of(row: OutboxMessage) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The history of a row, the oldest first: each sentence with its values before and after."""
    entries = LogEntry.objects.filter(content_type__model="outboxmessage", object_id=row.pk).order_by("pk")
    with override("en"):
        found = [deeds.read(entry) for entry in entries]
    return [(one.text, [tuple(value) for value in one.values]) for one in found]


def test_the_history_of_each_row_of_a_cause_says_what_it_was_and_became(desk: Desk, rows: Rows) -> None:
    me = User.objects.get()
    data = {**group(rows.dead), "_form_submitted": "1"}
    day = timezone.localdate() + timedelta(days=1)
    desk.post(f"{PAGE}assign/", {**data, "person": me.pk}, "en")
    desk.post(f"{PAGE}assign/", {**data, "person": me.pk}, "en")  # changes nothing
    desk.post(f"{PAGE}snooze/", {**data, "day": day.isoformat()}, "en")
    desk.post(f"{PAGE}assign/", {**data, "put_off": "on", "person": ""}, "en")
    desk.post(f"{PAGE}discard/", {**data, "put_off": "on", "reason": "Sold by phone"}, "en")
    name, until = me.get_username(), f"{day:%m/%d/%Y} midnight"
    assert [values for _text, values in said_of(rows.dead)] == [
        [("assigned to", "", name)],
        [("put off until", "", until)],
        [("assigned to", name, "")],
        [("state", "given up", "discarded"), ("why it was discarded", "", "Sold by phone")],
    ]
    assert said_of(rows.dead)[0][0] == f"Assigned: {name}."
    assert said_of(rows.parked) == []


def test_the_history_of_one_row_and_of_chosen_ones_says_it_too(desk: Desk, rows: Rows) -> None:
    me = User.objects.get()
    desk.post(f"{LIST}{rows.dead.pk}/assign/", {"_form_submitted": "1", "person": str(me.pk)})
    given = {"action": "assign_many", "_selected_action": [rows.dead.pk], "index": "0"}
    desk.post(LIST, {**given, "confirmed": "1", "_form_submitted": "1", "person": ""}, "en")
    name = me.get_username()
    assert [values for _text, values in said_of(rows.dead)] == [
        [("assigned to", "", name)],
        [("assigned to", name, "")],
    ]


def test_what_is_put_off_is_neither_listed_nor_counted_until_then(desk: Desk, rows: Rows) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    data = {**group(rows.dead), "_form_submitted": "1"}
    late = desk.post(f"{PAGE}snooze/", {**data, "day": timezone.localdate().isoformat()}, "en")
    assert "still to come" in late.content.decode()
    answer = desk.post(f"{PAGE}snooze/", {**data, "day": tomorrow.isoformat()}, "en")
    assert desk.said(answer) == ["Put off or taken up again: 1."]
    assert "name_taken" not in causes(desk)
    assert causes(desk, put_off="on") == {"name_taken": 1}
    assert f"{LIST}{rows.dead.pk}/change/" not in desk.get(LIST, "en")
    assert f"{LIST}{rows.dead.pk}/change/" in desk.get(LIST, "en", state="put_off")
    assert fresh(rows.dead).state == "dead", "it is not sent by that"
    OutboxMessage.objects.update(snoozed_until=timezone.now() - timedelta(seconds=1))
    assert "name_taken" in causes(desk)


def test_the_deeds_are_there_for_one_row_and_for_chosen_ones(desk: Desk, rows: Rows) -> None:
    me = User.objects.get()
    one = f"{LIST}{rows.dead.pk}/"
    desk.post(f"{one}assign/", {"_form_submitted": "1", "person": str(me.pk)})
    desk.post(f"{one}snooze/", {"_form_submitted": "1", "day": ""})
    assert fresh(rows.dead).assigned_to == me
    asked = desk.post(
        LIST, {"action": "assign_many", "_selected_action": [rows.parked.pk], "index": "0"}, "en"
    ).content.decode()
    assert 'name="person"' in asked
    assert fresh(rows.parked).assigned_to is None
    said = desk.do(
        "outboxmessage", "assign_many", [rows.parked], confirmed="1", _form_submitted="1", person=me.pk
    )
    assert len(said) == 1
    assert fresh(rows.parked).assigned_to == me


def test_trying_a_cause_again_says_first_what_it_takes(desk: Desk, rows: Rows) -> None:
    for _n in range(10):
        factories.DeadFactory(order=factories.OrderFactory(shop=rows.shop))
    html = desk.get(f"{PAGE}retry/", "en", **group(rows.dead))
    assert "To try again: 11. About 25 calls to MoySklad, about 7 s." in html
    assert not RetryRun.objects.exists()


def test_a_cause_is_tried_again_as_long_work(desk: Desk, rows: Rows) -> None:
    answer = desk.post(f"{PAGE}retry/", group(rows.dead), "en")
    run = RetryRun.objects.get()
    assert answer.url == f"/admin/bridge/retryrun/{run.pk}/change/"
    assert (run.total, run.by, run.state) == (1, "owner", "running")
    again = desk.post(f"{PAGE}retry/", group(rows.dead), "en").content.decode()
    assert "are being tried again for this reason just now" in again
    assert run.get_state_display() in desk.get(answer.url, "en")
    assert f"/admin/bridge/retryrun/{run.pk}/change/" in desk.get(PAGE, "en")


def test_a_run_counts_what_came_of_each_and_ends(rows: Rows, desk: Desk) -> None:
    others = [factories.DeadFactory(order=factories.OrderFactory(shop=rows.shop)) for _n in range(3)]
    desk.post(f"{PAGE}retry/", group(rows.dead), "en")
    run = RetryRun.objects.get()
    leased.take(RetryRun.objects.filter(pk=run.pk))
    run.refresh_from_db()
    assert retry_portions.portion(run) == once_more.WAIT
    assert set(OutboxMessage.objects.filter(state="waiting").values_list("pk", flat=True)) == {
        rows.dead.pk,
        *(other.pk for other in others),
    }
    rows_of = OutboxMessage.objects.filter
    rows_of(pk=rows.dead.pk).update(state="done")
    rows_of(pk=others[0].pk).update(state="dead")
    rows_of(pk=others[1].pk).update(due_at=timezone.now() + timedelta(hours=1))
    assert retry_portions.portion(run) == once_more.WAIT
    run.refresh_from_db()
    assert (run.total, run.done, run.went, run.failed, run.state) == (4, 3, 1, 1, "running")
    rows_of(pk=others[2].pk).update(state="done")
    assert retry_portions.portion(run) == 0
    run.refresh_from_db()
    assert (run.done, run.went, run.failed, run.state) == (4, 2, 1, "done")
    assert fresh(others[0]).state == "dead", "what failed again is not tried a third time"


def test_an_ended_run_leaves_the_rest_where_it_is(
    rows: Rows, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once_more, "PORTION", 1)
    other = factories.DeadFactory(order=factories.OrderFactory(shop=rows.shop))
    desk.post(f"{PAGE}retry/", group(rows.dead), "en")
    run = RetryRun.objects.get()
    leased.take(RetryRun.objects.filter(pk=run.pk))
    run.refresh_from_db()
    retry_portions.portion(run)
    desk.press("retryrun", run.pk, "cancel")
    OutboxMessage.objects.filter(pk=rows.dead.pk).update(state="done")
    assert retry_portions.portion(run) == 0
    assert (fresh(run).state, fresh(other).state) == ("cancelled", "dead")


def test_events_of_a_cause_are_tried_again(rows: Rows, desk: Desk) -> None:
    event = unread(rows)
    desk.post(f"{PAGE}retry/", group(event), "en")
    run = RetryRun.objects.get()
    leased.take(RetryRun.objects.filter(pk=run.pk))
    run.refresh_from_db()
    retry_portions.portion(run)
    assert fresh(event).state == "waiting"
    InboxEvent.objects.filter(pk=event.pk).update(state="failed")
    assert retry_portions.portion(run) == 0
    assert (fresh(run).failed, fresh(run).state) == (1, "done")


def test_nothing_is_begun_where_nothing_waits(rows: Rows, desk: Desk) -> None:
    key = group(rows.dead)
    OutboxMessage.objects.filter(pk=rows.dead.pk).delete()
    assert "Nothing waits for this reason any more." in desk.post(f"{PAGE}retry/", key, "en").content.decode()
    assert not RetryRun.objects.exists()


@pytest.mark.parametrize("key", [{}, {"source": "x", "of": "1"}, {"source": "messages", "of": "x"}])
def test_an_address_that_names_no_group_is_not_found(desk: Desk, key: dict[str, str]) -> None:
    assert desk.client.get(f"{PAGE}discard/", key).status_code == 404


def test_a_viewer_looks_and_staff_do_all(rows: Rows, client: Client) -> None:
    for role, may in ((Role.VIEWER, False), (Role.STAFF, True)):
        person = User.objects.create_user(role.value)
        give_role(person, role)
        client.force_login(person)
        html = client.get(PAGE).content.decode()
        assert ("attention/retry/?" in html) == may
        assert "data-cause" in html
        assert f"/admin/bridge/shop/{rows.shop.pk}/" not in html, "settings are the owner's"
        for name in ("retry", "discard", "assign", "snooze"):
            status = client.get(f"{PAGE}{name}/?{urlencode(group(rows.dead))}").status_code
            assert status == (200 if may else 403), (role, name)


def test_the_first_page_and_the_sidebar_lead_here(desk: Desk, rows: Rows) -> None:
    assert f'href="{PAGE}"' in desk.get("/admin/", "en")


def test_the_catalogue_is_searched_by_words_and_codes(desk: Desk, rows: Rows) -> None:
    every = desk.get(CATALOGUE, "en")
    assert len(re.findall(r'<tr id="\w+">', every)) > 150
    assert "MoySklad: 17009" in every
    found = re.findall(r'<tr id="(\w+)">', desk.get(CATALOGUE, "en", q="product_invalid_sku"))
    assert found == ["site_sku_taken"]
    assert "closed_period" in re.findall(r'<tr id="(\w+)">', desk.get(CATALOGUE, "en", q="PERIOD closed"))
    assert "No entry has these words." in desk.get(CATALOGUE, "en", q="qwertyuiop")
    [one] = re.findall(r'<tr id="(\w+)">', desk.get(CATALOGUE, "en", code="unlinked_lines"))
    assert one == "unlinked_lines"


def test_each_failure_leads_to_its_entry(desk: Desk, rows: Rows) -> None:
    pk = rows.dead.object_key.removeprefix("order:")
    link = f"{CATALOGUE}?code=name_taken"
    assert link in desk.get(f"{LIST}{rows.dead.pk}/change/", "en")
    assert link in desk.get(f"/admin/bridge/order/{pk}/change/", "en")
    event = desk.get(f"/admin/bridge/inboxevent/{unread(rows).pk}/change/", "en")
    assert f"{CATALOGUE}?code=payload_not_an_order" in event
