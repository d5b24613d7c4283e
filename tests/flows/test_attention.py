"""Staff repair what stands still: two causes are told apart, one is repaired and tried again, its orders arrive."""

from __future__ import annotations

import re
from typing import Any

import pytest
from staff import Staff

from bridge.connections.models import Connection
from bridge.outbox.models import OutboxMessage
from bridge.problems import entry
from bridge.problems.entry import Retry
from bridge.sync.models import RetryRun

PAGE = "/admin/bridge/outboxmessage/attention/"
ORDERS = "entity/customerorder$"


@pytest.fixture
def staff(world: Any) -> Staff:
    return Staff(world.bridge.url).sign_in()


def causes(staff: Staff) -> dict[str, int]:
    found = re.findall(r'data-cause="(\w*)" data-count="(\d+)"', staff.get(PAGE))
    return {code: int(n) for code, n in found}


def way(html: str, deed: str, cause: str) -> str:
    """The address of a button of a cause."""
    [found] = re.findall(rf'href="({PAGE}{deed}/\?[^"]*of_cause={cause}[^"]*)"', html)
    return str(found).replace("&amp;", "&")


def test_one_of_two_causes_is_repaired_and_its_orders_arrive(world: Any, staff: Staff) -> None:
    world.box.moysklad.configure(closed_before="2099-01-01")
    try:
        shut = [world.box.store.place_order({"S-00001": 1})["id"] for _n in range(4)]
        for order in shut:
            world.message(order, state="dead")
    finally:
        world.box.moysklad.configure(closed_before="")
    world.box.moysklad.faults.add("error", method="POST", path=ORDERS, code=1045, status=403, count=None)
    refused = [world.box.store.place_order({"S-00002": 1})["id"] for _n in range(2)]
    for order in refused:
        world.message(order, state="dead")
    world.box.moysklad.faults.clear()
    assert causes(staff) == {"closed_period": 4, "right_to_create": 2}

    html = staff.get(PAGE)
    assert "Open the period in MoySklad" in html
    retry = way(html, "retry", "closed_period")
    assert "To try again: 4." in staff.get(retry)
    answer = staff.press(f"{PAGE}retry/", retry)
    run = RetryRun.objects.get()
    assert answer.url.endswith(f"/admin/bridge/retryrun/{run.pk}/change/")

    for order in shut:
        world.document(order)
    world.until(lambda: RetryRun.objects.get().state == "done", "the run ends")
    run.refresh_from_db()
    assert (run.total, run.done, run.went, run.failed, run.by) == (4, 4, 4, 0, "anna")
    assert "100%" in staff.get(f"/admin/bridge/retryrun/{run.pk}/change/")
    assert causes(staff) == {"right_to_create": 2}
    assert all(len(world.documents(order)) == 1 for order in shut)
    assert not any(world.documents(order) for order in refused), "the other cause was not touched"

    discard = way(staff.get(PAGE), "discard", "right_to_create")
    staff.press(f"{PAGE}discard/", discard, reason="Введены руками", _form_submitted="1")
    assert causes(staff) == {}
    kept = OutboxMessage.objects.filter(state="discarded", discarded_by="anna")
    assert kept.count() == 2
    page = f"/admin/bridge/outboxmessage/{kept[0].pk}/retry/"
    staff.press(page, page, _form_submitted="1")
    world.until(lambda: sum(len(world.documents(order)) for order in refused) == 1, "the undone one arrives")


def test_what_fails_again_is_counted_and_stays(world: Any, staff: Staff) -> None:
    world.box.moysklad.faults.add("error", method="POST", path=ORDERS, code=3015, status=412, count=None)
    order = world.box.store.place_order({"S-00001": 1})["id"]
    world.message(order, state="dead", problem="email_refused")
    retry = way(staff.get(PAGE), "retry", "email_refused")
    staff.press(f"{PAGE}retry/", retry)
    run = RetryRun.objects.latest("pk")
    world.until(lambda: RetryRun.objects.get(pk=run.pk).state == "done", "the run ends")
    run.refresh_from_db()
    assert (run.done, run.went, run.failed) == (1, 0, 1)
    assert causes(staff)["email_refused"] == 1
    world.box.moysklad.faults.clear()
    world.message(order, state="dead")
    staff.press(f"{PAGE}retry/", way(staff.get(PAGE), "retry", "email_refused"))
    world.document(order)
    world.quiet()


@pytest.mark.parametrize(
    ("code", "status"), [(3000, 412), (14001, 412), (1017, 403), (1070, 403), (11002, 412), (2001, 400)]
)
def test_what_waits_for_a_person_is_not_tried_again(world: Any, code: int, status: int) -> None:
    world.box.moysklad.faults.add("error", method="POST", path=ORDERS, code=code, status=status)
    order = world.box.store.place_order({"S-00001": 1})["id"]
    message = world.message(order, state="dead")
    assert entry(message.problem).retry == Retry.PERSON
    assert message.deliveries.count() == 1
    OutboxMessage.objects.filter(pk=message.pk).delete()


@pytest.mark.parametrize(
    ("code", "status", "retry"),
    [
        (1065, 412, Retry.LOOK_FIRST),
        (1083, 500, Retry.LOOK_FIRST),
        (1074, 400, Retry.ITSELF),
        (1049, 429, Retry.CONNECTION),
        (1073, 429, Retry.CONNECTION),
    ],
)
def test_what_passes_by_itself_is_tried_again_by_itself(
    world: Any, code: int, status: int, retry: Retry
) -> None:
    world.box.moysklad.faults.add("error", method="POST", path=ORDERS, code=code, status=status)
    order = world.box.store.place_order({"S-00001": 1})["id"]
    message = world.message(order, state="done")
    tries = list(message.deliveries.order_by("pk"))
    assert [entry(one.problem).retry for one in tries[:1]] == [retry]
    assert tries[-1].outcome == "done"
    assert len(world.documents(order)) == 1


def test_a_refused_login_keeps_the_whole_connection(world: Any) -> None:
    world.box.moysklad.faults.add("error", method="POST", path=ORDERS, code=1061, status=403)
    order = world.box.store.place_order({"S-00001": 1})["id"]
    message = world.message(order, state="waiting", problem="api_not_allowed")
    assert entry(message.problem).retry == Retry.CONNECTION
    assert message.attempts == 0, "nobody's try"
    account = Connection.objects.get(vendor="moysklad")
    assert account.is_paused()
    assert account.pause_problem == "api_not_allowed"
    account.paused_until, account.failures = None, 0
    account.save(update_fields=["paused_until", "failures"])
    OutboxMessage.objects.filter(pk=message.pk).update(due_at=message.created_at)
    world.document(order)
