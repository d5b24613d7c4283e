"""Rows for tests, made as the bridge itself would leave them: each factory gives a complete, valid one."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from bridge.apilog.models import ApiCall
from bridge.catalog.models import Listing, Product, ProductBinding, StockLevel
from bridge.connections.models import Connection, DirectoryEntry, Shop, StatusMapping, Vendor
from bridge.domain import order as canonical
from bridge.domain import refunds
from bridge.domain.fingerprint import fingerprint
from bridge.inbox.models import InboxEvent
from bridge.orders import search
from bridge.orders.after_sale import Refund, RelatedDocument, Return
from bridge.orders.flags import Flag
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.sync import kinds
from bridge.sync.models import Watermark

PLACED = datetime(2026, 5, 14, 9, 30, tzinfo=UTC)


class AccountFactory(DjangoModelFactory):
    """A MoySklad account; nothing listens at its address."""

    class Meta:
        model = Connection

    vendor = Vendor.MOYSKLAD
    name = factory.Sequence(lambda n: f"account-{n}")
    base_url = "http://127.0.0.1:9/api/remap/1.2"
    credentials = factory.Sequence(lambda n: {"token": f"token-{n}"})
    account_id = factory.Sequence(lambda n: f"account-id-{n}")
    stock_types = ("freeStock", "quantity", "stock")


class SiteFactory(DjangoModelFactory):
    """A WooCommerce site; nothing listens at its address."""

    class Meta:
        model = Connection

    vendor = Vendor.WOOCOMMERCE
    name = factory.Sequence(lambda n: f"site-{n}")
    base_url = factory.Sequence(lambda n: f"http://127.0.0.1:9/shop-{n}")
    credentials = factory.Sequence(
        lambda n: {
            "consumer_key": f"ck_{n}",
            "consumer_secret": f"cs_{n}",
            "event_secret": f"event-secret-{n}",
        }
    )


class EntryFactory(DjangoModelFactory):
    class Meta:
        model = DirectoryEntry

    connection = factory.SubFactory(AccountFactory)
    kind = DirectoryEntry.Kind.STORE
    external_id = factory.LazyFunction(lambda: str(uuid.uuid4()))
    name = factory.Sequence(lambda n: f"Склад {n}")


class ShopFactory(DjangoModelFactory):
    """A shop that may send: organization, warehouse and service chosen, the account's currency known."""

    class Meta:
        model = Shop
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"shop-{n}")
    site = factory.SubFactory(SiteFactory)
    account = factory.SubFactory(AccountFactory)
    home_url = factory.LazyAttribute(lambda shop: shop.site.base_url)
    organization_id = "organization-1"
    store_ids = factory.LazyFunction(lambda: ["store-1"])
    shipping_service_id = "service-1"
    started_at = datetime(2026, 1, 1, tzinfo=UTC)

    @factory.post_generation
    def directory(self, create: bool, extracted: object, **_kwargs: object) -> None:
        kind = DirectoryEntry.Kind
        for what, external_id, name, detail in (
            (kind.ORGANIZATION, "organization-1", "ООО «Ромашка»", ""),
            (kind.STORE, "store-1", "Основной склад", ""),
            (kind.STORE, "store-2", "Склад на Лесной", ""),
            (kind.SALES_CHANNEL, "channel-1", "Сайт", ""),
            (kind.SERVICE, "service-1", "Доставка", ""),
            (kind.STATE, "state-new", "Новый", "Regular"),
            (kind.STATE, "state-done", "Выполнен", "Successful"),
            (kind.STATE, "state-cancelled", "Отменён", "Unsuccessful"),
            (kind.CURRENCY, "currency-1", "руб", "RUB"),
        ):
            DirectoryEntry.objects.get_or_create(
                connection=self.account,
                kind=what,
                external_id=external_id,
                defaults={"name": name, "detail": detail, "is_default": what == kind.CURRENCY},
            )


class MappingFactory(DjangoModelFactory):
    class Meta:
        model = StatusMapping

    shop = factory.SubFactory(ShopFactory)
    direction = StatusMapping.Direction.TO_STATE
    site_status = "processing"
    state_id = "state-new"


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product

    connection = factory.SubFactory(AccountFactory)
    external_id = factory.LazyFunction(lambda: str(uuid.uuid4()))
    kind = Product.Kind.PRODUCT
    name = factory.Sequence(lambda n: f"Кружка {n}")
    article = factory.Sequence(lambda n: f"MUG-{n:04}")


class ListingFactory(DjangoModelFactory):
    """An item of the site nobody has linked yet."""

    class Meta:
        model = Listing

    shop = factory.SubFactory(ShopFactory)
    product_id = factory.Sequence(lambda n: str(90000 + n))
    sku = factory.Sequence(lambda n: f"SKU-{n:04}")
    name = factory.Sequence(lambda n: f"Кружка на сайте {n}")


class LinkedListingFactory(ListingFactory):
    """An item of the site linked to an item of its shop's account."""

    class Meta:
        skip_postgeneration_save = True

    match = Listing.Match.LINKED

    @factory.post_generation
    def link(self, create: bool, extracted: Product | None, **_kwargs: object) -> None:
        product = extracted or ProductFactory(connection=self.shop.account, article=self.sku)
        ProductBinding.objects.create(listing=self, product=product)


class StockLevelFactory(DjangoModelFactory):
    class Meta:
        model = StockLevel

    connection = factory.SubFactory(AccountFactory)
    stock_type = Shop.StockType.FREE
    product_external_id = factory.LazyFunction(lambda: str(uuid.uuid4()))
    store_id = "store-1"
    quantity = Decimal(5)


def canonical_order(source_id: str, **changes: Any) -> canonical.Order:
    """An order as a site tells it: two mugs and delivery, 1891.70 in all."""
    fields: dict[str, Any] = {
        "source_id": source_id,
        "order_key": f"wc_order_{source_id}",
        "number": source_id,
        "status": "processing",
        "currency": "RUB",
        "total_minor": 189170,
        "placed_at": PLACED,
        "modified_at": PLACED,
        "lines": (canonical.Line("1", "1001", "", "MUG-0001", "Кружка", Decimal(2), 159170),),
        "charges": (canonical.Charge("2", "shipping", "Курьер", 30000),),
        "customer": canonical.Customer(
            first_name="Мария",
            last_name="Иванова",
            email=f"buyer{source_id}@example.test",
            phone="+79990001122",
        ),
        "shipping": canonical.Address(postcode="101000", city="Москва", line1="ул. Лесная, 5"),
        "shipping_method": "Курьер",
        "payment_title": "При получении",
    } | changes
    return canonical.Order(**fields)


class OrderFactory(DjangoModelFactory):
    """An order of a shop; fields follow its `content`, which `seen` may replace."""

    class Meta:
        model = Order

    class Params:
        seen = factory.LazyAttribute(lambda row: canonical_order(row.source_id))

    shop = factory.SubFactory(ShopFactory)
    source_id = factory.Sequence(lambda n: str(5000 + n))
    order_key = factory.LazyAttribute(lambda row: row.seen.order_key)
    number = factory.LazyAttribute(lambda row: row.seen.number)
    status = factory.LazyAttribute(lambda row: row.seen.status)
    currency = factory.LazyAttribute(lambda row: row.seen.currency)
    total_minor = factory.LazyAttribute(lambda row: row.seen.total_minor)
    email = factory.LazyAttribute(lambda row: search.contacts(row.seen.customer)["email"])
    phone = factory.LazyAttribute(lambda row: row.seen.customer.phone)
    phone_backwards = factory.LazyAttribute(lambda row: search.contacts(row.seen.customer)["phone_backwards"])
    placed_at = factory.LazyAttribute(lambda row: row.seen.placed_at)
    modified_at = factory.LazyAttribute(lambda row: row.seen.modified_at)
    content = factory.LazyAttribute(lambda row: canonical.to_json(row.seen))
    digest = factory.LazyAttribute(lambda row: fingerprint(row.content))


class BindingFactory(DjangoModelFactory):
    """The document of an order, as after a successful sending."""

    class Meta:
        model = OrderBinding

    order = factory.SubFactory(OrderFactory)
    external_id = factory.LazyFunction(lambda: str(uuid.uuid4()))
    sync_id = factory.LazyFunction(uuid.uuid4)
    document_name = factory.Sequence(lambda n: f"{n:05}")
    page_url = factory.LazyAttribute(
        lambda row: f"https://online.moysklad.ru/app/#customerorder/edit?id={row.external_id}"
    )
    sum_minor = factory.LazyAttribute(lambda row: row.order.total_minor)
    site_status = factory.LazyAttribute(lambda row: row.order.status)


class MessageFactory(DjangoModelFactory):
    """A message waiting to be sent; with `order` it is about that order."""

    class Meta:
        model = OutboxMessage

    class Params:
        order = factory.SubFactory(OrderFactory)

    shop = factory.LazyAttribute(lambda row: row.order.shop)
    connection = factory.LazyAttribute(lambda row: row.shop.account)
    kind = kinds.ORDER
    object_key = factory.LazyAttribute(lambda row: row.order.object_key)
    due_at = factory.LazyFunction(timezone.now)


class ParkedFactory(MessageFactory):
    """A message that waits for a person: an item nobody linked."""

    state = OutboxMessage.State.PARKED
    problem = "unlinked_lines"
    problem_params = factory.LazyFunction(lambda: {"lines": "Кружка (MUG-0001)"})


class DeadFactory(MessageFactory):
    """A message the other side refused for good."""

    state = OutboxMessage.State.DEAD
    dead_reason = OutboxMessage.DeadReason.PERMANENT
    attempts = 1
    problem = "name_taken"
    problem_params = factory.LazyFunction(lambda: {"detail": "номер 00012"})


class AttemptFactory(DjangoModelFactory):
    class Meta:
        model = DeliveryAttempt

    message = factory.SubFactory(MessageFactory)
    started_at = factory.LazyFunction(lambda: timezone.now() - timedelta(seconds=1))
    finished_at = factory.LazyFunction(timezone.now)
    outcome = "failed"
    detail = "503 Сервис недоступен"


class EventFactory(DjangoModelFactory):
    """An event of a site that was handled."""

    class Meta:
        model = InboxEvent

    connection = factory.SubFactory(SiteFactory)
    topic = "woocommerce.order.changed"
    delivery_id = factory.Sequence(lambda n: f"delivery-{n}")
    dedup_key = factory.Sequence(lambda n: f"plugin:{n}")
    body = '{"event": "order.changed", "order": {"id": 5000}}'
    state = InboxEvent.State.DONE
    due_at = factory.LazyFunction(timezone.now)


class WatermarkFactory(DjangoModelFactory):
    class Meta:
        model = Watermark

    connection = factory.SubFactory(AccountFactory)
    flow = "stock"
    next_due_at = factory.LazyFunction(timezone.now)


class RefundFactory(DjangoModelFactory):
    """A refund of one mug of the order, 795.85, of which nothing was decided yet."""

    class Meta:
        model = Refund

    class Params:
        seen = factory.LazyAttribute(
            lambda row: refunds.Refund(
                row.source_id, 79585, PLACED, (refunds.RefundedLine("1", Decimal(1), 79585),), reason="Брак"
            )
        )

    order = factory.SubFactory(OrderFactory)
    source_id = factory.Sequence(lambda n: str(7000 + n))
    amount_minor = factory.LazyAttribute(lambda row: row.seen.total_minor)
    placed_at = PLACED
    content = factory.LazyAttribute(lambda row: canonical.to_json(row.seen))


class RelatedDocumentFactory(DjangoModelFactory):
    """A payment made for an order."""

    class Meta:
        model = RelatedDocument

    order = factory.SubFactory(OrderFactory)
    kind = "paymentin"
    source_key = "payment"
    sync_id = factory.LazyFunction(uuid.uuid4)
    external_id = factory.LazyFunction(lambda: str(uuid.uuid4()))
    name = factory.Sequence(lambda n: f"Д-{n:04}")
    page_url = factory.LazyAttribute(
        lambda row: f"https://online.moysklad.ru/app/#{row.kind}/edit?id={row.external_id}"
    )
    sum_minor = factory.LazyAttribute(lambda row: row.order.total_minor)


class ReturnFactory(DjangoModelFactory):
    """A return that people made in MoySklad without naming a shipment."""

    class Meta:
        model = Return

    connection = factory.SubFactory(AccountFactory)
    external_id = factory.LazyFunction(lambda: str(uuid.uuid4()))
    name = factory.Sequence(lambda n: f"В-{n:04}")
    page_url = factory.LazyAttribute(
        lambda row: f"https://online.moysklad.ru/app/#salesreturn/edit?id={row.external_id}"
    )
    sum_minor = 79585
    moment = PLACED


class FlagFactory(DjangoModelFactory):
    """MoySklad counted another sum than the site."""

    class Meta:
        model = Flag

    order = factory.SubFactory(OrderFactory)
    code = "sum_differs"
    params = factory.LazyFunction(lambda: {"remote": "1900.00", "local": "1891.70"})


class CallFactory(DjangoModelFactory):
    """A call to MoySklad that was answered."""

    class Meta:
        model = ApiCall

    at = factory.LazyFunction(timezone.now)
    direction = ApiCall.Direction.OUT
    vendor = Vendor.MOYSKLAD
    connection = factory.SubFactory(AccountFactory)
    method = "POST"
    host = "api.example.test"
    path = "/api/remap/1.2/entity/customerorder"
    query = "limit=1"
    status = 200
    duration_ms = 310
    request_body = '{"name":"WOO-1"}'
    request_bytes = 16
    response_body = '{"id":"x","name":"WOO-1"}'
    response_bytes = 25
