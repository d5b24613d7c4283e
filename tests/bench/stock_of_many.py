"""A shop of many linked items for measuring stock, and the measured work; each step is a process of its own:

    python stock_of_many.py make|changes|full|naive

reads what it needs as JSON from standard input and prints one line of JSON. DATABASE_URL names the database.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import django
import requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bridge.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bridge import worktime  # noqa: E402
from bridge.catalog.models import Listing, Product, ProductBinding, StockLevel  # noqa: E402
from bridge.connections import clients  # noqa: E402
from bridge.connections.models import Connection, Shop  # noqa: E402
from bridge.outbox.deliver import deliver  # noqa: E402
from bridge.outbox.models import OutboxMessage  # noqa: E402
from bridge.routes import FLOWS, KINDS  # noqa: E402
from bridge.sync import flows, kinds  # noqa: E402
from bridge.sync.models import Watermark  # noqa: E402
from connectors.moysklad.limits import Priority  # noqa: E402

PAGE = 1000
THERE = Decimal(10)


def memory() -> float:
    """Megabytes this process has held at most. (getrusage would count the process that started it.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def make(box: dict[str, Any]) -> dict[str, Any]:
    """Both sides hold the goods: what a finished import leaves behind, with the first report read."""
    call_command("migrate", verbosity=0)
    account = Connection.objects.create(
        vendor="moysklad", name="main", base_url=box["moysklad"], credentials={"token": box["token"]}
    )
    site = Connection.objects.create(
        vendor="woocommerce", name="site", base_url=box["store"], credentials=box["keys"]
    )
    shop = Shop.objects.create(
        name="site",
        site=site,
        account=account,
        home_url=box["store"],
        store_ids=[box["store_id"]],
        write_goods=True,
        plugin_version="1.3.0" if box["plugin"] else "0",
    )
    parent = box["parent"]
    for rows in pages(box):
        products = Product.objects.bulk_create(
            Product(connection=account, external_id=row["id"], kind="product", name=row["name"], article=sku)
            for row in rows
            if (sku := str(row.get("article"))).startswith(f"{box['prefix']}-")
        )
        listings = Listing.objects.bulk_create(
            Listing(
                shop=shop,
                product_id=parent or str(place),
                variation_id=str(place) if parent else "",
                sku=product.article,
                name=product.name,
                match="linked",
                site_quantity=THERE,
                wanted_quantity=THERE,
            )
            for product in products
            if (place := box["first"] + int(product.article.rpartition("-")[2]) - 1)
        )
        ProductBinding.objects.bulk_create(
            ProductBinding(listing=one, product=other) for one, other in zip(listings, products, strict=True)
        )
        StockLevel.objects.bulk_create(
            StockLevel(
                connection=account,
                stock_type=shop.stock_type,
                product_external_id=product.external_id,
                store_id=box["store_id"],
                quantity=THERE,
            )
            for product in products
        )
    # The first report of this kind tells what is known already; without this every number would be worked out anew.
    account.stock_types = [shop.stock_type]
    account.save()
    flows.ensure(FLOWS)
    run_flow("stock")
    write_all()
    return {"linked": Listing.objects.filter(binding__isnull=False).count()}


def pages(box: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    headers = {"Authorization": f"Bearer {box['token']}", "Accept": "application/json;charset=utf-8"}
    headers |= {"Accept-Encoding": "gzip"}
    offset = 0
    while True:
        query = {"limit": PAGE, "offset": offset}
        answer = requests.get(f"{box['moysklad']}/entity/product", params=query, headers=headers, timeout=120)
        answer.raise_for_status()
        rows = answer.json()["rows"]
        if not rows:
            return
        yield rows
        offset += PAGE


def run_flow(name: str) -> None:
    mark = Watermark.objects.get(flow=name)
    Watermark.objects.filter(pk=mark.pk).update(next_due_at=timezone.now())
    with worktime.job():
        assert flows.run(mark.pk, FLOWS)
    mark.refresh_from_db()
    assert not mark.problem, mark.problem


def write_all() -> int:
    """As the worker does, until nothing waits; how many messages that took."""
    taken = 0
    waiting = OutboxMessage.objects.filter(kind=kinds.STOCK, state=OutboxMessage.State.WAITING)
    while message := waiting.order_by("pk").first():
        time.sleep(max(0.0, (message.due_at - timezone.now()).total_seconds()))
        with worktime.job():
            deliver(message.pk, KINDS)
        taken += 1
    return taken


def measured(flow: str) -> dict[str, Any]:
    """From the flow's run to the last number: seconds, seconds of the processor, queries, memory."""
    before, queries = memory(), 0

    def count(execute: Callable[..., Any], *call: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*call)

    begun, own = time.monotonic(), time.process_time()
    with connection.execute_wrapper(count):
        run_flow(flow)
        read = time.monotonic() - begun
        portions = write_all()
    return {
        "seconds": time.monotonic() - begun,
        "read": read,
        "own": time.process_time() - own,
        "queries": queries,
        "portions": portions,
        "memory": memory(),
        "memory_before": before,
        "left": Listing.objects.filter(stock_differs=True).count(),
    }


def naive(box: dict[str, Any]) -> dict[str, Any]:
    """An item at a time: its stock is asked for, its product is written; seconds for one, of a sample."""
    shop = Shop.objects.select_related("site", "account").get()
    moysklad = clients.moysklad(shop.account, Priority.STOCK)
    site = clients.woocommerce(shop.site)
    sample = list(Listing.objects.select_related("binding__product").order_by("pk")[: box["sample"]])
    begun = time.monotonic()
    for listing in sample:
        rows = moysklad.stock.by_store_current(
            "freeStock", assortment_ids=[listing.binding.product.external_id]
        )
        (number,) = [int(row["freeStock"] or 0) for row in rows]
        site.products.batch([{"id": int(listing.product_id), "stock_quantity": number}])
    return {"seconds": (time.monotonic() - begun) / len(sample)}


STEPS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "make": make,
    "changes": lambda _box: measured("stock"),
    "full": lambda _box: measured("stock_full"),
    "naive": naive,
}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](json.load(sys.stdin))))
