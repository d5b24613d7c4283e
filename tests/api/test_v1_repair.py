"""What the desk sees and repairs beside orders and goods, for programs: by the same functions, with its history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from bridge.api.resource import Throttle
from bridge.apilog.models import ApiCall
from bridge.connections.models import GoodsRule, Shop
from bridge.diagnosis.models import Diagnosis
from bridge.history import deeds
from bridge.inbox.models import InboxEvent
from bridge.orders.after_sale import Refund, Return
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage, Pause
from bridge.sync import kinds
from bridge.sync.models import GoodsChange, GoodsRun, LinkRun, ReplayRun, Upload, Watermark
from bridge.sync.orders.goods_choice import CONFLICT
from connectors.errors import TransientError
from tests import factories
from tests.admin.conftest import Rows, rows
from tests.api.test_v1 import refused
from tests.api.v1 import program
from tests.people.conftest import everything

__all__ = ["everything", "rows"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def as_often_as_they_like(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Throttle, "THROTTLE_RATES", {"reads": None, "deeds": None})


def last_deed() -> str:
    return deeds.read(LogEntry.objects.latest("pk")).text


def test_whose_goods_count_is_decided_once(rows: Rows) -> None:
    staff, message = program("staff"), factories.ParkedFactory(order=rows.sent, problem=CONFLICT)
    path = f"/orders/{rows.sent.pk}/goods/"
    refused(staff.ask("post", path, {"whose": "nobody"}), 400, "invalid")
    assert staff.post(path, {"whose": "site"})["result"] == "site"
    message.refresh_from_db()
    assert (message.state, message.payload) == ("waiting", {"goods": "site"})
    assert last_deed() == "The site's goods are written into the document. (API, reports)"
    refused(staff.ask("post", path, {"whose": "document"}), 409, "not_asked")


def test_many_orders_are_sent_again_with_an_estimate_before(rows: Rows) -> None:
    staff = program("staff")
    left = factories.OrderFactory(shop=rows.shop, status="trash")
    body = {"ids": [rows.sent.pk, left.pk]}
    before = OutboxMessage.objects.count()
    found = staff.post("/orders/estimate/", body)
    assert (found["count"], found["calls"] > 0, OutboxMessage.objects.count()) == (1, True, before)
    assert staff.post("/orders/send/", body) == {"done": 1, "left": 1}
    assert OutboxMessage.objects.filter(object_key=rows.sent.object_key, state="waiting").exists()
    assert last_deed() == "The order is queued for sending. (API, reports)"
    refused(staff.ask("post", "/orders/send/", {"ids": [rows.sent.pk, 999_999]}), 404, "not_found")
    refused(program("viewer").ask("post", "/orders/send/", body), 403, "forbidden")


def test_a_refund_is_shown_with_what_it_became_and_settled(rows: Rows) -> None:
    staff, refund = program("staff"), Refund.objects.get()
    whole = staff.get(f"/refunds/{refund.pk}/")
    assert whole["order"] == {"id": rows.sent.pk, "number": rows.sent.number}
    assert (whole["sum"]["minor"], whole["became"]["code"]) == (refund.amount_minor, "not_worked_on")
    assert whole["open"] is True
    staff.post(f"/refunds/{refund.pk}/settle/")
    assert staff.get(f"/refunds/{refund.pk}/")["became"]["code"] == "by_hand"
    refused(staff.ask("post", f"/refunds/{refund.pk}/settle/"), 409, "nothing_to_do")
    assert last_deed() == "The refund is settled. (API, reports)"


def test_returns_nobody_knows_the_order_of_are_found_and_settled(rows: Rows) -> None:
    staff = program("staff")
    [row] = staff.get("/returns/?known=false&settled=false&gone=false")["results"]
    assert (row["order"], row["asks"]) == (None, False)
    refused(staff.ask("post", f"/returns/{row['id']}/follow/"), 409, "nothing_to_do")
    staff.post(f"/returns/{row['id']}/settle/")
    assert Return.objects.get(pk=row["id"]).settled
    refused(staff.ask("post", f"/returns/{row['id']}/settle/"), 409, "settled_already")
    assert staff.get("/returns/?known=true")["results"][0]["order"]["id"] == rows.sent.pk


def test_a_return_that_changed_is_followed(rows: Rows) -> None:
    Shop.objects.update(accept_returns=True)
    row = Return.objects.get(order=rows.sent)
    Return.objects.filter(pk=row.pk).update(done={"lines": [], "refund": "9"}, content={"lines": [{"x": 1}]})
    staff = program("staff")
    assert staff.get(f"/returns/{row.pk}/")["asks"] is True
    staff.post(f"/returns/{row.pk}/follow/")
    row.refresh_from_db()
    assert row.agreed == {"content": {"lines": [{"x": 1}]}, "gone": False}
    assert OutboxMessage.objects.filter(object_key=rows.sent.object_key, kind=kinds.RETURN).exists()


def test_calls_are_found_by_what_they_were_for_and_shown_with_their_bodies(rows: Rows) -> None:
    shop, viewer = rows.shop, program("viewer")
    event = InboxEvent.objects.get(source_id=rows.sent.source_id)
    common = {
        "at": timezone.now(),
        "host": "x.test",
        "connection": shop.site,
        "shop": shop,
        "duration_ms": 12,
    }
    failed = ApiCall.objects.create(
        **common,
        direction="in",
        vendor="woocommerce",
        method="POST",
        path="/events/1/",
        status=401,
        event=event,
        request_body='{"id": 1}',
        request_bytes=9,
    )
    fine = ApiCall.objects.create(**common, direction="out", method="GET", path="/x", status=200)
    found = viewer.get("/calls/?result=4xx")["results"]
    assert [one["id"] for one in found] == [failed.pk]
    assert found[0]["meaning"] == "the keys or the signature were not accepted"
    assert [one["id"] for one in viewer.get(f"/calls/?event={event.pk}")["results"]] == [failed.pk]
    assert [one["id"] for one in viewer.get(f"/calls/?order={rows.sent.pk}")["results"]] == [failed.pk]
    assert [one["id"] for one in viewer.get("/calls/?direction=out")["results"]] == [fine.pk]
    whole = viewer.get(f"/calls/{failed.pk}/")
    assert whole["request"] == {"text": '{"id": 1}', "bytes": 9, "cut": False}


def test_an_event_is_masked_but_for_an_owner_who_asks_and_never_shows_a_secret(rows: Rows) -> None:
    event = InboxEvent.objects.get(source_id=rows.sent.source_id)
    secret = rows.shop.site.credentials["consumer_secret"]
    body = f'{{"billing": {{"email": "maria@example.test"}}, "note": "{secret}"}}'
    InboxEvent.objects.filter(pk=event.pk).update(body=body)
    owner, staff, path = program("owner"), program("staff"), f"/events/{event.pk}/"
    masked, whole = owner.get(path)["body"]["text"], owner.get(f"{path}?whole=true")["body"]["text"]
    assert ("maria@example.test" in masked, "maria@example.test" in whole) == (False, True)
    assert secret not in masked + whole
    refused(staff.ask("get", f"{path}?whole=true"), 403, "forbidden")
    assert staff.get(path)["order"] == {"id": rows.sent.pk, "number": rows.sent.number}


def test_an_event_is_assigned_put_off_discarded_and_handled_again(rows: Rows) -> None:
    staff, failed = program("staff"), InboxEvent.objects.get(state="failed")
    path, fine = f"/events/{failed.pk}", InboxEvent.objects.get(source_id=rows.sent.source_id)
    assert [one["id"] for one in staff.get("/events/?state=failed")["results"]] == [failed.pk]
    [me] = staff.get("/failures/assignees/")
    staff.post(f"{path}/assign/", {"person": me["id"]})
    staff.post(f"{path}/snooze/", {"day": (timezone.localdate() + timedelta(days=2)).isoformat()})
    staff.post(f"{path}/discard/", {"reason": "Проверка"})
    shown = staff.get(f"{path}/")
    assert (shown["state"]["code"], shown["discard_reason"]) == ("discarded", "Проверка")
    refused(staff.ask("post", f"{path}/discard/", {"reason": "x"}), 409, "nothing_to_do")
    refused(staff.ask("post", f"/events/{fine.pk}/assign/", {"person": None}), 409, "nothing_to_do")
    staff.post(f"{path}/replay/")
    failed.refresh_from_db()
    assert failed.state == "waiting"
    refused(staff.ask("post", f"{path}/replay/"), 409, "in_work")


def test_a_period_of_events_is_estimated_and_handled_again(rows: Rows) -> None:
    staff, since = program("staff"), (timezone.now() - timedelta(hours=1)).isoformat()
    chosen = {"shop": rows.shop.pk, "since": since, "of": "site"}
    before = InboxEvent.objects.filter(connection=rows.shop.site, state__in=("done", "failed")).count()
    assert staff.post("/replays/estimate/", chosen) == {"events": before, "calls": 0, "seconds": 1}
    assert not ReplayRun.objects.exists(), "an estimate does nothing"
    run = staff.post("/replays/", chosen, 201)
    assert (run["state"]["code"], run["progress"]) == ("running", {"done": 0, "total": before})
    refused(staff.ask("post", "/replays/", chosen), 409, "replay_open")
    staff.post(f"/replays/{run['id']}/cancel/")
    only = {"shop": rows.shop.pk, "events": [InboxEvent.objects.get(state="failed").pk]}
    assert staff.post("/replays/", only, 201)["progress"]["total"] == 1
    for wrong in (
        {"shop": rows.shop.pk},
        {**chosen, "since": (timezone.now() + timedelta(hours=1)).isoformat()},
        {**chosen, "until": (timezone.now() - timedelta(hours=2)).isoformat()},
        {**chosen, "since": "0001-01-01T00:00:00+14:00"},
    ):
        refused(staff.ask("post", "/replays/", wrong), 400, "invalid")
    refused(staff.ask("post", "/replays/", {**chosen, "shop": 999999}), 404, "not_found")


def test_a_shop_is_paused_and_goes_on(rows: Rows) -> None:
    staff, until = program("staff"), (timezone.now() + timedelta(hours=2)).replace(microsecond=0)
    chosen = {"shop": rows.shop.pk, "kinds": [kinds.ORDER, kinds.STOCK], "until": until.isoformat()}
    begun = staff.post("/pauses/", {**chosen, "why": "Переучёт"}, 201)["pauses"]
    assert [one["kind"]["code"] for one in begun] == [kinds.ORDER, kinds.STOCK]
    assert {one.until for one in Pause.objects.all()} == {until}
    assert "Переучёт (API, reports)" in last_deed()
    refused(staff.ask("post", "/pauses/", {**chosen, "until": "2020-01-01T00:00:00Z"}), 400, "invalid")
    refused(staff.ask("post", "/pauses/", {**chosen, "kinds": ["nothing"]}), 400, "invalid")
    for one in staff.get("/pauses/")["results"]:
        assert staff.ask("delete", f"/pauses/{one['id']}/").status_code == 204
    assert not Pause.objects.exists()
    [everything_of_it] = staff.post("/pauses/", {"shop": rows.shop.pk}, 201)["pauses"]
    assert (everything_of_it["kind"]["code"], everything_of_it["until"]) == ("", None)


def test_an_owner_agrees_to_a_preview_and_undoes_it(everything: Any) -> None:
    owner, run, shop = program("owner"), everything["goodsrun"], everything["shop"]
    refused(owner.ask("post", "/previews/", {"shop": shop.pk}), 409, "preview_waits")
    refused(owner.ask("post", f"/previews/{run.pk}/resume/"), 409, "not_so")
    refused(program("staff").ask("post", f"/previews/{run.pk}/confirm/", {"then_on": True}), 403, "forbidden")
    owner.post(f"/previews/{run.pk}/confirm/", {"then_on": False})
    run.refresh_from_db()
    assert (run.step, run.then_on) == (GoodsRun.Step.WRITING, False)
    refused(owner.ask("post", f"/previews/{run.pk}/confirm/", {"then_on": True}), 409, "preview_open")
    run.changes.update(state=GoodsChange.State.WRITTEN)
    GoodsRun.objects.filter(pk=run.pk).update(step=GoodsRun.Step.WRITTEN, state="done")
    Shop.objects.update(write_goods=True)
    undoing = owner.post(f"/previews/{run.pk}/undo/", None, 201)
    assert (undoing["kind"]["code"], undoing["undoes"]) == ("undo", run.pk)
    assert not Shop.objects.get(pk=shop.pk).write_goods
    refused(owner.ask("post", f"/previews/{run.pk}/undo/"), 409, "preview_open")
    owner.post(f"/previews/{undoing['id']}/cancel/")
    fresh = owner.post("/previews/", {"shop": shop.pk}, 201)
    assert (fresh["kind"]["code"], fresh["step"]["code"]) == ("preview", "comparing")


def test_changes_are_left_once_left_for_good_and_taken_again(everything: Any) -> None:
    owner, run, shop = program("owner"), everything["goodsrun"], everything["shop"]
    listing = factories.LinkedListingFactory(shop=shop)
    row = GoodsChange.objects.create(run=run, shop=shop, listing=listing, field="stock", old="1", new="2")
    many = {"ids": [row.pk, 999999]}
    assert owner.post("/changes/leave/", many) == {"done": 1, "left": 1}
    assert owner.post("/changes/take-again/", many) == {"done": 1, "left": 1}
    assert owner.post("/changes/pin/", many) == {"done": 1, "left": 1}
    assert GoodsRule.objects.get(shop=shop).value == "site"
    row.refresh_from_db()
    assert row.state == GoodsChange.State.LEFT
    history = LogEntry.objects.filter(content_type__model="goodschange", object_id=str(row.pk))
    assert history.count() == 3


def test_links_are_made_of_a_table_once_somebody_agrees(everything: Any) -> None:
    staff, shop = program("staff"), everything["shop"]
    open_one = LinkRun.objects.get()
    table = {"shop": shop.pk, "of": "file", "name": "links.csv", "content": "sku;article\nA;B\n"}
    refused(staff.ask("post", "/link-runs/", table), 409, "links_open")
    LinkRun.objects.filter(pk=open_one.pk).update(state="done", step="made")
    run = staff.post("/link-runs/", table, 201)
    assert (run["kind"]["code"], run["step"]["code"], run["what"]) == (
        "file",
        "checking",
        "Links from a file: links.csv",
    )
    refused(staff.ask("post", f"/link-runs/{run['id']}/agree/"), 409, "links_open")
    shown = [[2, everything["listing"].pk, None, "no_item", {}]]
    LinkRun.objects.filter(pk=run["id"]).update(
        state="done", step="ready", counts={"no_item": 1, "shown": shown}
    )
    [line] = staff.get(f"/link-runs/{run['id']}/")["lines"]
    assert (line["line"], line["listing"]["id"], line["code"]) == (2, everything["listing"].pk, "no_item")
    assert staff.post(f"/link-runs/{run['id']}/agree/")["result"] == "making"
    refused(staff.ask("post", f"/link-runs/{run['id']}/drop/"), 409, "decided_already")
    for wrong in ({"content": "nonsense"}, {"content": ""}, {"of": "suggestions"}, {"of": "nothing"}):
        refused(staff.ask("post", "/link-runs/", {**table, **wrong}), 400, "invalid")


def test_suggestions_are_counted_and_looked_for_anew(rows: Rows) -> None:
    staff = program("staff")
    chosen = {"shop": rows.shop.pk, "least": 95}
    assert staff.post("/link-runs/estimate/", chosen) == {"count": 0}
    factories.WatermarkFactory(connection=rows.shop.site, flow="suggestions", position=timezone.now())
    staff.post("/link-runs/look/", {"shop": rows.shop.pk})
    assert Watermark.objects.get(flow="suggestions").position is None


class Site:
    """The site as an upload asks it: how many orders are there?"""

    answer: int | Exception = 250

    @property
    def orders(self) -> Site:
        return self

    def count(self, _part: object) -> int:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_older_orders_are_estimated_and_uploaded(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    site, staff = Site(), program("staff")
    monkeypatch.setattr("bridge.connections.clients.woocommerce", lambda _connection: site)
    chosen = {"shop": rows.shop.pk, "after": "2026-04-01", "before": "2026-04-30", "statuses": ["processing"]}
    assert staff.post("/uploads/estimate/", chosen)["orders"] == 250
    run = staff.post("/uploads/", chosen, 201)
    assert Upload.objects.get(pk=run["id"]).chosen == {
        "after": "2026-04-01",
        "before": "2026-04-30",
        "statuses": ["processing"],
        "ids": [],
    }
    refused(staff.ask("post", "/uploads/", chosen), 409, "upload_open")
    staff.post(f"/uploads/{run['id']}/pause/")
    staff.post(f"/uploads/{run['id']}/resume/")
    staff.post(f"/uploads/{run['id']}/cancel/")
    refused(staff.ask("post", "/uploads/", {**chosen, "before": "2026-03-01"}), 400, "invalid")
    site.answer = TransientError("no answer", code="net_refused")
    said = refused(staff.ask("post", "/uploads/estimate/", chosen), 409, "net_refused")
    assert said["details"]["remedy"]


def test_a_doubtful_order_gets_a_new_document(rows: Rows) -> None:
    staff, order = program("staff"), factories.OrderFactory(shop=rows.shop)
    run = Upload.objects.create(shop=rows.shop)
    params = {"ids": "a b", "documents": "“00012” 1891.70; “00013” 1900.00"}
    factories.FlagFactory(order=order, code="link_several", params=params)
    [doubt] = staff.get(f"/uploads/{run.pk}/doubts/")
    assert doubt["order"]["id"] == order.pk
    assert [one["id"] for one in doubt["documents"]] == ["a", "b"]
    path = f"/uploads/{run.pk}/decide/"
    refused(staff.ask("post", path, {"order": order.pk, "document": "c"}), 400, "invalid")
    assert staff.post(path, {"order": order.pk, "document": None})["result"] == "create"
    refused(staff.ask("post", path, {"order": order.pk, "document": None}), 409, "decided_already")
    assert Order.objects.get(pk=order.pk).requested


def test_alerts_say_what_happened_and_only_owners_read_the_rules(everything: Any) -> None:
    [alert] = program("viewer").get("/alerts/")["results"]
    assert (alert["kind"]["code"], alert["shop"]["id"]) == ("failure", everything["shop"].pk)
    assert alert["title"].endswith("something needs you")
    rules = program("owner").get("/alerts/rules/")
    assert (rules["backlog_minutes"], rules["mail"], rules["telegram"]) == (30, False, False)
    assert [one["address"] for one in rules["recipients"]] == ["anna@example.test"]
    refused(program("staff").ask("get", "/alerts/rules/"), 403, "forbidden")


def test_the_history_is_the_owners_and_is_narrowed(rows: Rows) -> None:
    staff, owner = program("staff"), program("owner")
    staff.post(f"/orders/{rows.sent.pk}/hold/", {"why": "Звонок"})
    found = owner.get(f"/history/?kind=order&object={rows.sent.pk}&search=Звонок")["results"]
    assert [one["text"] for one in found] == ["The order is on hold. Звонок (API, reports)"]
    assert found[0]["about"]["kind"]["code"] == "order"
    refused(staff.ask("get", "/history/"), 403, "forbidden")


def test_a_diagnosis_is_begun_and_read(rows: Rows) -> None:
    staff = program("staff")
    run = staff.post("/diagnoses/", {"shop": rows.shop.pk}, 201)
    refused(staff.ask("post", "/diagnoses/", {"shop": rows.shop.pk, "trial": True}), 403, "forbidden")
    found = {"database": {"level": "ok", "code": "database", "params": {"kind": "sqlite"}}}
    Diagnosis.objects.filter(pk=run["id"]).update(state="done", found=found)
    whole = staff.get(f"/diagnoses/{run['id']}/")
    checks = {one["code"]: one for one in whole["checks"]}
    assert checks["database"]["level"] == {"code": "ok", "label": "good"}
    assert checks["queue"]["level"] is None
    assert whole["report"].startswith("Diagnosis of Sklad Bridge")


def test_home_flows_and_the_catalogue_are_read_by_everybody(rows: Rows) -> None:
    viewer, staff = program("viewer"), program("staff")
    home = viewer.get("/home/")
    assert {one["code"] for one in home["today"]} == {
        "today-all",
        "today-sent",
        "today-waiting",
        "today-needs_you",
    }
    assert len(home["days"]) == 30
    [flow] = viewer.get(f"/flows/?connection={rows.shop.account_id}")["results"]
    staff.post(f"/flows/{flow['id']}/run/")
    assert last_deed() == "The flow will run in a moment. (API, reports)"
    entry = viewer.get("/problems/unlinked_lines/")
    assert (entry["repaired_by"], entry["retried"]["code"]) == ("link_item", "person")
    refused(viewer.ask("get", "/problems/nothing/"), 404, "not_found")
