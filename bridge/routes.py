"""THE TABLE: topic → handler, message kind → handler, flow → how it runs. Read this first."""

from __future__ import annotations

from bridge.inbox.process import Handler
from bridge.outbox.outcomes import Kind
from bridge.sync import kinds, subscriptions
from bridge.sync.flows import Flow
from bridge.sync.goods import catalog_from_moysklad, catalog_from_site
from bridge.sync.orders import edits_to_site, orders_to_moysklad
from bridge.sync.payments import payments_to_moysklad, payments_to_site
from bridge.sync.refunds import refunds_to_moysklad
from bridge.sync.returns import returns_from_moysklad, returns_to_site
from bridge.sync.site_orders import orders_from_site
from bridge.sync.states import poll, progress, statuses_to_site
from bridge.sync.stock import stock_from_moysklad, stock_to_site

TOPICS: dict[str, Handler] = {
    "woocommerce.order.changed": orders_from_site.changed,
    "woocommerce.order.deleted": orders_from_site.deleted,
    "woocommerce.core.order.created": orders_from_site.core_changed,
    "woocommerce.core.order.updated": orders_from_site.core_changed,
    "woocommerce.core.order.restored": orders_from_site.core_changed,
    "woocommerce.core.order.deleted": orders_from_site.core_deleted,
    "site.order": orders_from_site.polled,
    "moysklad.customerorder": statuses_to_site.hinted,
    "moysklad.demand": payments_to_site.hinted,
    "moysklad.paymentin": payments_to_site.hinted,
    "moysklad.cashin": payments_to_site.hinted,
    "moysklad.salesreturn": returns_from_moysklad.hinted,
    "moysklad.stock": stock_from_moysklad.hinted,
}

KINDS: dict[str, Kind] = {
    kinds.ORDER: Kind(orders_to_moysklad.deliver, batch=100),
    kinds.PAYMENT: Kind(payments_to_moysklad.deliver, batch=100),
    kinds.REFUND: Kind(refunds_to_moysklad.deliver, batch=100),
    kinds.EDIT: Kind(edits_to_site.deliver, batch=10),
    kinds.PAID: Kind(payments_to_site.deliver, batch=10),
    kinds.RETURN: Kind(returns_to_site.deliver, batch=10),
    kinds.STATUS: Kind(statuses_to_site.deliver, batch=10),
    kinds.STOCK: Kind(stock_to_site.deliver),
}

DAY = 24 * 3600
FLOWS: dict[str, Flow] = {
    # of a site
    "orders": Flow("woocommerce", poll.orders, lambda shops: min(s.orders_interval for s in shops)),
    "site_catalogue": Flow("woocommerce", catalog_from_site.load, lambda shops: 3600),
    # of an account
    "statuses": Flow("moysklad", poll.statuses, lambda shops: min(s.statuses_interval for s in shops)),
    "returns": Flow(
        "moysklad", returns_from_moysklad.changes, lambda shops: min(s.statuses_interval for s in shops)
    ),
    "progress": Flow("moysklad", progress.changes, lambda shops: min(s.statuses_interval for s in shops)),
    "stock": Flow(
        "moysklad", stock_from_moysklad.changes, lambda shops: min(s.stock_interval for s in shops)
    ),
    "stock_full": Flow("moysklad", stock_from_moysklad.full, lambda shops: DAY),
    "catalogue": Flow("moysklad", catalog_from_moysklad.load, lambda shops: 3600),
    "subscriptions": Flow("moysklad", subscriptions.renew, lambda shops: DAY),
}
