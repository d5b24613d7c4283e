"""Orders that wait together are kept together, which is cheaper; what comes of them is what comes of each by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from factories import LinkedListingFactory, ListingFactory, ProductFactory, ShopFactory
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bridge import routes
from bridge.catalog.models import Listing, Product
from bridge.connections.models import Shop
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import PORTION, process_waiting
from bridge.inbox.receive import receive
from bridge.orders.after_sale import Refund
from bridge.orders.models import Order
from bridge.orders.sales import Sale, SiteSale
from bridge.outbox.models import OutboxMessage
from bridge.sync.site_orders import orders_from_site

pytestmark = pytest.mark.django_db
Json = dict[str, Any]
CHANGED = "woocommerce.order.changed"
BEGAN = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
ITEM = ("product_id", "variation_id")
STATUSES = ("pending", "on-hold", "processing", "completed", "cancelled", "checkout-draft")


def told(number: int, status: str = "processing", pieces: Json | None = None, **more: Any) -> Json:
    """What the plugin says of an order: `pieces` by the site's product, or product/variation."""
    taken, second, read = more.pop("taken", True), more.pop("second", 0), more.pop("read", 0)
    lines = []
    for place, (item, count) in enumerate((pieces if pieces is not None else {"1": 2}).items()):
        product, _, variation = item.partition("/")
        lines.append(
            {
                "id": number * 100 + place,
                "product_id": int(product),
                "variation_id": int(variation or 0),
                "name": f"Кружка {item}",
                "sku": f"SKU-{item}",
                "quantity": count,
                "subtotal": "10.00",
                "total": "10.00",
                "total_tax": "0.00",
                "taxes": [],
                "meta_data": [{"id": 1, "key": "_reduced_stock", "value": str(count)}] if taken else [],
            }
        )
    moment = BEGAN + timedelta(seconds=second)
    order = {
        "id": number,
        "order_key": f"wc_order_{number}",
        "number": str(number),
        "status": status,
        "currency": "RUB",
        "total": f"{10 * len(lines)}.00",
        "date_created_gmt": BEGAN.strftime("%Y-%m-%dT%H:%M:%S"),
        "date_modified_gmt": moment.strftime("%Y-%m-%dT%H:%M:%S"),
        "line_items": lines,
        **more.pop("order", {}),
    }
    data = {"order_id": number, "order": order, "refunds": more.pop("refunds", [])}
    return {**data, "read_at": moment.timestamp() + read / 1000, "plugin_version": "1.0.0", **more}


def refund(number: int, of: int) -> Json:
    return {
        "id": number,
        "amount": "5.00",
        "reason": "",
        "date_created_gmt": BEGAN.strftime("%Y-%m-%dT%H:%M:%S"),
        "line_items": [
            {"id": number * 10, "quantity": -1, "total": "-5.00", "meta_data": [_of_line(of * 100)]}
        ],
    }


def _of_line(line: int) -> Json:
    return {"id": 1, "key": "_refunded_item_id", "value": str(line)}


def arrive(shop: Shop, events: Iterable[Json]) -> None:
    for place, data in enumerate(events):
        key = f"plugin:{data['order_id']}:{place}"
        receive(shop.site, CHANGED, key, json.dumps(data), source_id=str(data["order_id"]))
    InboxEvent.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def process(*, together: bool) -> None:
    while process_waiting(routes.TOPICS, routes.TOGETHER if together else None):
        pass


def stocked_shop() -> Shop:
    """Items 1 and 2 keep their stock themselves, 3/31 and 3/32 leave it to their product; 4 is linked with nothing."""
    shop = ShopFactory(send_statuses=["processing", "completed"])
    known = {"site_quantity": Decimal(20), "unheard": Decimal(1), "site_sale": 3, "written_at": BEGAN}
    for number in ("1", "2", "3"):
        LinkedListingFactory(shop=shop, product_id=number, sku=f"SKU-{number}", **known)
    for variation in ("31", "32"):
        item = ProductFactory(connection=shop.account, kind=Product.Kind.VARIANT, article=f"V-{variation}")
        known = {"variation_id": variation, "sku": item.article, "keeper": Listing.Keeper.PARENT}
        LinkedListingFactory(shop=shop, product_id="3", link=item, **known)
    ListingFactory(shop=shop, product_id="4", sku="")
    return shop


def outcome(shop: Shop) -> Json:
    """All that is known after it, without keys the database gives."""
    sales = Sale.objects.values_list(
        "order__source_id",
        *(f"listing__{name}" for name in ITEM),
        "needed",
        "held",
        "in_flight",
        "unshipped",
        "taken",
    )
    # Of what no order wants any more it does not matter which item it was.
    items = Sale.objects.exclude(needed=0, held=0).values_list("order__source_id", "product_id")
    numbers = Listing.objects.values_list(*ITEM, "site_quantity", "unheard", "heard", "doubtful")
    keys = {f"order:{pk}": source for pk, source in Order.objects.values_list("pk", "source_id")}
    return {
        "orders": sorted(Order.objects.values_list("source_id", "status", "digest", "read_at")),
        "sales": sorted(sales),
        "items": sorted(items, key=str),
        "numbers": sorted(numbers, key=str),
        "journal": sorted(SiteSale.objects.values_list("number", "order_source_id", "item", "quantity")),
        "refunds": sorted(
            (refund.order.source_id, refund.source_id, refund.deleted_at is None)
            for refund in Refund.objects.select_related("order")
        ),
        "messages": sorted(
            (kind, keys.get(key, key), state)
            for kind, key, state in OutboxMessage.objects.values_list("kind", "object_key", "state")
        ),
        "events": sorted(InboxEvent.objects.values_list("dedup_key", "state", "problem")),
        "plugin": Shop.objects.get(pk=shop.pk).plugin_version,
    }


def stale() -> set[tuple[str, str]]:
    return set(Listing.objects.filter(stock_stale=True).values_list(*ITEM))


items = st.sampled_from(("1", "2", "3/31", "3/32", "4", "5"))
pieces = st.dictionaries(items, st.integers(1, 4), max_size=3)
movements = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.integers(1, 9),
            "item": st.sampled_from((1, 2, 3)),
            "quantity": st.integers(-3, 4),
            "at": st.just(int(BEGAN.timestamp())),
        }
    ),
    max_size=3,
)


@st.composite
def events(draw: st.DrawFn) -> Json:
    number = draw(st.integers(1, 5))
    data = told(
        number,
        draw(st.sampled_from(STATUSES)),
        draw(pieces),
        taken=draw(st.booleans()),
        second=draw(st.integers(0, 2)),
        read=draw(st.integers(0, 40)),
        refunds=draw(st.lists(st.just(refund(number + 700, number)), max_size=1)),
    )
    if draw(st.booleans()):
        data["order"]["sklad_bridge_sales"] = draw(movements)
    if draw(st.integers(0, 9)) == 0:
        data["order"]["currency"] = ""  # no order
    if draw(st.integers(0, 9)) == 0 and not data["refunds"]:
        del data["refunds"]  # an older plugin
    return data


@seed(0)
@settings(
    max_examples=60,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(events(), min_size=2, max_size=9))
def test_together_is_what_each_by_itself_is(db: None, news: list[Json]) -> None:
    found = []
    with transaction.atomic():
        shop = stocked_shop()
        for together in (False, True):
            with transaction.atomic():
                arrive(shop, news)
                process(together=together)
                found.append((outcome(shop), stale()))
                transaction.set_rollback(True)
        transaction.set_rollback(True)
    (one_by_one, marked), (at_once, marked_at_once) = found
    assert at_once == one_by_one
    assert marked_at_once >= marked
    assert bool(marked_at_once) == bool(marked)


def test_one_that_cannot_be_read_stops_no_other(shop: Shop) -> None:
    news = [told(number) for number in range(1, 6)]
    news[2]["order"]["currency"] = ""
    arrive(shop, news)
    process(together=True)
    assert set(Order.objects.values_list("source_id", flat=True)) == {"1", "2", "4", "5"}
    failed = InboxEvent.objects.get(state=InboxEvent.State.FAILED)
    assert (failed.source_id, failed.problem) == ("3", "payload_field_missing")


def test_where_keeping_them_together_fails_each_is_kept_by_itself(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker has just stored one of the new orders."""
    arrive(shop, [told(number) for number in range(1, 5)])
    keep, met = orders_from_site._keep, list[int]()

    def disturbed(shop: Shop, seen: Sequence[Any], **more: Any) -> Any:
        met.append(len(seen))
        found = keep(shop, seen, **more)
        if len(seen) > 1:
            raise IntegrityError("orders: unique")
        return found

    monkeypatch.setattr(orders_from_site, "_keep", disturbed)
    process(together=True)
    assert met == [4, 4, 1, 1, 1, 1], "once more together, then each by itself"
    assert set(InboxEvent.objects.values_list("state", flat=True)) == {InboxEvent.State.DONE}
    assert Order.objects.count() == 4


def test_of_one_order_the_later_event_comes_after_the_earlier(shop: Shop) -> None:
    """The second needs no more than to come second: nothing in it says that it is newer."""
    first, again = told(1, "pending"), told(1, "processing", second=2)
    arrive(shop, [first, told(2), again])
    process(together=True)
    assert Order.objects.get(source_id="1").status == "processing"


def test_ten_orders_cost_hardly_more_statements_than_two() -> None:
    shop = stocked_shop()
    assert PORTION >= 10

    def statements(first: int, count: int) -> int:
        arrive(shop, [told(number, pieces={"1": 1, "2": 1}) for number in range(first, first + count)])
        with CaptureQueriesContext(connection) as captured:
            process_waiting(routes.TOPICS, routes.TOGETHER)
        return len(captured)

    statements(1, 2)
    assert statements(10, 10) <= statements(3, 2) + 4
