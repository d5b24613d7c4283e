"""Older orders: linked with what MoySklad has already, created where it has nothing, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from killing import cluster_workers, kill
from world import KILLING

from bridge import worktime
from bridge.dashboard.uploads import upload_page
from bridge.orders.flags import Flag
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.sync import leased
from bridge.sync.models import Upload
from bridge.sync.orders import linked_documents
from bridge.sync.uploads import upload_portions, uploads
from bridge.sync.uploads.upload_choice import Chosen
from tests.world import SLOW_MACHINE

WORLD = {"env": KILLING}


@pytest.fixture(autouse=True)
def loopback(settings: Any) -> None:
    """What a person starts or decides here calls the stand-ins from this process."""
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True


@pytest.fixture(autouse=True)
def nothing_left_over(world: Any) -> Iterator[None]:
    """A test that failed leaves neither a fault nor an open upload to the next."""
    yield
    world.box.moysklad.faults.clear()
    world.box.store.faults.clear()
    for row in Upload.objects.exclude(state__in=("done", "cancelled")):
        uploads.cancel(row)


LONG_AGO = "2025-03-{day:02}T10:00:00"


def placed(world: Any, day: int = 1, **order: Any) -> dict[str, Any]:
    """An order of years before the shop began to use the bridge."""
    lines = order.pop("lines", {"S-00001": 2})
    with unheard(world):
        return dict(world.box.store.place_order(lines, created=LONG_AGO.format(day=day), **order))


@contextmanager
def unheard(world: Any) -> Iterator[None]:
    """The plugin was not there yet."""
    world.box.store.event_knobs(drop=True)
    yield
    world.box.settle()
    world.box.store.event_knobs(drop=False)


def many(world: Any, count: int, day: int, **buyer: Any) -> list[int]:
    with unheard(world):
        return list(world.box.store.place_orders(count, created=LONG_AGO.format(day=day), **buyer))


def by_hand(world: Any, order: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A document that somebody else made: one position of the order's sum, in a state of its own."""
    moysklad = world.box.moysklad
    agent = fields.pop("agent", None) or moysklad.add_counterparty(name="Из другого модуля")
    price = fields.pop("price", float(Decimal(order["total"]) * 100))
    body = {
        "name": str(order["id"]),
        "organization": moysklad.ref("organization", moysklad.organization),
        "agent": moysklad.ref("counterparty", agent["id"]),
        "positions": [
            {"quantity": 1, "price": price, "assortment": {"meta": moysklad.item("S-00003")["meta"]}}
        ],
        **fields,
    }
    document = moysklad.create("customerorder", body)
    return dict(moysklad.set_state(document["id"], "Подтвержден"))


def upload(world: Any, *orders: dict[str, Any], create_missing: bool = True, **chosen: Any) -> Upload:
    """Started and finished."""
    ids = tuple(order["id"] for order in orders)
    begun = uploads.start(world.shop, Chosen(ids=ids, **chosen), create_missing=create_missing)
    return finished(world, begun)


def finished(world: Any, begun: Upload, seconds: float = SLOW_MACHINE) -> Upload:
    world.until(lambda: Upload.objects.get(pk=begun.pk).state == "done", "the upload is finished", seconds)
    world.quiet(seconds)
    return Upload.objects.get(pk=begun.pk)


def figures(row: Upload) -> dict[str, int]:
    names = ("total", "read", "linked", "queued", "known", "doubtful")
    return {name: getattr(row, name) for name in names if getattr(row, name)}


def is_linked(world: Any, order: dict[str, Any], document: dict[str, Any]) -> bool:
    row = Order.objects.filter(source_id=str(order["id"])).select_related("binding").get()
    return hasattr(row, "binding") and row.binding.external_id == document["id"]


def both_sides(world: Any, order: dict[str, Any], document: dict[str, Any]) -> tuple[Any, ...]:
    """All that linking might have touched."""
    site = world.box.store.order(order["id"])
    now = world.box.moysklad.document(document["id"])
    return site, now, world.box.store.notes(order["id"]), world.box.store.mails(order["id"])


def test_orders_of_a_period_are_created_and_those_outside_are_not(world: Any) -> None:
    before, first, last, after = (placed(world, day) for day in (9, 10, 12, 13))
    done = upload(world, after=date(2025, 3, 10), before=date(2025, 3, 12))
    assert figures(done) == {"total": 2, "read": 2, "queued": 2}
    for order in (first, last):
        document = world.document(order["id"])
        assert document["sum"] == Decimal(order["total"]) * 100
        assert document["moment"].startswith("2025-03-")
    assert world.documents(before["id"]) == world.documents(after["id"]) == []


def test_orders_named_by_id_are_created_and_a_second_time_known(world: Any) -> None:
    one, other, third = (placed(world) for _ in range(3))
    assert figures(upload(world, one, third)) == {"total": 2, "read": 2, "queued": 2}
    assert world.documents(other["id"]) == []
    assert figures(upload(world, one, other)) == {"total": 2, "read": 2, "known": 1, "queued": 1}
    assert all(len(world.documents(order["id"])) == 1 for order in (one, other, third))


def test_only_chosen_statuses_are_read_and_lost_orders_only_made_when_named(world: Any) -> None:
    done, cancelled = (placed(world, day=3, status=status) for status in ("completed", "cancelled"))
    assert figures(upload(world, done, cancelled)) == {"total": 2, "read": 2, "queued": 1}
    assert world.documents(cancelled["id"]) == []
    assert figures(upload(world, done, cancelled, statuses=("cancelled",))) == {
        "total": 1,
        "read": 1,
        "queued": 1,
    }
    document = world.document(cancelled["id"])
    assert document["state"]["name"] == "Отменен"


def test_an_order_that_was_done_long_ago_reserves_nothing_and_its_status_stays(world: Any) -> None:
    order = placed(world, status="completed")
    upload(world, order)
    document = world.document(order["id"])
    assert [row.get("reserve", 0) for row in document["positions"]["rows"]] == [0, 0]
    assert world.site_status(order["id"]) == "completed"
    world.box.store.edit_order(order["id"], {"customer_note": "Позже"})
    world.until(lambda: "Позже" in world.document(order["id"]).get("description", ""), "the note follows")
    world.quiet()
    rows = world.document(order["id"])["positions"]["rows"]
    assert [row.get("reserve", 0) for row in rows] == [0, 0]


def test_a_document_with_our_key_is_linked_whatever_it_is_called(world: Any) -> None:
    order = placed(world)
    key = f"{order['id']}-{order['order_key']}"
    document = by_hand(world, order, name="Переименован", externalCode=key, price=100)
    before = both_sides(world, order, document)
    assert figures(upload(world, order)) == {"total": 1, "read": 1, "linked": 1}
    assert is_linked(world, order, document)
    assert both_sides(world, order, document) == before


def test_a_document_that_wooms_noted_in_the_order_is_linked(world: Any) -> None:
    document = by_hand(world, {"id": "WM-7", "total": "1.00"})
    order = placed(world, meta={"wooms_id": document["id"]}, status="completed")
    before = both_sides(world, order, document)
    assert figures(upload(world, order)) == {"total": 1, "read": 1, "linked": 1}
    assert is_linked(world, order, document)
    assert both_sides(world, order, document) == before
    assert world.documents(order["id"]) == []


def test_a_document_of_the_number_and_the_sum_is_linked(world: Any) -> None:
    order = placed(world)
    document = by_hand(world, order)
    before = both_sides(world, order, document)
    assert figures(upload(world, order)) == {"total": 1, "read": 1, "linked": 1}
    assert is_linked(world, order, document)
    assert both_sides(world, order, document) == before


def test_a_document_of_the_number_and_the_buyer_is_linked(world: Any) -> None:
    order = placed(world, email="", phone="8 (912) 555-00-11")
    agent = world.box.moysklad.add_counterparty(name="Покупатель", phone="+79125550011")
    document = by_hand(world, order, agent=agent, price=100, name=f"WOO-{order['id']}")
    assert figures(upload(world, order)) == {"total": 1, "read": 1, "linked": 1}
    assert is_linked(world, order, document)


def test_a_document_of_an_order_whose_number_is_the_id_of_another_is_its_own(world: Any) -> None:
    """The shop counts its orders by itself, both are worth the same. Where both are read together, a person decides."""
    named = placed(world, number="A-1")
    numbered = placed(world, number=str(named["id"]))
    document = by_hand(world, {"id": named["id"], "total": numbered["total"]})
    assert figures(upload(world, named, numbered)) == {"total": 2, "read": 2, "doubtful": 2}
    for one in (named, numbered):
        flag = Flag.objects.get(order=world.row(one["id"]), code="link_contested")
        assert [pk for pk, _name in upload_page.candidates(flag)] == [document["id"]]
    assert figures(upload(world, named)) == {"total": 1, "read": 1, "doubtful": 1}
    assert figures(upload(world, numbered)) == {"total": 1, "read": 1, "linked": 1}
    assert is_linked(world, numbered, document)
    assert not linked_documents.choose(world.row(named["id"]), document["id"])


def test_of_documents_named_by_number_and_by_id_a_person_may_choose_either(world: Any) -> None:
    """The order's own was changed by staff, and another order's of the same sum has its id for a number."""
    order = placed(world, number="B-7")
    own = by_hand(world, order, name="B-7", price=100)
    other = by_hand(world, order)
    assert figures(upload(world, order)) == {"total": 1, "read": 1, "doubtful": 1}
    flag = Flag.objects.get(order=world.row(order["id"]), code="link_contested")
    assert [pk for pk, _name in upload_page.candidates(flag)] == [other["id"], own["id"]]
    assert linked_documents.choose(world.row(order["id"]), own["id"])
    assert is_linked(world, order, own)


def test_what_an_earlier_plugin_noted_is_sure_though_it_fits_another_order(world: Any) -> None:
    named = placed(world, number="C-1")
    numbered = placed(world, number=str(named["id"]))
    document = by_hand(world, {"id": named["id"], "total": numbered["total"]})
    noting = placed(world, meta={"wooms_id": document["id"]})
    done = figures(upload(world, named, numbered, noting))
    assert done == {"total": 3, "read": 3, "doubtful": 2, "linked": 1}
    assert is_linked(world, noting, document)


def test_a_number_alone_is_doubtful_and_a_person_decides(world: Any) -> None:
    order, other = placed(world), placed(world)
    documents = [by_hand(world, one, price=100) for one in (order, other)]
    done = upload(world, order, other)
    assert figures(done) == {"total": 2, "read": 2, "doubtful": 2}
    assert world.flag(order["id"], "link_doubtful")["ids"] == documents[0]["id"]
    assert world.documents(order["id"]) == []
    assert linked_documents.choose(world.row(order["id"]), documents[0]["id"])
    assert is_linked(world, order, documents[0])
    assert not linked_documents.choose(world.row(other["id"]), documents[0]["id"])
    linked_documents.ask_for_new(world.row(other["id"]))
    assert world.document(other["id"])["id"] != documents[1]["id"]
    assert not uploads.doubtful(world.shop).filter(order__source_id__in=(order["id"], other["id"])).exists()


def test_several_fitting_documents_are_doubtful(world: Any) -> None:
    order = placed(world)
    documents = {by_hand(world, order)["id"], by_hand(world, order, name=f"WOO-{order['id']}")["id"]}
    assert figures(upload(world, order)) == {"total": 1, "read": 1, "doubtful": 1}
    assert set(world.flag(order["id"], "link_several")["ids"].split()) == documents


def test_a_document_of_another_order_is_never_linked(world: Any) -> None:
    order = placed(world)
    document = by_hand(world, order)
    upload(world, order)
    copy = placed(world, number=str(order["id"]), meta={"wooms_id": document["id"]})
    assert figures(upload(world, copy)) == {"total": 1, "read": 1, "doubtful": 1}
    assert world.flag(copy["id"], "link_taken")["ids"] == document["id"]
    assert is_linked(world, order, document)


def test_only_linking_creates_nothing(world: Any) -> None:
    order, missing = placed(world), placed(world)
    document = by_hand(world, order)
    assert figures(upload(world, order, missing, create_missing=False)) == {
        "total": 2,
        "read": 2,
        "linked": 1,
    }
    assert is_linked(world, order, document)
    assert world.documents(missing["id"]) == []


def test_linking_is_silent_and_later_changes_count(world: Any) -> None:
    """Another state, a shipment and a payment that were there before say nothing to the site."""
    world.configure(
        money={"mark_paid": True}, back={"status_when_shipped": "completed", "status_when_paid": "completed"}
    )
    try:
        order = placed(world, status="on-hold")
        document = by_hand(world, order)
        world.box.moysklad.ship(document["id"])
        world.box.moysklad.pay(document["id"])
        before = both_sides(world, order, document)
        upload(world, order)
        world.run_flow("statuses")
        assert both_sides(world, order, document) == before
        world.box.store.set_status(order["id"], "cancelled")
        state = lambda: world.box.moysklad.document(document["id"])["state"]["name"]  # noqa: E731
        world.until(lambda: state() == "Отменен", "a later change of the site counts")
        world.box.moysklad.set_state(document["id"], "Завершен")
        world.until(lambda: world.site_status(order["id"]) == "completed", "one in MoySklad too")
    finally:
        world.configure()


def test_what_was_refunded_before_makes_no_return_later(world: Any) -> None:
    order = placed(world, status="processing", paid="2025-03-01")
    document = by_hand(world, order)
    world.box.moysklad.ship(document["id"])
    with unheard(world):
        world.box.store.refund(order["id"], {"S-00001": 1})
    upload(world, order)
    world.box.store.edit_order(order["id"], {"customer_note": "Позвоните"})
    description = lambda: world.box.moysklad.document(document["id"]).get("description", "")  # noqa: E731
    world.until(lambda: "Позвоните" in description(), "the note follows")
    world.quiet()
    assert world.box.moysklad.documents("salesreturn") == []
    assert len(world.box.moysklad.document(document["id"])["positions"]["rows"]) == 1


def test_it_pauses_goes_on_and_nothing_is_read_twice(world: Any) -> None:
    ids = many(world, 250, day=20)
    world.box.store.faults.add("slow", method="GET", path="/orders$", ms=3000, skip=1, count=None)
    begun = uploads.start(world.shop, Chosen(after=date(2025, 3, 20), before=date(2025, 3, 20)))
    world.until(lambda: Upload.objects.get(pk=begun.pk).read > 0, "a page is read, or a part of it")
    assert leased.pause(begun)
    world.until(lambda: Upload.objects.get(pk=begun.pk).running_since is None, "it stands still")
    world.quiet()
    read = Upload.objects.get(pk=begun.pk).read
    assert 0 < read < 250
    assert OutboxMessage.objects.filter(payload__upload=begun.pk, state="done").count() == read
    world.box.store.faults.clear()
    assert leased.resume(begun)
    assert figures(finished(world, begun)) == {"total": 250, "read": 250, "queued": 250}
    assert all(len(world.documents(order)) == 1 for order in ids[::25])


def test_a_killed_worker_leaves_an_upload_that_goes_on(world: Any) -> None:
    ids = many(world, 250, day=22)
    world.box.moysklad.faults.add("slow", method="GET", path="/customerorder$", ms=10000, count=None)
    begun = uploads.start(world.shop, Chosen(after=date(2025, 3, 22), before=date(2025, 3, 22)))
    world.until(Order.objects.filter(source_id__in=ids).exists, "the first page is looked for in MoySklad")
    kill(cluster_workers(world.bridge.worker.pid))
    assert Upload.objects.get(pk=begun.pk).read == 0
    world.box.store.faults.add("slow", method="GET", path="/orders$", ms=3000, count=None)
    world.box.moysklad.faults.clear()
    world.until(lambda: Upload.objects.get(pk=begun.pk).read > 0, "more is read, after what was")
    kill(cluster_workers(world.bridge.worker.pid))
    assert Upload.objects.get(pk=begun.pk).read < 250
    world.box.store.faults.clear()
    assert figures(finished(world, begun)) == {"total": 250, "read": 250, "queued": 250}
    numbers = {f"WOO-{order}" for order in ids}
    names = [row["name"] for row in world.box.moysklad.documents() if row["name"] in numbers]
    assert len(names) == len(set(names)) == 250


def test_a_page_that_takes_longer_than_the_lease_still_comes_to_its_end(world: Any, settings: Any) -> None:
    """A machine so slow that each portion has time for one order; this process is the worker."""
    ids = many(world, 4, day=27)
    far = timezone.now() + timedelta(days=1)
    with transaction.atomic():
        begun = uploads.start(world.shop, Chosen(ids=tuple(ids)))
        Upload.objects.filter(pk=begun.pk).update(due_at=far)  # the workers leave it alone
    settings.LEASE_SECONDS = 0
    read = []
    while (row := Upload.objects.get(pk=begun.pk)).state == "running":
        assert len(read) < 10
        with worktime.job():
            upload_portions.portion(row)
        read.append(Upload.objects.get(pk=begun.pk).read)
    assert read == [1, 2, 3, 4]
    world.quiet()
    assert figures(row) == {"total": 4, "read": 4, "queued": 4}
    assert all(len(world.documents(order)) == 1 for order in ids)


def test_cancelling_takes_back_what_still_waits(world: Any) -> None:
    one, other = (
        placed(world, lines={"S-00004": 1}),
        placed(world, lines=[{"product_id": 99999, "name": "Забытое"}]),
    )
    upload(world, one, other)
    message = world.message(other["id"], state="parked")
    [row] = Upload.objects.filter(pk=message.payload["upload"])
    assert uploads.cancel(row)
    message.refresh_from_db()
    assert message.state == "discarded"
    assert not world.row(other["id"]).requested
    assert world.row(one["id"]).requested
    assert not uploads.cancel(row)


def test_an_upload_waits_for_a_side_that_is_away_and_says_so(world: Any) -> None:
    order = placed(world)
    world.box.moysklad.faults.add("status", path="/customerorder", status=503, count=None)
    begun = uploads.start(world.shop, Chosen(ids=(order["id"],)))
    world.until(lambda: Upload.objects.get(pk=begun.pk).problem, "it says what is wrong")
    assert Upload.objects.get(pk=begun.pk).problem_params["system"]
    world.box.moysklad.faults.clear()
    assert figures(finished(world, begun)) == {"total": 1, "read": 1, "queued": 1}
    assert Upload.objects.get(pk=begun.pk).problem == ""
    world.document(order["id"])


def test_two_hundred_and_fifty_orders_cost_few_calls(world: Any) -> None:
    buyer = {"email": "of-many@example.org", "phone": "+7 916 000-77-01"}
    world.document(world.box.store.place_order({"S-00001": 1}, **buyer)["id"])
    ids = many(world, 250, day=25, **buyer)
    world.quiet()
    world.box.moysklad.reset_stats()
    world.box.store.reset_stats()
    begun = uploads.start(world.shop, Chosen(after=date(2025, 3, 25), before=date(2025, 3, 25)))
    assert figures(finished(world, begun)) == {"total": 250, "read": 250, "queued": 250}
    # The stock report is read by itself.
    calls = [call for call in world.box.moysklad.calls() if "/report/stock/" not in call["path"]]
    # A dozen; on a busy machine pages are read in pieces, and orders sent before all are read.
    assert len(calls) <= 60, [(call["method"], call["path"], call["query"][:60]) for call in calls]
    assert len(world.documents(ids[-1])) == 1


def test_an_upload_from_the_terminal_shows_its_progress(world: Any) -> None:
    order = placed(world)
    said = world.bridge.manage("upload_orders", "site", "--ids", str(order["id"]), "--watch")
    assert "of 1 orders is started" in said
    assert "100%  1/1 read, 0 linked, 1 to be sent" in said
    assert said.endswith("The upload is done.\n")
    world.document(order["id"])
