"""The bridge makes its webhooks in MoySklad itself, renews them, and removes only its own."""

from __future__ import annotations

from typing import Any

import requests
from world import SLOW_MACHINE

from bridge.connections.models import Connection
from bridge.sync import flows


def api(world: Any, path: str, body: dict[str, Any] | None = None) -> Any:
    headers = {
        "Authorization": f"Bearer {world.box.moysklad.token}",
        "Accept": "application/json;charset=utf-8",
        "Accept-Encoding": "gzip",
    }
    url = f"{world.box.moysklad.url}/{path}"
    answer = (
        requests.post(url, json=body, headers=headers, timeout=SLOW_MACHINE)
        if body
        else requests.get(url, headers=headers, timeout=SLOW_MACHINE)
    )
    answer.raise_for_status()
    return answer.json()


def ours(world: Any) -> list[tuple[str, str]]:
    prefix = f"{world.bridge.url}/hooks/moysklad/{world.shop.account.hook_token}/"
    rows = api(world, "entity/webhook")["rows"]
    return sorted((row["entityType"], row["action"]) for row in rows if row["url"].startswith(prefix))


GOODS = [
    (kind, action) for kind in ("bundle", "product", "variant") for action in ("CREATE", "DELETE", "UPDATE")
]
ORDERS = [("customerorder", "DELETE"), ("customerorder", "UPDATE")]
RETURNS = [("salesreturn", "CREATE"), ("salesreturn", "DELETE"), ("salesreturn", "UPDATE")]
DEMANDS = [("demand", "CREATE"), ("demand", "DELETE"), ("demand", "UPDATE")]
RESERVES = [("customerorder", "CREATE"), *DEMANDS]
ALWAYS = sorted([*GOODS, *ORDERS, *RETURNS, *RESERVES])
PROGRESS = [(kind, action) for kind in ("cashin", "demand", "paymentin") for action in ("CREATE", "UPDATE")]


def test_the_webhooks_are_there_and_stay_when_renewed(world: Any) -> None:
    expected = ALWAYS
    world.until(lambda: ours(world) == expected, "all webhooks are made")
    world.until(lambda: len(api(world, "entity/webhookstock")["rows"]) == 1, "the last of them too")
    world.run_flow("subscriptions")
    assert ours(world) == expected


def test_shipments_and_payments_are_heard_of_only_where_a_shop_acts_on_them(world: Any) -> None:
    url = world.shop.account.hook_token
    world.configure(
        back={"status_when_shipped": "completed", "accept_returns": False},
        money={"send_refunds": False},
        stock={"write": False},
    )
    world.until(lambda: ours(world) == sorted([*GOODS, *ORDERS, *PROGRESS]), "what this shop needs")
    paths = {row["url"].split(url)[1] for row in api(world, "entity/webhook")["rows"] if url in row["url"]}
    goods = {"/product/", "/variant/", "/bundle/"}
    assert paths == goods | {"/customerorder/", "/demand/", "/paymentin/", "/cashin/"}
    world.configure(back={"status_when_shipped": "", "accept_returns": True}, money={"send_refunds": True})
    world.until(lambda: ours(world) == ALWAYS, "as before")


def test_what_reserves_goods_is_heard_of_only_where_numbers_without_reserves_are_shown(world: Any) -> None:
    world.configure(stock_type="stock")
    without = sorted([*GOODS, *ORDERS, *RETURNS, *PROGRESS])  # of physical stock, shipments are what counts
    world.until(lambda: ours(world) == without, "reserves do not matter")
    world.configure(stock_type="freeStock")
    world.until(lambda: ours(world) == ALWAYS, "they do again")


def test_one_switched_off_by_moysklad_is_switched_on_again(world: Any) -> None:
    row = next(r for r in api(world, "entity/webhook")["rows"] if r["action"] == "UPDATE")
    world.box.moysklad.edit("webhook", row["id"], {"enabled": False})
    world.run_flow("subscriptions")
    world.until(
        lambda: all(r.get("enabled", True) for r in api(world, "entity/webhook")["rows"]), "it is on again"
    )


def test_foreign_webhooks_are_never_touched(world: Any) -> None:
    foreign = {"url": "https://other.example.org/hook", "action": "UPDATE", "entityType": "product"}
    api(world, "entity/webhook", foreign)
    world.run_flow("subscriptions")
    assert any(row["url"] == foreign["url"] for row in api(world, "entity/webhook")["rows"])


def test_webhooks_of_an_earlier_public_address_are_taken_away(world: Any) -> None:
    token = world.shop.account.hook_token
    earlier = f"https://earlier.example.org/hooks/moysklad/{token}"
    api(
        world,
        "entity/webhook",
        {"url": f"{earlier}/customerorder/", "action": "UPDATE", "entityType": "customerorder"},
    )
    stock = {"url": f"{earlier}/stock/", "enabled": True, "stockType": "stock", "reportType": "bystore"}
    api(world, "entity/webhookstock", stock)
    world.run_flow("subscriptions")
    world.until(
        lambda: (
            not any(
                row["url"].startswith(earlier)
                for path in ("entity/webhook", "entity/webhookstock")
                for row in api(world, path)["rows"]
            )
        ),
        "the old ones are gone",
    )
    assert ours(world) == ALWAYS


def test_unsubscribe_takes_ours_back_and_nothing_else(world: Any) -> None:
    foreign = {"url": "https://other.example.org/kept", "action": "UPDATE", "entityType": "product"}
    api(world, "entity/webhook", foreign)
    assert f"{len(ALWAYS) + 1} removed" in world.bridge.manage("unsubscribe", "main")
    assert ours(world) == []
    assert api(world, "entity/webhookstock")["rows"] == []
    assert any(row["url"] == foreign["url"] for row in api(world, "entity/webhook")["rows"])
    world.run_flow("subscriptions")
    world.until(lambda: ours(world) == ALWAYS, "they are back")


def test_without_the_right_to_make_webhooks_the_desk_says_so_and_everything_is_polled(world: Any) -> None:
    account = Connection.objects.get(vendor="moysklad")
    Connection.objects.filter(pk=account.pk).update(hook_token="another-secret-token")
    world.box.moysklad.configure(webhook_error=30004)
    try:
        flows.run_soon(account, "subscriptions")
        world.until(
            lambda: Connection.objects.get(pk=account.pk).hooks_problem == "refused:30004",
            "the refusal is noted",
        )
    finally:
        world.box.moysklad.configure(webhook_error=0)
        Connection.objects.filter(pk=account.pk).update(hook_token=account.hook_token)
