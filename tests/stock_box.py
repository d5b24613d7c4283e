"""Both sandboxes with a shop over them, and the bridge's steps of stock called one by one, in this process."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from factories import PLACED

from bridge.catalog.models import Listing, Product, ProductBinding
from bridge.connections.models import Connection, Shop
from bridge.inbox.process import process_waiting
from bridge.inbox.receive import receive
from bridge.outbox.deliver import deliver
from bridge.outbox.models import OutboxMessage
from bridge.routes import FLOWS, KINDS, TOPICS
from bridge.sync import flows, kinds
from bridge.sync.account import directory
from bridge.sync.models import Watermark
from bridge.sync.stock import news
from connectors.sandbox.control import Sandbox, running_sandbox
from connectors.transport.session import pooled_session

STORE = "Основной склад"
SECRET = "of the plugin"
A_LONG_TIME = 10**8
NUMBERS = itertools.count(1)


@dataclass
class StockBox:
    """`box`: the sandboxes; `shop`: the shop over them. Nothing runs by itself."""

    box: Sandbox
    shop: Shop

    def item(self, stock: float = 10, there: float | None = 0, **listing: Any) -> str:
        """The SKU of a new item that both sides have and that is linked: `stock` in MoySklad, `there` on the site."""
        prefix = f"N{next(NUMBERS)}"
        sku = f"{prefix}-000001"
        self.box.moysklad.add_goods(1, prefix=prefix, stock={STORE: stock})
        self.box.store.seed_products(simple=1, prefix=prefix, stock=there)
        product = Product.objects.create(
            connection=self.shop.account,
            external_id=self.box.moysklad.item(sku)["id"],
            kind="product",
            name=sku,
            article=sku,
        )
        row = Listing.objects.create(
            shop=self.shop,
            product_id=str(self.box.store.product(sku)["id"]),
            sku=sku,
            name=sku,
            match="linked",
            **listing,
        )
        ProductBinding.objects.create(listing=row, product=product)
        news.listings_changed(self.shop, [row.pk])
        return sku

    def shown(self, sku: str) -> float | None:
        """The number on the site."""
        return self.box.store.stocks()[sku]

    def listing(self, sku: str) -> Listing:
        return Listing.objects.select_related("binding__product").get(shop=self.shop, sku=sku)

    def event(self, order_id: int) -> str:
        """The body of the plugin's event about an order, as it is at this moment."""
        wire = self.box.store.order(order_id)
        refunds = self.box.store.refunds(order_id)
        body = {"order_id": order_id, "read_at": next(NUMBERS) * 1.0, "order": wire, "refunds": refunds}
        return json.dumps(body)

    def hear(self, body: str) -> None:
        """An event of the plugin arrives and is taken in."""
        receive(self.shop.site, "woocommerce.order.changed", str(uuid.uuid4()), body)
        self.process()

    def process(self) -> None:
        while process_waiting(TOPICS):
            pass

    def deliver(self, kind: str) -> OutboxMessage | None:
        """Deliver what waits of a kind, whenever it is due; the message that went, if any."""
        waiting = OutboxMessage.objects.filter(kind=kind, state="waiting", shop=self.shop)
        waiting.update(due_at=PLACED)
        message = waiting.order_by("pk").first()
        if message is not None:
            deliver(message.pk, KINDS)
            message.refresh_from_db()
        return message

    def write(self, most: int = 20) -> None:
        """Write stock until nothing is left to write; what only waits for news of a sale is left waiting."""
        for _ in range(most):
            if self.deliver(kinds.STOCK) is None or not self._open():
                return
        raise AssertionError("writing stock never ends")

    def _open(self) -> bool:
        rows = Listing.objects.filter(shop=self.shop)
        return rows.filter(stock_stale=True).exists() or rows.filter(stock_differs=True).exists()

    def read(self, flow: str = "stock") -> Watermark:
        """Read MoySklad's report now."""
        mark = Watermark.objects.get(connection=self.shop.account, flow=flow)
        Watermark.objects.filter(pk=mark.pk).update(next_due_at=PLACED)
        assert flows.run(mark.pk, FLOWS)
        mark.refresh_from_db()
        return mark

    def all(self) -> None:
        """Everything the bridge would do by itself, in its usual order."""
        self.process()
        while self.deliver(kinds.ORDER):
            pass
        self.read()
        self.write()

    def calls(self, path: str) -> int:
        """Calls the site had since the last reset, of paths that end so."""
        return sum(1 for call in self.box.store.calls() if call["path"].endswith(path))


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with running_sandbox(items=1, limiter=False) as running:
        yield running
    pooled_session(allow_private=True).close()


@pytest.fixture
def stock(box: Sandbox, db: None, settings: Any) -> Iterator[StockBox]:
    """A shop whose first report is read; its plugin holds its events, the test hands them over."""
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    settings.MOYSKLAD_CALLS = 1000  # the limits have tests of their own
    account = Connection.objects.create(
        vendor="moysklad",
        name="box",
        base_url=box.moysklad.url,
        account_id="account",
        credentials={"token": box.moysklad.token},
    )
    keys = {"consumer_key": box.store.consumer_key, "consumer_secret": box.store.consumer_secret}
    site = Connection.objects.create(
        vendor="woocommerce",
        name="box",
        base_url=box.store.url,
        credentials={**keys, "event_secret": SECRET},
    )
    box.store.pair("http://127.0.0.1:9/", SECRET)
    box.store.hold_events()
    box.store.configure(plugin_stock=True)
    box.moysklad.configure(
        recalculation_ms=0, recalculating_rows="absent", report_limit=0, store_report_limit=0
    )
    directory.refresh(account)
    shop = Shop.objects.create(
        name="box",
        site=site,
        account=account,
        started_at=PLACED,
        home_url=box.store.url,
        organization_id=next(iter(box.moysklad.directory("organization").values())),
        store_ids=[box.moysklad.stores[STORE]],
        shipping_service_id=box.moysklad.directory("service")["Доставка"],
        write_goods=True,
    )
    flows.ensure(FLOWS)
    running = StockBox(box, shop)
    running.read("stock_full")
    yield running
    for control in (box.moysklad, box.store):
        control.faults.clear()
    box.store.accept_products()
    box.store.sell_no_more()
