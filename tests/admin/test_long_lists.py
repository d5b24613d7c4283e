"""Lists of the desk ask the database equally often however many rows they show, and count no further than they must."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bridge.alerts.models import Alert, AlertDelivery, Recipient
from bridge.catalog.models import Product
from bridge.connections.models import Shop
from bridge.dashboard import bounded_list
from bridge.dashboard.orders.order_desk import OrderDesk
from bridge.orders.models import Order
from bridge.outbox import holds, pauses
from bridge.outbox.models import OutboxMessage
from bridge.people.models import ApiToken
from bridge.sync import kinds
from bridge.sync.models import (
    Drift,
    GoodsChange,
    GoodsRun,
    LinkRun,
    Reconciliation,
    ReplayRun,
    RetryRun,
    Upload,
)
from bridge.sync.replays.selection import Selection
from tests import factories
from tests.admin.conftest import Desk
from tests.admin.test_pages import words_of


def order() -> Order:
    """One with everything its row can show."""
    row: Order = factories.BindingFactory().order
    factories.FlagFactory(order=row)
    factories.ParkedFactory(order=row)
    holds.begin(row.object_key)
    return row


def drift() -> None:
    row = order()
    run = Reconciliation.objects.create(shop=row.shop, due_at=timezone.now())
    Drift.objects.create(
        reconciliation=run, shop=row.shop, order=row, subject="order", code="drift_order_not_sent", title="1"
    )


def refund() -> None:
    row = factories.RefundFactory(order=order(), plan={"positions": [], "return": [{}]})
    factories.RelatedDocumentFactory(order=row.order, source_key=f"refund:{row.source_id}:1")
    factories.ReturnFactory(order=row.order, refund=row)


def deed() -> None:
    row = order()
    LogEntry.objects.create(
        user=User.objects.get(),
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr="1",
        action_flag=2,
    )


def goods_change() -> None:
    listing = factories.LinkedListingFactory()
    GoodsChange.objects.create(shop=listing.shop, listing=listing, field="price", old="1", new="2")


def alert() -> None:
    shop = factories.ShopFactory()
    told = Alert.objects.create(
        key=f"alert-{shop.pk}",
        kind="failure",
        subject="failure",
        shop=shop,
        facts={"code": "unlinked_lines", "count": 3, "new": 1, "orders": ["1"]},
    )
    for name in ("Ольга", "Пётр"):
        person, _made = Recipient.objects.get_or_create(name=name, channel="email", address="a@example.test")
        AlertDelivery.objects.create(alert=told, recipient=person)


def work(model: Any, **more: Any) -> Callable[[], Any]:
    """Long work of this kind, each of another shop."""
    return lambda: model.objects.create(shop=factories.ShopFactory(), due_at=timezone.now(), **more)


def token() -> None:
    person = User.objects.create_user(f"person-{User.objects.count()}")
    ApiToken.objects.create(user=person, name="reads", role="viewer")


def pause() -> None:
    """Of one kind, of a shop of its own, with a message that waits for its end."""
    row = factories.OrderFactory()
    factories.MessageFactory(order=row, state="waiting")
    pauses.begin(row.shop, (kinds.ORDER,), until=None)


ROWS: dict[str, tuple[Callable[[], Any], str]] = {
    "order": (order, ""),
    "outboxmessage": (lambda: factories.ParkedFactory(order=order(), kind="refund_to_moysklad"), ""),
    "outboxmessage, all": (lambda: factories.AttemptFactory(message__state="done"), "?state=all"),
    "inboxevent": (
        lambda: factories.EventFactory(state="failed", problem="payload_not_an_order", body="{}"),
        "",
    ),
    "apicall": (lambda: factories.CallFactory(shop=factories.ShopFactory()), ""),
    "listing": (factories.LinkedListingFactory, ""),
    "listing, not linked": (factories.ListingFactory, "?link=unlinked"),
    "product": (factories.LinkedListingFactory, ""),
    "refund": (refund, ""),
    "return": (factories.ReturnFactory, ""),
    "return, all": (lambda: factories.ReturnFactory(order=order()), "?state=all"),
    "drift": (drift, ""),
    "reconciliation": (
        lambda: Reconciliation.objects.create(shop=factories.ShopFactory(), due_at=timezone.now()),
        "",
    ),
    "upload": (lambda: Upload.objects.create(shop=factories.ShopFactory(), due_at=timezone.now()), ""),
    "retryrun": (
        lambda: RetryRun.objects.create(
            shop=factories.ShopFactory(),
            due_at=timezone.now(),
            chosen={"source": "messages", "of": 1, "cause": "name_taken", "narrowed": {}},
        ),
        "",
    ),
    "goodschange": (goods_change, ""),
    "goodschange, by itself": (goods_change, "?run=none"),
    "replayrun": (work(ReplayRun, chosen=Selection().to_json()), ""),
    "linkrun": (work(LinkRun, kind="suggestions"), ""),
    "goodsrun": (work(GoodsRun), ""),
    "alert": (alert, ""),
    "recipient": (
        lambda: Recipient.objects.create(
            name=f"{Recipient.objects.count()}", channel="email", address="a@b.test"
        ),
        "",
    ),
    "apitoken": (token, ""),
    "pause": (pause, ""),
    "watermark": (factories.WatermarkFactory, ""),
    "shop": (factories.ShopFactory, ""),
    "connection": (factories.SiteFactory, ""),
}


@pytest.mark.parametrize("name", ROWS)
def test_more_rows_make_no_more_queries(desk: Desk, name: str) -> None:
    make, narrowed = ROWS[name]
    url = f"/admin/bridge/{name.partition(',')[0]}/{narrowed}"
    for _ in range(2):
        make()
    few = queries(desk, url)
    for _ in range(4):
        make()
    assert len(queries(desk, url)) <= len(few), "\n".join(queries(desk, url))


def queries(desk: Desk, url: str) -> list[str]:
    desk.get(url)  # what is read once for all pages
    with CaptureQueriesContext(connection) as seen:
        desk.get(url)
    return [row["sql"] for row in seen.captured_queries]


def test_an_order_with_a_long_journey_asks_no_more_often(desk: Desk) -> None:
    row = order()
    few = len(queries(desk, f"/admin/bridge/order/{row.pk}/change/"))
    message = factories.MessageFactory(order=row, state="done")
    for _ in range(100):
        started = timezone.now()
        factories.AttemptFactory(message=message, started_at=started, finished_at=started)
        factories.CallFactory(delivered_at=started)
    assert len(queries(desk, f"/admin/bridge/order/{row.pk}/change/")) <= few + 2  # its calls


def test_the_page_of_a_listing_reads_no_more_products_than_it_shows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = factories.LinkedListingFactory()
    read: list[int] = []
    own = Product.from_db.__func__  # type: ignore[attr-defined]

    def counted(of: Any, *row: Any) -> Any:
        read.append(1)
        return own(of, *row)

    monkeypatch.setattr(Product, "from_db", classmethod(counted))
    factories.ProductFactory.create_batch(30, connection=listing.shop.account)
    page = desk.get(f"/admin/bridge/listing/{listing.pk}/change/")
    assert f'<option value="{listing.binding.product_id}"' in page
    assert len(read) < 10


def test_home_asks_no_more_often_for_more_pauses(desk: Desk) -> None:
    for _ in range(2):
        pause()
    few = queries(desk, "/admin/")
    for row in list(Shop.objects.all()):
        pauses.begin(row, (kinds.STOCK, kinds.FIELDS, kinds.STATUS), until=None)
    assert len(queries(desk, "/admin/")) <= len(few), "\n".join(queries(desk, "/admin/"))


@pytest.mark.parametrize("name", ["order", "outboxmessage", "refund", "return", "apicall", "inboxevent"])
def test_a_table_without_bounds_is_not_counted_as_a_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for _ in range(3):
        ROWS[name][0]()
    url = (
        f"/admin/bridge/{name}/?state=all"
        if name in ("outboxmessage", "return")
        else f"/admin/bridge/{name}/"
    )
    counting = [sql for sql in queries(desk, url) if "COUNT(*)" in sql and f'"bridge_{name}"' in sql]
    assert not [sql for sql in counting if "LIMIT" not in sql], counting


def test_beyond_the_limit_the_list_says_that_there_are_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        order()
    assert "Всего: 3" in words_of(desk.get("/admin/bridge/order/"))
    monkeypatch.setattr(bounded_list, "COUNTED", 2)
    monkeypatch.setattr(bounded_list, "AHEAD", 0)
    monkeypatch.setattr(OrderDesk, "list_per_page", 1)
    assert "More than 2" in words_of(desk.get("/admin/bridge/order/", "en"))


def test_all_of_a_long_list_is_not_acted_upon_in_one_request(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_list, "AT_ONCE", 2)
    orders = [factories.OrderFactory() for _ in range(3)]
    desk.do("order", "send_again_many", orders[:1], select_across="1")
    assert not OutboxMessage.objects.exists()
    desk.do("order", "send_again_many", orders)
    assert OutboxMessage.objects.count() == 3


def test_nobody_reads_beyond_the_deepest_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_list, "DEEPEST", 2)
    monkeypatch.setattr(OrderDesk, "list_per_page", 1)
    for _ in range(4):
        order()
    desk.get("/admin/bridge/order/?p=2")
    assert desk.client.get("/admin/bridge/order/?p=3").status_code == 302


def test_every_list_of_the_desk_is_looked_at_here() -> None:
    """A new page joins ROWS, or says here why its list is short."""
    listed = {name.partition(",")[0] for name in ROWS}
    short = {"pairingcode", "diagnosis", "setup"}  # codes are good for minutes; the others have no rows
    bridge = {model._meta.model_name for model in admin.site._registry if model._meta.app_label == "bridge"}
    assert bridge <= listed | short


# What an owner looks at among a million orders, and an index it must be read by, on PostgreSQL.
READ_BY = {
    "order": ("", ("order_placed",)),
    "order, of a shop": ("?shop__id__exact=1", ("order_in_shop", "order_placed")),
    "outboxmessage": ("", ("message_needs_person", "message_attention", "message_created")),
    "outboxmessage, all": ("?state=all", ("message_created",)),
    "inboxevent": ("", ("event_came",)),
    "apicall": ("", ("call_at",)),
    "apicall, failed": ("?result=failed", ("call_failed",)),
    "apicall, elsewhere": ("?result=3xx", ("call_elsewhere",)),
    "drift": ("", ("drift_open", "drift_found")),
    "goodschange": ("", ("goods_change_tried",)),
    "goodschange, by itself": ("?run=none", ("goods_change_by_itself",)),
    "listing": ("", ("listing_name",)),
    "return": ("", ("return_without_order", "return_made")),
}


@pytest.mark.parametrize("name", READ_BY)
def test_a_list_is_read_by_an_index(desk: Desk, name: str) -> None:
    """On PostgreSQL with sequential reading and sorting made dear: what is still read so has no index that serves. On
    SQLite, whose planner takes no such hints, the indexes are there.
    """
    narrowed, indexes = READ_BY[name]
    table = name.partition(",")[0]
    factories.ShopFactory(pk=1)
    asked = queries(desk, f"/admin/bridge/{table}/{narrowed}")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for switch in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
                cursor.execute(f"SET LOCAL {switch} = off")
            reading = [sql for sql in asked if f'FROM "bridge_{table}"' in sql and "ORDER BY" in sql]
            cursor.execute(f"EXPLAIN {reading[-1]}")
            found = "\n".join(row[0] for row in cursor.fetchall())
        else:
            found = " ".join(connection.introspection.get_constraints(cursor, f"bridge_{table}"))
    assert any(index in found for index in indexes), found
