"""The API log through real processes: each call of an order's journey is there, nobody's secrets are."""

from __future__ import annotations

from typing import Any

import requests
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import CharField, TextField
from django.test import Client
from django.urls import NoReverseMatch, reverse
from world import SLOW_MACHINE

from bridge.api.urls import router
from bridge.apilog.models import ApiCall
from bridge.connections.clients import secrets_of
from bridge.connections.models import Connection
from bridge.dashboard.calls import calls_of
from bridge.inbox.models import InboxEvent
from bridge.people.roles import Role, give_role
from tests.security.dump import dump, tables_with

TEXTS = [field.name for field in ApiCall._meta.concrete_fields if isinstance(field, CharField | TextField)]
BUYER = {
    "first_name": "Аполлинария",
    "last_name": "Звездочётова",
    "email": "apollinaria.zv@example.ru",
    "phone": "+7 912 345-67-89",
    "address_1": "Синичкина улица, 14",
}


def calls_of_order(world: Any, order_id: int) -> list[ApiCall]:
    return list(ApiCall.objects.filter(calls_of.of_orders([world.row(order_id)])).order_by("at"))


def test_each_call_of_an_orders_journey_is_in_the_log(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 1}, **BUYER, customer_note="Не звонить")
    document = world.document(order["id"])
    world.until(
        lambda: {call.direction for call in calls_of_order(world, order["id"])} == {"in", "out"},
        "the event and the calls that followed are in the log",
    )
    calls = calls_of_order(world, order["id"])
    event = next(call for call in calls if call.direction == "in")
    assert (event.status, event.vendor, event.shop_id) == (202, "woocommerce", world.shop.pk)
    assert InboxEvent.objects.get(pk=event.event_id).source_id == str(order["id"])
    written = [
        call for call in calls if call.method == "POST" and call.path.endswith("/entity/customerorder")
    ]
    assert len(written) == 1
    assert (written[0].status, written[0].purpose, written[0].shop_id) == (
        200,
        "order_to_moysklad",
        world.shop.pk,
    )
    assert document["id"] in written[0].response_body
    assert written[0].duration_ms >= 0
    for call in calls:
        for name in TEXTS:
            for value in BUYER.values():
                assert value not in getattr(call, name), (str(call), name)
            assert "Не звонить" not in getattr(call, name), (str(call), name)


def test_no_secret_is_in_any_row_after_a_whole_run(world: Any) -> None:
    world.box.store.place_order({"S-00002": 1})
    world.quiet()
    world.run_flow("subscriptions")
    world.until(
        lambda: ApiCall.objects.filter(path__endswith="/entity/webhook").exists(), "hooks were looked at"
    )
    known = {secret for row in Connection.objects.all() for secret in secrets_of(row)}
    assert len(known) >= 6
    leaks = [
        (str(call), name)
        for call in ApiCall.objects.all()
        for name in TEXTS
        for secret in known
        if secret in getattr(call, name)
    ]
    assert leaks == []
    assert {"in", "out"} == set(ApiCall.objects.values_list("direction", flat=True))


def test_a_command_notes_its_own_calls(world: Any) -> None:
    before = ApiCall.objects.filter(path__endswith="/entity/organization").count()
    world.configure()
    assert ApiCall.objects.filter(path__endswith="/entity/organization").count() > before


def test_an_orderly_stop_loses_no_call(world: Any) -> None:
    world.quiet()
    url = world.event_url.replace(world.bridge.url, "")
    knocks = ApiCall.objects.filter(path=url, status=401)
    before = knocks.count()
    for _ in range(5):
        assert requests.post(world.event_url, data=b"{}", timeout=SLOW_MACHINE).status_code == 401
    world.bridge.stop()
    try:
        assert knocks.count() == before + 5
    finally:
        world.bridge.start()


def pages_and_answers(client: Client) -> dict[str, str]:
    """Every list of the desk with the newest rows' pages, and every list of the API with its newest row."""
    paths = []
    for model, desk in admin.site._registry.items():
        above = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        if not hasattr(desk, "changelist_view"):
            continue
        paths.append(reverse(f"{above}_changelist"))
        try:
            paths += [reverse(f"{above}_change", args=[pk]) for pk in newest(model)]
        except NoReverseMatch:
            continue
    for name, resource, _basename in router.registry:
        paths.append(f"/api/v1/{name}/")
        model = getattr(resource, "model", None)
        paths += [f"/api/v1/{name}/{pk}/" for pk in newest(model)] if model else []
    answers = {path: client.get(path, follow=True) for path in paths}
    return {path: answer.content.decode() for path, answer in answers.items() if answer.status_code == 200}


def newest(model: Any) -> list[Any]:
    return list(model._default_manager.order_by("-pk").values_list("pk", flat=True)[:5])


def test_no_secret_shows_anywhere_and_nobody_s_data_where_it_does_not_belong(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 1}, **BUYER)
    world.document(order["id"])
    world.quiet()
    world.configure()
    olga, _made = User.objects.get_or_create(username="olga")
    give_role(olga, Role.OWNER)
    client = Client()
    client.force_login(olga)
    shown = pages_and_answers(client)
    assert len(shown) > 60
    logs = {path.name: path.read_text(errors="replace") for path in world.bridge.directory.glob("*.log")}
    assert logs
    tables = dump()
    hooks = set(Connection.objects.values_list("hook_token", flat=True))
    secrets = {secret for row in Connection.objects.all() for secret in secrets_of(row)} - hooks
    assert len(secrets) >= 4
    for secret in secrets:
        assert [name for told in (shown, logs, tables) for name, text in told.items() if secret in text] == []
    for token in hooks:
        # It is part of an address that others call, and compared as it is: in its own column, and nowhere else.
        assert [name for told in (shown, logs, tables) for name, text in told.items() if token in text] == [
            "bridge_connection"
        ]
    orders_own = {
        *("bridge_order", "bridge_orderbinding", "bridge_inboxevent"),
        *("bridge_customerbinding", "bridge_buyercontacts"),
    }
    of_orders = ("/admin/bridge/order/", "/api/v1/orders/")
    for value in BUYER.values():
        assert set(tables_with(value)) <= orders_own, value
        assert [name for name, text in logs.items() if value in text] == []
        where = [path for path, text in shown.items() if value in text and not path.startswith(of_orders)]
        assert where == [], value
