"""THE TABLE: topic → handler, message kind → handler, flow → how it runs, long work → its portions. Read this first."""

from __future__ import annotations

from bridge.diagnosis import runs as diagnosis
from bridge.diagnosis.models import Diagnosis
from bridge.inbox.process import Handler, Together, alone
from bridge.outbox.outcomes import Kind
from bridge.sync import kinds, subscriptions
from bridge.sync.attention import retry_portions
from bridge.sync.fields import every_listing, fields_to_site
from bridge.sync.flows import Flow
from bridge.sync.goods import catalog_from_moysklad, catalog_from_site, goods_changes
from bridge.sync.leased import Work
from bridge.sync.links import link_portions, suggested
from bridge.sync.models import GoodsRun, LinkRun, Reconciliation, ReplayRun, RetryRun, Upload
from bridge.sync.orders import edits_to_site, orders_to_moysklad
from bridge.sync.payments import payments_to_moysklad, payments_to_site
from bridge.sync.previews import preview_portions
from bridge.sync.reconcile import comparison, reconciliations
from bridge.sync.refunds import refunds_to_moysklad
from bridge.sync.replays import replay_portions
from bridge.sync.returns import returns_from_moysklad, returns_to_site
from bridge.sync.site_orders import orders_from_site
from bridge.sync.states import poll, progress, statuses_to_site
from bridge.sync.stock import stock_from_moysklad, stock_to_site
from bridge.sync.uploads import upload_portions

# Notifications of an account: one reading serves several.
HINTS: dict[str, Together] = {
    "moysklad.customerorder": statuses_to_site.hinted,
    "moysklad.demand": payments_to_site.hinted,
    "moysklad.paymentin": payments_to_site.hinted,
    "moysklad.cashin": payments_to_site.hinted,
    "moysklad.salesreturn": returns_from_moysklad.hinted,
}

TOPICS: dict[str, Handler] = {
    "woocommerce.order.changed": orders_from_site.changed,
    "woocommerce.order.deleted": orders_from_site.deleted,
    "woocommerce.core.order.created": orders_from_site.core_changed,
    "woocommerce.core.order.updated": orders_from_site.core_changed,
    "woocommerce.core.order.restored": orders_from_site.core_changed,
    "woocommerce.core.order.deleted": orders_from_site.core_deleted,
    "site.order": orders_from_site.polled,
    "site.look_again": orders_from_site.core_deleted,
    **{topic: alone(handler) for topic, handler in HINTS.items()},
    **{f"moysklad.{kind}": goods_changes.hinted for kind in catalog_from_moysklad.KINDS},
    "moysklad.stock": stock_from_moysklad.hinted,
}

# Topics of which several events cost little more than one.
TOGETHER: dict[str, Together] = {"woocommerce.order.changed": orders_from_site.changed_together, **HINTS}

KINDS: dict[str, Kind] = {
    kinds.ORDER: Kind(orders_to_moysklad.deliver, batch=100),
    kinds.PAYMENT: Kind(payments_to_moysklad.deliver, batch=100),
    kinds.REFUND: Kind(refunds_to_moysklad.deliver, batch=100),
    kinds.EDIT: Kind(edits_to_site.deliver, batch=10),
    kinds.PAID: Kind(payments_to_site.deliver, batch=10),
    kinds.RETURN: Kind(returns_to_site.deliver, batch=10),
    kinds.STATUS: Kind(statuses_to_site.deliver, batch=10),
    kinds.STOCK: Kind(stock_to_site.deliver),
    kinds.FIELDS: Kind(fields_to_site.deliver),
}

DAY = 24 * 3600
FLOWS: dict[str, Flow] = {
    # of a site
    "orders": Flow("woocommerce", poll.orders, lambda shops: min(s.orders_interval for s in shops)),
    "site_catalogue": Flow("woocommerce", catalog_from_site.load, lambda shops: 3600),
    every_listing.FLOW: Flow("woocommerce", every_listing.load, lambda shops: DAY),
    "suggestions": Flow("woocommerce", suggested.find, lambda shops: 300),
    # of an account
    "statuses": Flow("moysklad", poll.statuses, lambda shops: min(s.statuses_interval for s in shops)),
    "returns": Flow(
        "moysklad", returns_from_moysklad.changes, lambda shops: min(s.statuses_interval for s in shops)
    ),
    "progress": Flow("moysklad", progress.changes, lambda shops: min(s.statuses_interval for s in shops)),
    "stock": Flow(
        "moysklad", stock_from_moysklad.changes, lambda shops: min(s.stock_interval for s in shops)
    ),
    "stock_full": Flow("moysklad", stock_from_moysklad.full, lambda shops: DAY, nightly=True),
    "directory": Flow("moysklad", catalog_from_moysklad.names, lambda shops: 3600),
    "catalogue": Flow("moysklad", catalog_from_moysklad.load, lambda shops: DAY, nightly=True),
    "goods_changes": Flow(
        "moysklad", goods_changes.changes, lambda shops: min(s.stock_interval for s in shops)
    ),
    "subscriptions": Flow("moysklad", subscriptions.renew, lambda shops: DAY),
    "reconcile": Flow("moysklad", reconciliations.nightly, lambda shops: DAY, nightly=True),
}

# By the name of the table (leased.kind_of).
LONG_WORK: dict[str, Work] = {
    "upload": Work(Upload, upload_portions.portion, kept_in=upload_portions.kept_in),
    "goodsrun": Work(GoodsRun, preview_portions.portion, kept_in=preview_portions.kept_in),
    "reconciliation": Work(Reconciliation, comparison.portion),
    "linkrun": Work(LinkRun, link_portions.portion),
    "replayrun": Work(ReplayRun, replay_portions.portion),
    "retryrun": Work(RetryRun, retry_portions.portion),
    "diagnosis": Work(Diagnosis, diagnosis.portion),
}
