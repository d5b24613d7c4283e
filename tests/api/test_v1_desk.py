"""What a button of the desk does, a program can do too, in the same roles; or it is named here why not."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone
from django.utils.translation import override

from bridge.alerts import send
from bridge.alerts.models import Recipient
from bridge.api import connections
from bridge.apilog import buffer
from bridge.domain.errors import Problem
from bridge.history import deeds
from bridge.orders.models import Order
from bridge.people.roles import Role
from bridge.sync.account.check import Answer
from bridge.sync.models import Watermark
from tests import factories
from tests.api.v1 import BASE, Program, program
from tests.people.test_roles import OWNER, PAGES, STAFF

pytestmark = pytest.mark.django_db

SETTINGS = "a setting: set on the desk and in the file"
SECRETS = "credentials, people and their tokens are in no answer"
LONG = ("pause", "resume", "cancel")


def long(name: str) -> dict[str, str]:
    return {deed: f"POST /{name}/{{id}}/{deed}/" for deed in LONG}


def of_cases(name: str, one: str) -> dict[str, str]:
    """Chosen ones are asked for one by one."""
    deeds = {one: one, "discard": "discard", "assign": "assign", "snooze": "snooze"}
    return {
        f"{deed}_{rows}": f"POST /{name}/{{id}}/{way}/"
        for deed, way in deeds.items()
        for rows in ("one", "many")
    }


# Page of the desk → its buttons, ways and bulk actions (as in the table of roles) → the same in the API.
SAME: dict[str, dict[str, str]] = {
    "bridge_order": {
        "send_again": "POST /orders/{id}/send/",
        "send_again_many": "POST /orders/send/",
        **dict.fromkeys(
            ("create_again", "leave_so", "cancel_on_site"), "POST /orders/{id}/removed-document/"
        ),
        "compare": "POST /orders/{id}/compare/",
        "hold": "POST /orders/{id}/hold/",
        "release": "POST /orders/{id}/release/",
        **dict.fromkeys(("take_site", "take_document"), "POST /orders/{id}/goods/"),
        "personal": "POST /personal-data/anonymise/",
    },
    "bridge_outboxmessage": {
        "attention": "GET /failures/causes/",
        "catalogue": "GET /problems/",
        "attention_retry": "POST /retries/",
        **{f"attention_{deed}": f"POST /failures/{deed}/" for deed in ("discard", "assign", "snooze")},
        **of_cases("failures", "retry"),
    },
    "bridge_retryrun": long("retries"),
    "bridge_return": {
        **dict.fromkeys(("settle", "settle_many"), "POST /returns/{id}/settle/"),
        "follow": "POST /returns/{id}/follow/",
    },
    "bridge_refund": {"settle": "POST /refunds/{id}/settle/"},
    "bridge_listing": {
        "products": "GET /products/",
        "confirm": "POST /listings/{id}/suggestion/confirm/",
        "confirm_many": "POST /link-runs/",
        **dict.fromkeys(("refuse", "refuse_many"), "POST /listings/{id}/suggestion/refuse/"),
        **dict.fromkeys(("many", "upload", "earlier"), "POST /link-runs/"),
        "read": "POST /flows/read/",
        **dict.fromkeys(("again", "match_many"), "POST /link-runs/look/"),
        "compare": "POST /listings/{id}/compare/",
        "unlink_many": "DELETE /listings/{id}/link/",
        "download": "GET /listings/",
    },
    "bridge_product": {},
    "bridge_apicall": {},
    "bridge_inboxevent": of_cases("events", "replay"),
    "bridge_replayrun": long("replays"),
    "bridge_pause": {"end": "DELETE /pauses/{id}/"},
    "bridge_watermark": dict.fromkeys(("run_now", "run_many"), "POST /flows/{id}/run/"),
    "bridge_upload": {"decide": "POST /uploads/{id}/decide/", **long("uploads")},
    "bridge_linkrun": {
        "report": "GET /link-runs/{id}/",
        "agree": "POST /link-runs/{id}/agree/",
        "drop": "POST /link-runs/{id}/drop/",
        "take_back": "POST /link-runs/{id}/take-back/",
    },
    "bridge_goodsrun": {
        "confirm": "POST /previews/{id}/confirm/",
        "undo": "POST /previews/{id}/undo/",
        **long("previews"),
    },
    "bridge_goodschange": {
        "csv": "GET /changes/",
        "leave": "POST /changes/leave/",
        "pin": "POST /changes/pin/",
        "take_again": "POST /changes/take-again/",
    },
    "bridge_reconciliation": long("reconciliations"),
    "bridge_drift": {
        "repair_one": "POST /differences/{id}/repair/",
        "repair_many": "POST /differences/repair/",
        **dict.fromkeys(("accept_one", "accept_many"), "POST /differences/{id}/accept/"),
        "compare_one": "POST /differences/{id}/compare/",
    },
    "bridge_alert": {},
    "bridge_recipient": {
        "rules": SETTINGS,
        "telegram": SETTINGS,
        "try_out": "POST /alerts/recipients/{id}/test/",
    },
    "bridge_shop": {},
    "bridge_connection": {"check_now": "POST /connections/{id}/check/", "new_secret": SECRETS},
    "bridge_pairingcode": {},
    "bridge_setup": dict.fromkeys(
        ("account", "site", "known_site", "choices", "mapping", "links", "start", "trial"), SETTINGS
    ),
    "bridge_diagnosis": {"begin": "POST /diagnoses/"},
    "auth_user": dict.fromkeys(
        ("rules", "withdraw", "password_link", "sign_out", "step_off", "deactivate", "activate"), SECRETS
    ),
    "bridge_apitoken": {"revoke": SECRETS},
    "admin_logentry": {},
}
# What is begun on a page of its own; pairing codes, tokens, shops and connections are not.
BEGUN = {
    "bridge_replayrun": "POST /replays/",
    "bridge_pause": "POST /pauses/",
    "bridge_upload": "POST /uploads/",
    "bridge_goodsrun": "POST /previews/",
    "bridge_reconciliation": "POST /reconciliations/",
}


def of_the_desk() -> list[tuple[str, str, set[str]]]:
    """(what, operation, who may) of everything that has one."""
    buttons = [
        (f"{page}.{deed}", SAME[page][deed], who)
        for page, (_look, _add, deeds) in PAGES.items()
        for deed, who in deeds.items()
        if SAME[page][deed] not in (SETTINGS, SECRETS)
    ]
    return [*buttons, *((page, operation, PAGES[page][1]) for page, operation in BEGUN.items())]


def test_every_deed_of_the_desk_is_in_the_api_or_named_why_not() -> None:
    assert {page: set(deeds) for page, (_look, _add, deeds) in PAGES.items()} == {
        page: set(deeds) for page, deeds in SAME.items()
    }
    paths = program().get("/schema/?format=json")["paths"]
    known = {
        f"{method.upper()} {path.removeprefix(BASE)}"
        for path, operations in paths.items()
        for method in operations
    }
    assert {operation for _what, operation, _who in of_the_desk()} - known == set()


@pytest.mark.parametrize("role", list(Role))
def test_the_same_roles_may_do_it(role: Role) -> None:
    """Of whoever may not, nothing more is looked at; whoever may is told what is missing or not there."""
    asking = program(role.value)
    wrong = []
    for what, operation, who in of_the_desk():
        method, path = re.sub(r"{id}", "999999", operation).split()
        body = {} if method in ("POST", "PUT") else None
        status = asking.ask(method, path, body).status_code
        if method != "GET" and (status == 403) != (role.value not in who):
            wrong.append((what, operation, status))
    assert wrong == []
    assert all(
        who in (OWNER, STAFF) or operation.startswith("GET") for _what, operation, who in of_the_desk()
    )


def said() -> list[str]:
    with override("en"):
        return [deeds.read(entry).text for entry in LogEntry.objects.order_by("-pk")]


@pytest.fixture
def owner() -> Program:
    return program("owner")


def test_a_connection_is_asked_now_whether_it_answers(
    owner: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop: Any = factories.ShopFactory()
    rows = owner.get("/connections/")["results"]
    assert {row["id"] for row in rows} == {shop.site_id, shop.account_id}
    assert not any(value in str(rows) for value in shop.account.credentials.values())
    answers = [Answer(True, "The site answers."), Answer(False, "Nobody is there.", "Look at the address.")]
    monkeypatch.setattr(connections, "check", lambda _connection: answers.pop(0))
    found = owner.post(f"/connections/{shop.site_id}/check/")
    assert found == {"answers": True, "message": "The site answers.", "remedy": ""}
    assert owner.post(f"/connections/{shop.site_id}/check/")["remedy"] == "Look at the address."
    assert said()[0] == "Checked: Nobody is there. (API, reports)"


def test_a_test_is_sent_to_a_recipient(owner: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = Recipient.objects.create(name="Anna", channel="email", address="anna@example.test")
    refused = owner.post(f"/alerts/recipients/{anna.pk}/test/", status=409)
    assert (refused["code"], bool(refused["details"]["remedy"])) == ("mail_not_set_up", True)
    assert said()[0] == "A test could not be sent. (API, reports)"
    sent: list[Recipient] = []

    def take(recipient: Recipient) -> Problem | None:
        sent.append(recipient)
        return None

    monkeypatch.setattr(send, "try_out", take)
    assert owner.post(f"/alerts/recipients/{anna.pk}/test/")["result"] == "sent"
    assert sent == [anna]
    assert said()[0].startswith("The test is sent.")


@pytest.mark.parametrize(
    ("what", "flows"), [("stock", {"stock"}), ("goods", {"catalogue", "site_catalogue"})]
)
def test_stock_and_goods_are_read_now(what: str, flows: set[str]) -> None:
    shop: Any = factories.ShopFactory()
    later = timezone.now() + timedelta(hours=5)
    for connection, flow in (
        (shop.account, "stock"),
        (shop.account, "catalogue"),
        (shop.account, "statuses"),
        (shop.site, "site_catalogue"),
    ):
        factories.WatermarkFactory(connection=connection, flow=flow, next_due_at=later)
    assert program("staff").post("/flows/read/", {"shop": shop.pk, "what": what})["result"] == "due"
    assert set(Watermark.objects.filter(next_due_at__lt=later).values_list("flow", flat=True)) == flows
    assert said()[0].endswith("(API, reports)")
    program("viewer").post("/flows/read/", {"shop": shop.pk, "what": what}, 403)


def test_a_customers_data_is_looked_at_given_out_and_taken_out_by_owners_alone(owner: Program) -> None:
    order: Any = factories.OrderFactory()
    who = {"who": order.email}
    assert order.email
    for asking in (program("staff"), program("viewer")):
        for deed in ("look", "export", "anonymise"):
            asking.post(f"/personal-data/{deed}/", who, 403)
    assert owner.post("/personal-data/look/", who)["rows"]["orders"] == 1
    given = owner.post("/personal-data/export/", who)["kept"]
    assert [one["email"] for one in given["orders"]] == [order.email]
    assert said()[0] == "The customer's personal data was given out. (API, reports)"
    assert owner.post("/personal-data/anonymise/", who) == {"orders": 1, "busy": []}
    assert said()[0] == "The customer's personal data was taken out at their request. (API, reports)"
    assert Order.objects.get(pk=order.pk).email == ""
    assert owner.post("/personal-data/look/", who)["rows"]["orders"] == 0
    assert owner.post("/personal-data/look/", {}, 400)["details"]["fields"]["who"]
    calls = [entry.row() for entry in buffer._waiting if "personal-data" in entry.url]
    assert len(calls) >= 11
    assert {(row.request_body, row.response_body) for row in calls} == {("", "")}
