"""The main job told step by step with times, on real processes between the two sandboxes."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from bridge.demo.launch import Bridge
from connectors.sandbox.control import Sandbox, running_sandbox

T = TypeVar("T")
ITEMS = 200
PATIENCE = 60.0


class DemoFailed(Exception):
    """A step did not happen; says which."""


@dataclass
class Step:
    """One line of the story: what was expected, what was seen, and how long it took in seconds."""

    what: str
    seen: str
    seconds: float


@dataclass
class Story:
    say: Callable[[str], None]
    steps: list[Step] = field(default_factory=list)

    def tell(
        self, what: str, probe: Callable[[], T], show: Callable[[T], str], since: float | None = None
    ) -> T:
        """Wait until `probe` gives something true, say it with its time, and keep it for the table."""
        started = since if since is not None else time.monotonic()
        deadline = time.monotonic() + PATIENCE
        while not (value := probe()):
            if time.monotonic() > deadline:
                raise DemoFailed(f"{what}: did not happen within {PATIENCE:.0f} s")
            time.sleep(0.05)
        step = Step(what, show(value), time.monotonic() - started)
        self.steps.append(step)
        self.say(f"  {step.seconds:6.2f} s  {what}: {step.seen}")
        return value

    def table(self) -> Iterator[str]:
        """The steps as an aligned table."""
        width = max(len(step.what) for step in self.steps)
        yield f"{'step':<{width}}  {'seconds':>7}  result"
        yield f"{'-' * width}  -------  ------"
        for step in self.steps:
            yield f"{step.what:<{width}}  {step.seconds:>7.2f}  {step.seen}"


@contextmanager
def running(
    directory: Path, say: Callable[[str], None], env: dict[str, str]
) -> Iterator[tuple[Bridge, Sandbox, str]]:
    """Sandboxes and bridge, configured and linked; yields them with the admin's password."""
    password = secrets.token_urlsafe(9)
    environment = {"DATABASE_URL": f"sqlite:///{directory / 'demo.sqlite3'}", "LOG_LEVEL": "WARNING", **env}
    say(f"Starting the sandboxes of MoySklad and of a shop with {ITEMS} goods …")
    with running_sandbox(items=ITEMS) as box:
        bridge = Bridge(directory, {**environment, "DJANGO_SUPERUSER_PASSWORD": password}, web_workers=1)
        say("Making the database, starting web and worker …")
        bridge.manage("migrate", "--verbosity", "0")
        bridge.manage("createsuperuser", "--noinput", "--username", "owner", "--email", "owner@example.org")
        with bridge:
            say(f"The bridge answers at {bridge.url}")
            _configure(bridge, box, directory)
            yield bridge, box, password


def _configure(bridge: Bridge, box: Sandbox, directory: Path) -> None:
    path = directory / "shop.toml"
    path.write_text(
        f"""[moysklad.main]
base_url = "{box.moysklad.url}"
token = "{box.moysklad.token}"

[shop.demo]
url = "{box.store.url}"
consumer_key = "{box.store.consumer_key}"
consumer_secret = "{box.store.consumer_secret}"
moysklad = "main"
organization = "ООО «Ромашка»"
stores = ["Основной склад"]
number_prefix = "WOO-"
shipping_service = "Доставка"
intervals = {{ orders = 30, statuses = 30, stock = 30 }}

[shop.demo.money]
expense_item = "Возврат"

[shop.demo.payments.cod]
document = "cashin"

[shop.demo.states]
processing = "Новый"
cancelled = "Отменен"
"""
    )
    shop = json.loads(bridge.manage("configure", str(path)))["shops"]["demo"]
    box.store.pair(shop["event_url"], shop["event_secret"])


def tell(bridge: Bridge, box: Sandbox, story: Story) -> None:
    """Orders out, stock back, closing there, completing here. Raises DemoFailed at the first step that fails."""
    store, moysklad = box.store, box.moysklad
    story.tell(
        "goods of both sides read and linked", lambda: _is_read(bridge), lambda _: "nothing is written yet"
    )
    story.tell(
        "what would change, looked at and confirmed",
        lambda: bridge.manage("preview_goods", "--rows", "0", "--confirm", "--from-now-on"),
        lambda said: said.strip().splitlines()[-1],
    )
    story.tell(
        "stock on the site",
        lambda: _stock_is_equal(box),
        lambda count: f"{count} goods carry MoySklad's numbers",
    )
    baskets: list[tuple[Any, dict[str, str]]] = [
        ({"S-00001": 2, "V-00001-1": 1}, {"email": "anna@example.org", "phone": "+7 916 000-00-01"}),
        ([{"sku": "S-00002", "quantity": 3, "total": "1000.00"}], {"email": "ivan@example.org", "phone": ""}),
        ({"S-00003": 1}, {"email": "anna@example.org", "phone": "8 (916) 000-00-01"}),
    ]
    placed = [_place(box, story, basket, buyer) for basket, buyer in baskets]
    documents = [document for _order, document in placed]
    orders = [order for order, _document in placed]
    if len({document["agent"]["id"] for document in documents}) != 2:
        raise DemoFailed("three orders of two buyers should have two counterparties")

    moysklad.set_stock("S-00005", "Основной склад", 77)
    moysklad.tell_stock()
    story.tell(
        "77 pieces counted in MoySklad",
        lambda: store.product("S-00005")["stock_quantity"] == 77,
        lambda _: "the site shows 77",
    )
    moysklad.set_state(documents[0]["id"], "Завершен")
    story.tell(
        f"document {documents[0]['name']} closed in MoySklad",
        lambda: (store.order(orders[0]["id"]) or {}).get("status") == "completed",
        lambda _: f"order {orders[0]['number']} is completed on the site",
    )
    _money_back(box, story, orders[1], documents[1])
    store.set_status(orders[2]["id"], "cancelled")
    story.tell(
        f"order {orders[2]['number']} cancelled on the site",
        lambda: (moysklad.document(documents[2]["id"]) or {})["state"]["name"] == "Отменен",
        lambda _: f"document {documents[2]['name']} is “Отменен”",
    )
    box.settle()
    names = [row["name"] for row in moysklad.documents()]
    if len(names) != len(set(names)) or len(names) != len(placed):
        raise DemoFailed(f"{len(placed)} orders, but documents {names}")
    refused = sum(1 for call in moysklad.calls() if call["status"] == 429)
    story.tell(
        "one document for each order",
        lambda: True,
        lambda _: f"{len(names)} documents, {refused} answers 429",
    )


def _money_back(box: Sandbox, story: Story, order: dict[str, Any], document: dict[str, Any]) -> None:
    """Paid and shipped, then a piece comes back on the site and another in MoySklad."""
    store, moysklad, number = box.store, box.moysklad, order["number"]
    store.pay(order["id"])
    story.tell(
        f"order {number} paid on the site",
        lambda: (moysklad.document(document["id"]) or {}).get("payedSum") == document["sum"],
        lambda _: "one cash receipt in MoySklad, linked to the document",
    )
    demand = moysklad.ship(document["id"], {"S-00002": 3}, "Основной склад")
    store.refund(order["id"], {"S-00002": 1}, amount="333.33")
    story.tell(
        f"a piece of order {number} refunded on the site",
        lambda: moysklad.documents("cashout") and moysklad.documents("salesreturn"),
        lambda rows: f"return {rows[0]['name']} of the shipment and {_paid_back(box)} paid back",
    )
    moysklad.return_goods(demand["id"], {"S-00002": 1})
    story.tell(
        "a return of another piece in MoySklad",
        lambda: len(store.refunds(order["id"])) == 2,
        lambda _: f"order {number} has a refund of {store.refunds(order['id'])[0]['amount']} ₽",
    )


def _paid_back(box: Sandbox) -> str:
    return f"{sum(Decimal(str(row['sum'])) for row in box.moysklad.documents('cashout')) / 100:.2f} ₽"


def _place(
    box: Sandbox, story: Story, basket: Any, buyer: dict[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """One order from the checkout to its document; the sums must be equal to the kopeck."""
    at = time.monotonic()
    order = box.store.place_order(basket, **buyer)
    what = f"order {order['number']}, {order['total']} ₽"
    story.tell(
        f"{what}: accepted",
        lambda: any(row["order_id"] == order["id"] and 202 in row["answers"] for row in box.store.events()),
        lambda _: "the bridge has stored the event",
        since=at,
    )
    document = story.tell(
        f"{what}: in MoySklad",
        lambda: _document(box, f"WOO-{order['number']}"),
        lambda found: _shown(found or {}),
        since=at,
    )
    if not document or round(document["sum"]) != int(Decimal(order["total"]) * 100):
        raise DemoFailed(f"the document of order {order['number']} has another sum")
    return order, document


def _shown(document: dict[str, Any]) -> str:
    return f"document {document['name']}, sum {Decimal(str(document['sum'])) / 100:.2f} ₽"


def _document(box: Sandbox, name: str) -> dict[str, Any] | None:
    return next((row for row in box.moysklad.documents() if row["name"] == name), None)


def _is_read(bridge: Bridge) -> bool:
    """Whether both catalogues and the stock were read once and everything that followed is done."""
    figures = json.loads(bridge.manage("bridge_status", "--json"))
    idle = not (figures["outbox"]["waiting"] or figures["outbox"]["in_flight"])
    return idle and all(
        _has_run(figures["flows"], name) for name in ("catalogue", "site_catalogue", "stock_full")
    )


def _has_run(flows: dict[str, Any], name: str) -> bool:
    return any(key.endswith(f":{name}") and row["last_success"] is not None for key, row in flows.items())


def _stock_is_equal(box: Sandbox) -> int:
    """How many goods show MoySklad's free stock, once all do; 0 before."""
    products = [row for row in box.store.products() if row.get("manage_stock") is True]
    for row in products[:5] + products[-5:]:
        if row["stock_quantity"] != box.moysklad.stock(row["sku"], "Основной склад")["freeStock"]:
            return 0
    return len(products)
