"""The API log on the desk: found by what people know, quick among many rows, and never to be changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bridge.apilog.models import MOST_COUNTED, NOT_NOTED, ApiCall
from bridge.dashboard.calls import calls_list
from tests import factories
from tests.admin.conftest import Desk, Rows

URL = "/admin/bridge/apicall/"


@pytest.fixture
def calls(rows: Rows) -> dict[str, ApiCall]:
    """Calls of an order that went out at its second try, of its event, and others."""
    message = rows.sent.shop.messages.filter(object_key=rows.sent.object_key).first()
    assert message is not None
    attempt = message.deliveries.first()
    assert attempt is not None
    event = rows.shop.site.events.filter(source_id=rows.sent.source_id).get()
    return {
        "sent": factories.CallFactory(
            connection=rows.shop.account, shop=rows.shop, message=message, messages=3, purpose="order_to_moysklad",
            try_number=2, delivered_at=attempt.started_at, path="/entity/customerorder/sent",
        ),
        "event": factories.CallFactory(
            connection=rows.shop.site, direction="in", vendor="woocommerce", event=event, status=202,
            path="/api/v1/events/event", request_id="delivery-77",
        ),
        "refused": factories.CallFactory(
            connection=rows.shop.account, status=404, error="NotFound", path="/entity/product/refused",
            at=timezone.now() - timedelta(days=3),
        ),
        "lost": factories.CallFactory(
            connection=rows.shop.account, status=0, error="TransientError", code="net_timeout",
            path="/entity/product/lost", purpose="stock", response_body="", response_bytes=0,
        ),
    }  # fmt: skip


def shown(desk: Desk, calls: dict[str, ApiCall], **params: Any) -> set[str]:
    html = desk.get(URL, **params)
    return {name for name, call in calls.items() if f"{URL}{call.pk}/change/" in html}


def test_the_list_is_narrowed_by_what_people_know(desk: Desk, rows: Rows, calls: dict[str, ApiCall]) -> None:
    everything = set(calls)
    assert shown(desk, calls) == everything
    assert shown(desk, calls, direction__exact="in") == {"event"}
    assert shown(desk, calls, system="woocommerce") == {"event"}
    assert shown(desk, calls, result="failed") == {"refused", "lost"}
    assert shown(desk, calls, result="4xx") == {"refused"}
    assert shown(desk, calls, result="none") == {"lost"}
    assert shown(desk, calls, shop__id__exact=rows.shop.pk) == {"sent"}
    assert shown(desk, calls, connection__id__exact=rows.shop.site_id) == {"event"}
    today, then = (timezone.localtime(one.at) for one in (calls["sent"], calls["refused"]))
    assert shown(desk, calls, at_from=f"{today:%d.%m.%Y}") == everything - {"refused"}
    assert shown(desk, calls, at_from=f"{then:%d.%m.%Y}", at_to=f"{then:%d.%m.%Y}") == {"refused"}
    assert shown(desk, calls, at_to="no day") == everything


def test_calls_are_found_by_address_order_number_and_status(
    desk: Desk, rows: Rows, calls: dict[str, ApiCall]
) -> None:
    assert shown(desk, calls, q="PRODUCT") == {"refused", "lost"}
    assert shown(desk, calls, q=rows.sent.number) == {"sent", "event"}
    assert shown(desk, calls, q="404") == {"refused"}
    assert shown(desk, calls, q="delivery-77") == {"event"}
    assert shown(desk, calls, q="product 404") == {"refused"}
    assert shown(desk, calls, q="nothing-like-it") == set()


def test_other_pages_lead_to_their_calls(desk: Desk, rows: Rows, calls: dict[str, ApiCall]) -> None:
    assert shown(desk, calls, of=f"order:{rows.sent.pk}") == {"sent", "event"}
    assert shown(desk, calls, of=f"message:{calls['sent'].message_id}") == {"sent"}
    assert shown(desk, calls, of=f"event:{calls['event'].event_id}") == {"event"}
    assert shown(desk, calls, of="anything:x") == set(calls)


def test_the_order_shows_each_of_its_calls_with_time_and_answer(
    desk: Desk, rows: Rows, calls: dict[str, ApiCall]
) -> None:
    html = desk.get(f"/admin/bridge/order/{rows.sent.pk}/change/")
    assert f"{URL}{calls['sent'].pk}/change/" in html
    assert f"{URL}{calls['event'].pk}/change/" in html
    assert f"{URL}{calls['lost'].pk}/change/" not in html
    assert "POST /entity/customerorder/sent" in html
    english = desk.get(f"/admin/bridge/order/{rows.sent.pk}/change/", "en")
    assert "200 in 310 ms" in english


def test_the_page_of_a_call_says_all_and_leads_on(desk: Desk, rows: Rows, calls: dict[str, ApiCall]) -> None:
    html = desk.get(f"{URL}{calls['sent'].pk}/change/", "en")
    assert f"/admin/bridge/order/{rows.sent.pk}/change/" in html
    assert f"/admin/bridge/outboxmessage/{calls['sent'].message_id}/change/" in html
    assert "others sent in the same call: 2" in html
    for of in (f"order:{rows.sent.pk}", f"message:{calls['sent'].message_id}"):
        assert f"{URL}?of={of}" in html
    assert "{\n  &quot;name&quot;: &quot;WOO-1&quot;\n}" in html
    lost = desk.get(f"{URL}{calls['lost'].pk}/change/", "en")
    assert "MoySklad did not answer in time" in lost
    assert f"/admin/bridge/inboxevent/{calls['event'].event_id}/change/" in desk.get(
        f"{URL}{calls['event'].pk}/change/"
    )


def test_what_a_body_lost_is_said(desk: Desk, db: None) -> None:
    cut = factories.CallFactory(response_cut=True, response_bytes=3_000_000)
    assert "Only the beginning is kept; in all it had 2.9 MB" in desk.get(f"{URL}{cut.pk}/change/", "en")
    dropped = factories.CallFactory(direction="in", status=401, request_body="", request_bytes=500)
    assert "not kept, 500 B" in desk.get(f"{URL}{dropped.pk}/change/", "en")


def test_a_call_outlives_what_it_was_made_for(desk: Desk, rows: Rows, calls: dict[str, ApiCall]) -> None:
    ApiCall.objects.filter(pk=calls["sent"].pk).update(message=10**9, event=10**9, shop=10**9)
    assert "/entity/customerorder/sent" in desk.get(f"{URL}{calls['sent'].pk}/change/")
    assert "sent" in shown(desk, calls)


def test_nothing_is_said_where_nothing_is(desk: Desk) -> None:
    html = desk.get(URL, "en")
    assert "Every call between the bridge, the sites and MoySklad" in html


def test_the_list_neither_counts_nor_reads_bodies_and_costs_the_same_for_many(desk: Desk, rows: Rows) -> None:
    def ask(**params: Any) -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            desk.get(URL, **params)
        return [one["sql"] for one in seen if "bridge_apicall" in one["sql"]]

    factories.CallFactory.create_batch(3, connection=rows.shop.account, shop=rows.shop)
    ask()
    few = ask()
    factories.CallFactory.create_batch(120, connection=rows.shop.account, shop=rows.shop)
    many = ask()
    assert len(many) == len(few) <= 4
    for sql in [*many, *ask(p=2), *ask(q="404"), *ask(result="failed")]:
        assert "COUNT(" not in sql
        assert "response_body" not in sql
    assert "p=2" in desk.get(URL)
    assert desk.get(URL, p=3).count("/change/?") >= 0


def test_addresses_are_looked_through_in_the_newest_calls_only(
    desk: Desk, calls: dict[str, ApiCall], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls_list, "LOOK_THROUGH", 1)
    assert shown(desk, calls, q="product") == {"lost"}


def test_the_log_is_to_read_only(desk: Desk, calls: dict[str, ApiCall]) -> None:
    call = calls["sent"]
    assert desk.client.get(f"{URL}add/").status_code == 403
    assert desk.post(f"{URL}{call.pk}/change/", {"status": "1"}).status_code == 403
    assert desk.client.get(f"{URL}{call.pk}/delete/").status_code == 403
    assert "delete_selected" not in desk.get(URL)


def test_it_is_shown_to_those_who_may_see_it(client: Client, calls: dict[str, ApiCall]) -> None:
    assert client.get(URL).status_code == 302
    client.force_login(User.objects.create_user("guest", is_staff=True))
    assert client.get(URL).status_code == 403


def test_calls_that_nobody_wrote_down_are_said_by_one_row(desk: Desk) -> None:
    call: Any = factories.CallFactory(
        connection=None, direction="in", vendor="", method="", host="", path="", status=404,
        purpose=NOT_NOTED, messages=20,
    )  # fmt: skip
    said = "20 more refused calls were not written"
    assert said in desk.get(URL, "en")
    assert said in desk.get(f"{URL}{call.pk}/change/", "en")
    ApiCall.objects.update(messages=MOST_COUNTED)
    assert f"{MOST_COUNTED}+ more refused calls" in desk.get(URL, "en")
