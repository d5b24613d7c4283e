"""The page of an order: its journey, what differs, held and released, and whose goods count."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from bridge.dashboard.orders.timeline import PAGE, Step, timeline
from bridge.outbox import holds
from bridge.outbox.models import OutboxMessage
from bridge.people.roles import Role, give_role
from bridge.sync import kinds
from bridge.sync.models import Drift, Reconciliation
from bridge.sync.orders import goods_choice
from tests import factories
from tests.admin.conftest import Desk, Rows
from tests.admin.test_pages import words_of

CONFLICT = goods_choice.CONFLICT


def page(desk: Desk, pk: int, language: str = "en", **params: str) -> str:
    return words_of(desk.get(f"/admin/bridge/order/{pk}/change/", language, **params))


@pytest.fixture
def viewer(client: Client) -> Desk:
    person = User.objects.create_user("viewer", "viewer@example.test", "a long password")
    give_role(person, Role.VIEWER)
    client.force_login(person)
    return Desk(client)


def all_steps(order: Any) -> list[Step]:
    steps, mark = [], ""
    for _ in range(100):
        journey = timeline(order, mark)
        steps += journey.steps
        mark = journey.earlier
        if not mark:
            return steps
    raise AssertionError("the journey never ends")


def test_events_messages_tries_and_deeds_stand_in_one_order_of_time(desk: Desk, rows: Rows) -> None:
    desk.press("order", rows.sent.pk, "send-again")
    journey = timeline(rows.sent)
    icons = [step.icon for step in journey.steps]
    assert {"call_received", "schedule_send", "error", "check_circle", "person", "shopping_cart"} <= set(
        icons
    )
    moments = [step.at for step in journey.steps]
    assert moments == sorted(moments, reverse=True)
    deed = next(step for step in journey.steps if step.icon == "person")
    assert "owner" in deed.text


def test_deeds_on_its_messages_refunds_and_returns_belong_to_the_journey(desk: Desk, rows: Rows) -> None:
    message = factories.ParkedFactory(order=rows.sent, kind=kinds.REFUND)
    desk.press("outboxmessage", message.pk, "discard", reason="Возврат оформлен руками")
    desk.press("refund", rows.sent.refunds.get().pk, "settle")
    other = factories.ParkedFactory(order=factories.OrderFactory(shop=rows.shop))
    desk.press("outboxmessage", other.pk, "retry")
    deeds = [step for step in timeline(rows.sent).steps if step.icon == "person"]
    assert len(deeds) == 2


def test_each_call_stands_under_the_try_it_was_made_for(desk: Desk, rows: Rows) -> None:
    attempt = rows.sent_attempt = OutboxMessage.objects.get(
        object_key=rows.sent.object_key
    ).deliveries.first()
    started = attempt.started_at
    factories.CallFactory(at=started, delivered_at=started, status=200, duration_ms=120, method="GET")
    factories.CallFactory(
        at=started + timedelta(seconds=1), delivered_at=started, status=503, duration_ms=310
    )
    factories.CallFactory(at=started, delivered_at=started - timedelta(days=1))
    step = next(step for step in timeline(rows.sent).steps if step.calls)
    assert [call.text.split()[0] for call in step.calls] == ["GET", "POST"]
    text = page(desk, rows.sent.pk)
    assert "calls: 2 · MoySklad: 503 in 310 ms" in text
    assert "200 in 120 ms" in text


def test_a_long_journey_is_read_page_by_page_and_nothing_is_lost(desk: Desk, rows: Rows) -> None:
    message = factories.MessageFactory(order=rows.sent, state="done")
    start = timezone.now() - timedelta(days=2)
    for n in range(2 * PAGE):
        at = start + timedelta(minutes=n // 3)  # several of one moment
        factories.AttemptFactory(message=message, started_at=at, finished_at=at)
        factories.EventFactory(connection=rows.shop.site, source_id=rows.sent.source_id)
    steps = all_steps(rows.sent)
    assert sum(step.calls_of[0] == "try" for step in steps) == 2 * PAGE + 2
    assert sum(step.calls_of[0] == "event" for step in steps) == 2 * PAGE + 1
    assert steps[-1].icon == "shopping_cart"
    html = desk.get(f"/admin/bridge/order/{rows.sent.pk}/change/", "en")
    assert "Earlier" in html
    mark = timeline(rows.sent).earlier
    assert "To the newest" in page(desk, rows.sent.pk, before=mark)


@pytest.mark.parametrize("mark", ["", "tomorrow", "20260101", "99999999999999999999", "\x00"])
def test_a_mark_that_is_none_shows_the_newest(desk: Desk, rows: Rows, mark: str) -> None:
    assert "To the newest" not in page(desk, rows.sent.pk, before=mark)


def test_the_page_leads_to_the_order_on_the_site_and_the_document(desk: Desk, rows: Rows) -> None:
    html = desk.get(f"/admin/bridge/order/{rows.sent.pk}/change/")
    assert f"/wp-admin/post.php?post={rows.sent.source_id}&amp;action=edit" in html
    assert rows.sent.binding.page_url.replace("&", "&amp;") in html


def test_what_differs_is_shown_with_its_repair(desk: Desk, rows: Rows) -> None:
    run = Reconciliation.objects.create(
        shop=rows.shop,
        chosen={"order": rows.sent.pk},
        due_at=timezone.now(),
        state="done",
        finished_at=timezone.now(),
    )
    fields = {"reconciliation": run, "shop": rows.shop, "subject": "order", "title": rows.sent.number}
    drift = Drift.objects.create(
        **fields,
        order=rows.sent,
        code="drift_state_not_sent",
        here="processing",
        there="Новый",
        repair="state",
    )
    Drift.objects.create(**fields, order=rows.sent, code="drift_order_stuck", here="gone", state="gone")
    html = desk.get(f"/admin/bridge/order/{rows.sent.pk}/change/", "en")
    text = words_of(html)
    assert "What differs between the sides" in text
    assert "Новый" in text
    assert f"/admin/bridge/drift/{drift.pk}/repair/" in html
    assert f"/admin/bridge/drift/{drift.pk}/accept/" in html
    assert "compared" in text


def test_an_order_that_was_compared_and_is_equal_says_so(desk: Desk, rows: Rows) -> None:
    assert "What differs" not in page(desk, rows.sent.pk)
    Reconciliation.objects.create(
        shop=rows.shop, chosen={"order": rows.sent.pk}, due_at=timezone.now(), state="done"
    )
    assert "Nothing is known to differ." in page(desk, rows.sent.pk)


def test_an_order_is_held_with_a_reason_and_released(desk: Desk, rows: Rows) -> None:
    order = rows.sent
    message = factories.MessageFactory(order=order)
    assert len(desk.press("order", order.pk, "hold", why="Ждём оплату")) == 1
    hold = holds.of(order.object_key)
    assert hold is not None
    assert (hold.by, hold.why) == ("owner", "Ждём оплату")
    text = page(desk, order.pk)
    assert "The order is on hold: nothing about it goes out until it is released." in text
    assert "Ждём оплату" in text
    assert "waiting to be sent → held back" in text  # the deed, before and after
    assert order.number in desk.get("/admin/bridge/order/", standing="held")
    assert len(desk.press("order", order.pk, "release")) == 1
    assert holds.of(order.object_key) is None
    message.refresh_from_db()
    assert message.state == OutboxMessage.State.WAITING


def test_only_the_fitting_one_of_hold_and_release_is_offered(desk: Desk, rows: Rows) -> None:
    url = f"/admin/bridge/order/{rows.sent.pk}"
    free = desk.get(f"{url}/change/")
    assert f"{url}/hold/" in free
    assert f"{url}/release/" not in free
    holds.begin(rows.sent.object_key)
    held = desk.get(f"{url}/change/")
    assert f"{url}/release/" in held
    assert f"{url}/hold/" not in held


@pytest.fixture
def conflict(rows: Rows) -> OutboxMessage:
    item = factories.ProductFactory(connection=rows.shop.account, name="Чайник синий")
    facts = [{"item": item.external_id, "quantity": 3.0, "price": 50000.0, "discount": 0, "vat": 0}]
    params = {"document": "1", "positions": json.dumps(facts)}
    message: OutboxMessage = factories.ParkedFactory(order=rows.sent, problem=CONFLICT, problem_params=params)
    return message


def test_the_documents_goods_are_shown_beside_the_sites(desk: Desk, rows: Rows, conflict: Any) -> None:
    text = page(desk, rows.sent.pk)
    assert "Goods of the document in MoySklad" in text
    assert "Чайник синий Quantity 3 Price ₽500.00" in text


@pytest.mark.parametrize(("path", "whose"), [("take-site", "site"), ("take-document", "document")])
def test_a_person_says_whose_goods_count(
    desk: Desk, rows: Rows, conflict: OutboxMessage, path: str, whose: str
) -> None:
    assert f"/admin/bridge/order/{rows.sent.pk}/{path}/" in desk.get(
        f"/admin/bridge/order/{rows.sent.pk}/change/"
    )
    assert len(desk.press("order", rows.sent.pk, path)) == 1
    conflict.refresh_from_db()
    assert (conflict.state, conflict.payload["goods"]) == ("waiting", whose)
    before = desk.press("order", rows.sent.pk, path)
    assert len(before) == 1  # nobody asks any more
    assert f"/{path}/" not in desk.get(f"/admin/bridge/order/{rows.sent.pk}/change/")


def test_where_edits_go_to_the_site_the_documents_goods_go_there(
    desk: Desk, rows: Rows, conflict: OutboxMessage
) -> None:
    rows.shop.accept_edits = True
    rows.shop.save()
    desk.press("order", rows.sent.pk, "take-document")
    edit = OutboxMessage.objects.get(object_key=rows.sent.object_key, kind=kinds.EDIT)
    assert (edit.state, edit.connection, edit.payload["goods"]) == ("waiting", rows.shop.site, "document")
    conflict.refresh_from_db()
    assert conflict.state == "parked"  # released once the site has them


def test_the_sites_goods_end_the_question_of_the_other_side(
    desk: Desk, rows: Rows, conflict: OutboxMessage
) -> None:
    edit = factories.ParkedFactory(
        order=rows.sent, kind=kinds.EDIT, connection=rows.shop.site, problem=CONFLICT
    )
    desk.client.cookies["django_language"] = "ru"
    desk.press("order", rows.sent.pk, "take-site")
    edit.refresh_from_db()
    assert (edit.state, edit.discarded_by) == ("discarded", "owner")
    url, said = (
        f"/admin/bridge/outboxmessage/{edit.pk}/change/",
        "The site's goods are written into the document.",
    )
    assert f"owner: {said}" in words_of(desk.get(url, "en"))
    assert "Товары с сайта записываются в документ." in words_of(desk.get(url, "ru"))
    with override("en"):
        assert said in [step.text for step in timeline(rows.sent).steps if step.icon == "block"]


def test_a_reason_that_a_person_typed_stays_as_typed(desk: Desk, rows: Rows) -> None:
    typed = '{"ru": 5'
    desk.press("outboxmessage", rows.parked.pk, "discard", reason=typed)
    rows.parked.refresh_from_db()
    assert rows.parked.why_discarded == typed


def test_an_item_that_is_not_linked_is_one_click_away(desk: Desk, rows: Rows) -> None:
    listing = factories.ListingFactory(shop=rows.shop, product_id="7001", name="Ваза")
    seen = factories.canonical_order(
        "6001", lines=(factories.canonical.Line("1", "7001", "", "V-1", "Ваза", 1, 100),)
    )
    order = factories.OrderFactory(shop=rows.shop, source_id="6001", seen=seen)
    factories.ParkedFactory(order=order)
    html = desk.get(f"/admin/bridge/order/{order.pk}/change/", "en")
    assert "Link “Ваза”" in words_of(html)
    assert f"/admin/bridge/listing/{listing.pk}/change/" in html


def test_a_viewer_reads_everything_and_presses_nothing(
    rows: Rows, conflict: OutboxMessage, viewer: Desk
) -> None:
    holds.begin(rows.sent.object_key, by="owner")
    url = f"/admin/bridge/order/{rows.sent.pk}"
    html = viewer.get(f"{url}/change/")
    for path in ("hold", "release", "take-site", "take-document", "send-again", "compare"):
        assert f"{url}/{path}/" not in html, path
        answer = viewer.post(f"{url}/{path}/", {"_form_submitted": "1"})
        assert answer.status_code == 403, path
    assert f"/admin/bridge/outboxmessage/{conflict.pk}/retry/" not in html
    assert holds.of(rows.sent.object_key) is not None
