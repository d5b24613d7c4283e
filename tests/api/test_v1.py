"""The API for programs: what each role may, how it refuses, how it pages, what it keeps in the history."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from bridge.alerts.models import Alert, AlertDelivery, Recipient
from bridge.api import door_shapes
from bridge.api.resource import Throttle
from bridge.apilog.models import ApiCall
from bridge.catalog.models import Listing, ProductBinding
from bridge.connections.models import Connection, Shop
from bridge.diagnosis.models import Diagnosis
from bridge.history import deeds
from bridge.inbox.models import InboxEvent
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage, Pause
from bridge.people import tokens
from bridge.people.models import ApiToken
from bridge.people.roles import Role, give_role
from bridge.sync.models import Drift, LinkRun, Reconciliation, ReplayRun, RetryRun, Upload
from tests import factories
from tests.admin.conftest import Rows, rows
from tests.api.v1 import BASE, Program, program, token_of
from tests.people.conftest import everything, person

__all__ = ["everything", "rows"]

pytestmark = pytest.mark.django_db
LISTS = (
    "orders",
    "refunds",
    "returns",
    "events",
    "calls",
    "replays",
    "pauses",
    "link-runs",
    "uploads",
    "alerts",
    "history",
    "diagnoses",
    "flows",
    "failures",
    "failures/causes",
    "retries",
    "products",
    "listings",
    "previews",
    "changes",
    "reconciliations",
    "differences",
    "shops",
)
# What staff may not see, and what they only look at (people/roles.py).
OWNERS = ("/history/", "/alerts/rules/", "/alerts/recipients/", "/connections/", "/personal-data/")
OWNERS_DEEDS = ("previews", "changes")


@pytest.fixture(autouse=True)
def fresh_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Throttle, "THROTTLE_RATES", {"reads": None, "deeds": None})


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    said: dict[str, Any] = answer.json()
    assert set(said) == {"code", "message", "details"}
    assert said["code"] == code
    return said


def test_nobody_gets_anything_and_is_told_how() -> None:
    answer = Client().get(f"{BASE}/orders/")
    refused(answer, 401, "not_signed_in")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["skb_" + "0" * 64, "x", "\x80\xff"])
def test_a_token_nobody_made_is_refused(token: str) -> None:
    answer = Client().get(f"{BASE}/orders/", headers={"Authorization": f"Bearer {token}"})
    refused(answer, 401, "token_invalid")


def test_a_token_is_kept_as_a_hash_and_opens_nothing_once_revoked() -> None:
    row, token = token_of("viewer")
    stored = json.dumps(list(ApiToken.objects.values()), default=str)
    assert token not in stored
    assert token[15:] not in stored
    asks = Program(token, Client())
    asks.get("/orders/")
    row.refresh_from_db()
    assert row.used_at is not None
    assert tokens.revoke(row)
    assert not tokens.revoke(row)
    refused(asks.ask("get", "/orders/"), 401, "token_invalid")


def test_an_expired_token_and_that_of_a_locked_out_person_are_refused() -> None:
    row, token = token_of("viewer")
    asks = Program(token, Client())
    ApiToken.objects.filter(pk=row.pk).update(expiry=timezone.now() - timedelta(seconds=1))
    refused(asks.ask("get", "/orders/"), 401, "token_invalid")
    assert ApiToken.objects.filter(pk=row.pk).exists(), "the history names it"
    ApiToken.objects.filter(pk=row.pk).update(expiry=None)
    asks.get("/orders/")
    User.objects.filter(pk=row.user_id).update(is_active=False)
    refused(asks.ask("get", "/orders/"), 401, "token_invalid")


def test_a_token_may_no_more_than_its_maker_may_today(rows: Rows) -> None:
    row, token = token_of("owner")
    give_role(User.objects.get(pk=row.user_id), Role.VIEWER)
    asks = Program(token, Client())
    asks.get("/orders/")
    refused(asks.ask("post", f"/orders/{rows.sent.pk}/send/"), 403, "forbidden")
    User.objects.get(pk=row.user_id).groups.clear()
    refused(asks.ask("get", "/orders/"), 403, "forbidden")


def test_every_address_is_open_to_the_roles_that_may_see_its_page_on_the_desk(everything: Any) -> None:
    paths = program("owner").get("/schema/?format=json")["paths"]
    # Where nobody has a role: shops sign, and what pairs has a code.
    others = ("/pair/", "/wc-auth/", *door_shapes.PATHS)
    mine = {path: found for path, found in paths.items() if not path.endswith(others)}
    viewer, staff, owner = program("viewer"), program("staff"), program("owner")
    tried = 0
    for path, operations in mine.items():
        address = path.removeprefix(BASE).replace("{id}", "999999")
        first = address.split("/")[1]
        for method in operations:
            seen, done, ruled = (one.ask(method, address, {}) for one in (viewer, staff, owner))
            own = address.startswith(OWNERS) or (method != "get" and first in OWNERS_DEEDS)
            assert ruled.status_code != 403, (method, path)
            assert (done.status_code == 403) == own, (method, path)
            assert (seen.status_code == 403) == (own or method != "get"), (method, path)
            tried += 1
    assert tried > 110


def test_a_person_of_the_desk_reads_and_needs_the_csrf_token_for_deeds(rows: Rows) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person("anna", Role.STAFF))
    assert browser.get(f"{BASE}/orders/").status_code == 200
    path, as_json = f"{BASE}/orders/{rows.sent.pk}/send/", "application/json"
    refused(browser.post(path, content_type=as_json), 403, "csrf")
    browser.get("/admin/password_change/")
    token = browser.cookies["csrftoken"].value
    answer = browser.post(path, content_type=as_json, headers={"X-CSRFToken": token})
    assert answer.status_code == 200, answer.content
    assert answer.json()["result"] == "queued"
    entry = LogEntry.objects.latest("pk")
    assert (entry.user.get_username(), deeds.read(entry).text.endswith("(API)")) == ("anna", True)


def test_refusals_have_one_shape(rows: Rows) -> None:
    owner = program()
    said = refused(owner.ask("get", "/orders/?page_size=1000"), 400, "invalid")
    assert said["details"]["fields"]["page_size"] == ["A number from 1 to 200."]
    refused(owner.ask("get", "/orders/?ordering=email"), 400, "invalid")
    refused(owner.ask("get", "/orders/?standing=lost"), 400, "invalid")
    refused(owner.ask("get", "/orders/?shop="), 400, "invalid")
    refused(owner.ask("get", "/orders/?nmber=1"), 400, "unknown_parameter")
    refused(owner.ask("get", "/orders/?cursor=x"), 404, "not_found")
    refused(owner.ask("get", "/orders/999999/"), 404, "not_found")
    refused(owner.ask("get", "/orders/x/"), 404, "not_found")
    refused(owner.ask("get", "/nothing"), 404, "not_found")
    wrong = owner.ask("delete", f"/orders/{rows.sent.pk}/")
    refused(wrong, 405, "method_not_allowed")
    assert wrong["Allow"] == "GET, HEAD"
    refused(owner.ask("options", "/orders/"), 405, "method_not_allowed")
    refused(owner.ask("get", "/orders/", Accept="text/csv"), 406, "not_acceptable")
    path = f"{BASE}/failures/{rows.parked.pk}/discard/"
    headers = {"Authorization": f"Bearer {owner.token}"}
    client = Client()
    refused(
        client.post(path, "reason=x", content_type="text/plain", headers=headers),
        415,
        "unsupported_media_type",
    )
    for body in ("{", "[" * 60_000, "\xff", '{"reason": "' + "x" * 70_000 + '"}'):
        refused(client.post(path, body, content_type="application/json", headers=headers), 400, "malformed")
    refused(owner.ask("post", f"/failures/{rows.parked.pk}/discard/", []), 400, "invalid")
    refused(owner.ask("post", f"/failures/{rows.parked.pk}/discard/", {"reason": "\ud800"}), 400, "invalid")


def test_a_refusal_is_read_in_the_callers_language() -> None:
    token = token_of("viewer")[1]
    for language, text in (("ru-RU,ru;q=0.9", "По этому адресу"), ("en", "There is nothing")):
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        answer = Client().get(f"{BASE}/orders/1/", headers=headers)
        assert answer.json()["message"].startswith(text) or language.startswith("ru"), answer.json()
        assert answer["Content-Language"] == language[:2]


def test_who_asks_too_often_waits(monkeypatch: pytest.MonkeyPatch, rows: Rows) -> None:
    monkeypatch.setattr(Throttle, "THROTTLE_RATES", {"reads": "2/min", "deeds": "1/min"})
    first, other = program("staff"), program("staff")
    for _n in range(2):
        first.get("/orders/")
    answer = first.ask("get", "/orders/")
    refused(answer, 429, "too_many_requests")
    assert 1 <= int(answer["Retry-After"]) <= 60
    other.get("/orders/")
    first.post(f"/orders/{rows.sent.pk}/send/")
    refused(first.ask("post", f"/orders/{rows.sent.pk}/send/"), 429, "too_many_requests")


def test_an_order_is_found_and_shown_with_its_journey(rows: Rows) -> None:
    owner = program()
    [row] = owner.get("/orders/?standing=needs_you&number=" + rows_order(rows.parked).number)["results"]
    assert row["standing"] == {"code": "needs_you", "label": "needs you"}
    assert row["total"] == {"minor": 189170, "currency": "RUB"}
    assert row["placed_at"] == "2026-05-14T09:30:00Z"
    whole = owner.get(f"/orders/{row['id']}/")
    [obstacle] = whole["obstacles"]
    assert (obstacle["failure"], obstacle["problem"]["code"]) == (rows.parked.pk, "unlinked_lines")
    assert whole["buyer"]["name"] == "Иванова Мария"
    assert whole["lines"][0]["total"]["minor"] == 159170
    assert whole["journey"]["steps"]
    assert owner.get(f"/orders/{row['id']}/journey/")["steps"] == whole["journey"]["steps"]


def rows_order(message: OutboxMessage) -> Order:
    return Order.objects.get(pk=message.object_key.removeprefix("order:"))


def test_viewers_know_buyers_only_masked_and_nobody_sees_a_secret(everything: Any) -> None:
    secrets = [v for row in Connection.objects.all() for v in (*row.credentials.values(), row.hook_token)]
    order = Order.objects.earliest("pk")
    viewer, owner = program("viewer"), program("owner")
    event = InboxEvent.objects.get(source_id=order.source_id)
    ones = (f"/orders/{order.pk}/", f"/events/{event.pk}/", "/home/", "/status/", "/health/")
    for path in (*(f"/{name}/" for name in LISTS if name != "history"), *ones):
        mine, theirs = json.dumps(owner.get(path)), json.dumps(viewer.get(path), ensure_ascii=False)
        assert not [secret for secret in secrets if secret in mine], path
        assert not [one for one in (order.email, order.phone, "Мария", "Лесная") if one in theirs], path
    assert not viewer.get(f"/orders/?search={order.email}")["results"]
    assert owner.get(f"/orders/?search={order.email}")["results"]


def test_pages_follow_one_another_without_a_gap(rows: Rows) -> None:
    for _n in range(7):
        factories.OrderFactory(shop=rows.shop)
    owner, seen, path = program(), [], "/orders/?page_size=3"
    while path:
        page = owner.get(path)
        assert len(page["results"]) <= 3
        seen += [row["id"] for row in page["results"]]
        path = (page["next"] or "").partition(BASE)[2]
    assert sorted(seen) == sorted(Order.objects.values_list("pk", flat=True))
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("name", LISTS)
def test_more_rows_take_no_more_queries(everything: Any, name: str) -> None:
    owner, shop = program(), everything["shop"]
    Pause.objects.create(shop=shop)
    one_of_each_work(shop)
    deeds.note(User.objects.earliest("pk"), shop, "x")
    AlertDelivery.objects.create(alert=Alert.objects.get(), recipient=Recipient.objects.get())
    owner.get(f"/{name}/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        before = len(owner.get(f"/{name}/")["results"])
    for number in range(5):
        order = factories.OrderFactory(shop=shop)
        factories.BindingFactory(order=order)
        factories.ParkedFactory(order=order, problem=f"code_{number}")
        listing = factories.LinkedListingFactory(shop=shop)
        run = Reconciliation.objects.create(shop=shop)
        Drift.objects.create(
            reconciliation=run, shop=shop, code="drift_order_not_sent", title="x", order=order
        )
        RetryRun.objects.create(shop=shop, chosen={"cause": "x"})
        factories.EventFactory(connection=shop.site, source_id=order.source_id)
        factories.RelatedDocumentFactory(order=order, source_key=f"refund:{number}:1")
        factories.RefundFactory(order=order, source_id=str(number))
        factories.ReturnFactory(connection=shop.account, order=order)
        other_shop = factories.ShopFactory(account=shop.account)
        Pause.objects.create(shop=other_shop)
        one_of_each_work(other_shop)
        ApiCall.objects.create(
            at=timezone.now(),
            direction="out",
            method="GET",
            host="x.test",
            path="/",
            status=200,
            duration_ms=1,
            shop=shop,
            connection=shop.site,
        )
        alert = Alert.objects.create(
            key=f"more {number}", kind="failure", subject="failure", shop=shop, facts={"count": 1}
        )
        AlertDelivery.objects.create(alert=alert, recipient=Recipient.objects.get())
        deeds.note(User.objects.earliest("pk"), order, "x")
        previewed = everything["goodsrun"]
        previewed.changes.create(shop=shop, listing=listing, field="stock")
        type(previewed).objects.create(shop=shop)
        other = factories.ShopFactory(account=shop.account)
        factories.WatermarkFactory(connection=other.site, flow="orders")
    with CaptureQueriesContext(connection) as many:
        after = len(owner.get(f"/{name}/")["results"])
    assert after > before
    assert len(many) == len(few), [query["sql"][:200] for query in many.captured_queries]


def one_of_each_work(shop: Shop) -> None:
    nothing = {"since": "", "until": "", "of": "", "only_failed": False, "keys": [1]}
    ReplayRun.objects.create(shop=shop, chosen=nothing)
    Diagnosis.objects.create(shop=shop)
    Upload.objects.create(shop=shop)
    LinkRun.objects.create(shop=shop, kind="file")


def test_a_failure_is_retried_discarded_assigned_and_put_off_with_its_history(rows: Rows) -> None:
    staff = program("staff")
    [anna] = [one for one in staff.get("/failures/assignees/") if one["name"] == "owner-of-tokens"]
    staff.post(f"/failures/{rows.parked.pk}/assign/", {"person": anna["id"]})
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    staff.post(f"/failures/{rows.parked.pk}/snooze/", {"day": tomorrow})
    refused(staff.ask("post", f"/failures/{rows.parked.pk}/snooze/", {"day": "2020-01-01"}), 400, "invalid")
    assert rows.parked.pk not in [row["id"] for row in staff.get("/failures/")["results"]]
    [put_off] = staff.get("/failures/?put_off=true")["results"]
    assert (put_off["id"], put_off["assigned_to"]["id"]) == (rows.parked.pk, anna["id"])
    staff.post(f"/failures/{rows.dead.pk}/retry/")
    refused(staff.ask("post", f"/failures/{rows.dead.pk}/retry/"), 409, "nothing_to_do")
    staff.post(f"/failures/{rows.parked.pk}/discard/", {"reason": "Введено руками"})
    rows.parked.refresh_from_db()
    assert (rows.parked.state, rows.parked.discarded_by) == ("discarded", "owner-of-tokens")
    done = LogEntry.objects.filter(object_id=str(rows.parked.pk), content_type__model="outboxmessage")
    assert done.count() == 3
    assert all("(API, reports)" in deeds.read(entry).text for entry in done)
    with override("en"):
        values = [value for entry in done.order_by("pk") for value in deeds.read(entry).values]
    assert [(one.before, one.after) for one in values[:2]] == [
        ("", "owner-of-tokens"),
        ("", f"{date.fromisoformat(tomorrow):%m/%d/%Y} midnight"),
    ]
    assert values[-1].after == "Введено руками"
    [again] = LogEntry.objects.filter(object_id=str(rows.dead.pk), content_type__model="outboxmessage")
    assert [bool(one.before and one.after) for one in deeds.read(again).values] == [True]


def test_all_of_a_cause_is_estimated_and_tried_again(rows: Rows) -> None:
    staff = program("staff")
    groups = staff.get("/failures/causes/")["results"]
    [group] = [one for one in groups if one["cause"] == "name_taken"]
    chosen = {name: group[name] for name in ("source", "of", "cause")}
    assert staff.post("/failures/estimate/", chosen) == {"count": 1, "calls": 5, "seconds": 2}
    run = staff.post("/retries/", chosen, 201)
    assert (run["cause"], run["progress"]["total"]) == ("name_taken", 1)
    refused(staff.ask("post", "/retries/", chosen), 409, "retry_open")
    staff.post(f"/retries/{run['id']}/pause/")
    staff.post(f"/retries/{run['id']}/resume/")
    staff.post(f"/retries/{run['id']}/cancel/")
    refused(staff.ask("post", f"/retries/{run['id']}/cancel/"), 409, "not_so")
    assert staff.post("/failures/discard/", {**chosen, "reason": "x"}) == {"done": 1, "left": 0}


def test_a_listing_is_linked_and_unlinked(rows: Rows) -> None:
    staff = program("staff")
    [row, *_more] = staff.get("/listings/?link=unlinked")["results"]
    product = factories.ProductFactory(connection=rows.shop.account, article="NEW-1")
    foreign = factories.ProductFactory()
    refused(staff.ask("put", f"/listings/{row['id']}/link/", {"product": foreign.pk}), 400, "invalid")
    answer = staff.ask("put", f"/listings/{row['id']}/link/", {"product": product.pk}).json()
    assert answer["listing"]["link"]["product"]["id"] == product.pk
    assert ProductBinding.objects.get(listing=row["id"]).origin == "person"
    assert deeds.read(LogEntry.objects.latest("pk")).values[0].after == str(product)
    assert staff.get(f"/listings/{row['id']}/stock/")["listing"] == row["id"]
    assert staff.get(f"/products/{product.pk}/stock/")["sites"][0]["listing"] == row["id"]
    assert staff.ask("delete", f"/listings/{row['id']}/link/").status_code == 204
    refused(staff.ask("delete", f"/listings/{row['id']}/link/"), 409, "not_linked")


def test_a_suggestion_is_decided_on_once(rows: Rows) -> None:
    staff = program("staff")
    product = factories.ProductFactory(connection=rows.shop.account)
    listing = Listing.objects.filter(match="missing").latest("pk")
    Listing.objects.filter(pk=listing.pk).update(suggestion=product, suggestion_score=90)
    path = f"/listings/{listing.pk}/suggestion"
    refused(staff.ask("post", f"{path}/confirm/", {"suggestion": product.pk + 1}), 409, "decided_already")
    staff.post(f"{path}/confirm/", {"suggestion": product.pk})
    refused(staff.ask("post", f"{path}/refuse/", {"suggestion": product.pk}), 409, "decided_already")
    assert ProductBinding.objects.get(listing=listing).product == product


def test_both_sides_are_compared_and_a_difference_is_accepted(everything: Any) -> None:
    staff, shop = program("staff"), everything["shop"]
    refused(staff.ask("post", "/reconciliations/", {"shop": shop.pk}), 409, "comparison_open")
    run = staff.get("/reconciliations/?state=running")["results"][0]
    staff.post(f"/reconciliations/{run['id']}/cancel/")
    assert staff.post("/reconciliations/", {"shop": shop.pk}, 201)["state"]["code"] == "running"
    [drift] = staff.get("/differences/")["results"]
    refused(staff.ask("post", f"/differences/{drift['id']}/repair/"), 409, "not_to_be_repaired")
    staff.post(f"/differences/{drift['id']}/accept/")
    refused(staff.ask("post", f"/differences/{drift['id']}/accept/"), 409, "not_open")


def test_differences_are_repaired_together(everything: Any) -> None:
    staff = program("staff")
    drift = Drift.objects.get()
    Drift.objects.filter(pk=drift.pk).update(code="drift_stock_behind", repair="stock")
    many = {"ids": [drift.pk]}
    assert staff.post("/differences/estimate/", many)["differences"] == 1
    assert staff.post("/differences/repair/", many, 201)["repair"] is True
    with override("en"):
        assert deeds.read(LogEntry.objects.latest("pk")).text == "Repair (API, reports)"
    drift.refresh_from_db()
    assert drift.state == Drift.State.REPAIRING


def test_an_order_is_held_and_released(rows: Rows) -> None:
    staff = program("staff")
    path = f"/orders/{rows.sent.pk}"
    staff.post(f"{path}/hold/", {"why": "Покупатель просил подождать"})
    refused(staff.ask("post", f"{path}/hold/"), 409, "held_already")
    assert staff.get(f"{path}/")["standing"]["code"] == "held"
    staff.post(f"{path}/release/")
    refused(staff.ask("post", f"{path}/release/"), 409, "not_held")


def test_a_removed_document_waits_for_a_decision(rows: Rows) -> None:
    staff = program("staff")
    gone = Order.objects.get(binding__gone="deleted")
    refused(staff.ask("post", f"/orders/{gone.pk}/send/"), 409, "document_gone")
    there = f"/orders/{rows.sent.pk}/removed-document/"
    refused(staff.ask("post", there, {"decision": "leave"}), 409, "document_there")
    staff.post(f"/orders/{gone.pk}/removed-document/", {"decision": "create_again"})
    assert staff.get(f"/orders/{gone.pk}/")["standing"]["code"] == "waiting"


def test_shops_say_how_fresh_they_are(rows: Rows) -> None:
    viewer = program("viewer")
    [shop] = viewer.get("/shops/")["results"]
    assert shop["account"]["answers"] is True
    assert shop["flows"][0]["lag_seconds"] >= 300
    whole = viewer.get(f"/shops/{shop['id']}/")
    assert whole["needs_attention"] == 4
    assert whole["budget"]["calls"] > 0
    health = viewer.get("/health/")
    assert (health["ok"], health["reason"]) == (False, "worker")


def test_swagger_is_served_by_the_bridge_itself() -> None:
    browser = Client()
    assert browser.get(f"{BASE}/docs/").status_code == 401
    browser.force_login(person("anna", Role.VIEWER))
    html = browser.get(f"{BASE}/docs/").content.decode()
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in html
    assert "https://" not in html
