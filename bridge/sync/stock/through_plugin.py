"""Stock written by the site's plugin: a thousand items to a call, each under its lock, late sales taken off there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F, Value
from django.db.models.functions import Greatest

from bridge.connections.models import Shop
from bridge.domain.decimals import digits
from bridge.sync.stock.journal import Counted
from bridge.sync.stock.results import Result, Said, Wish, is_cut
from connectors.errors import TransientError
from connectors.woocommerce.client import WooCommerce
from connectors.woocommerce.wire import StockItem, StockResult

SAID = {
    "set": Said.SET,
    "same": Said.SET,
    "busy": Said.LATER,
    "stale": Said.LATER,
    "not_done": Said.LATER,
    "unknown": Said.GONE,
    "unmanaged": Said.NO_STOCK,
    "parent": Said.OF_PARENT,
    "error": Said.UNSURE,
}


def write(shop: Shop, client: WooCommerce, wishes: Sequence[Wish], counted: Counted) -> list[Result]:
    """One call; what the site did not reach in its time is LATER."""
    answer = client.plugin.set_stock(
        _next_revision(shop),
        counted.through,
        shop.home_url or shop.site.base_url,
        [_item(wish, counted) for wish in wishes],
        secrets=_secrets(shop),
        counted_since=counted.since,
    )
    return [_result(wish, row, counted) for wish, row in zip(wishes, answer["items"], strict=True)]


def _next_revision(shop: Shop) -> int:
    """Rises with every call, whoever makes it: the site refuses one that was overtaken. Never below the time in
    milliseconds, so that it goes on rising when the bridge's database was restored."""
    now = int(time.time() * 1000)
    Shop.objects.filter(pk=shop.pk).update(stock_revision=Greatest(F("stock_revision") + 1, Value(now)))
    shop.refresh_from_db(fields=["stock_revision"])
    return shop.stock_revision


def _secrets(shop: Shop) -> list[str]:
    known = shop.site.credentials
    return [known[name] for name in ("event_secret", "previous_event_secret") if known.get(name)]


def _item(wish: Wish, counted: Counted) -> StockItem:
    source_id = wish.listing.source_id
    return {
        "id": int(source_id),
        "quantity": digits(wish.quantity),
        "counted": digits(counted.pieces(source_id)),
        "status": None,
        "backorders": wish.backorders or None,
    }


def _result(wish: Wish, row: StockResult, counted: Counted) -> Result:
    said = SAID.get(row["result"], Said.REFUSED)
    if said is not Said.SET:
        detail = str(row.get("message") or "")
        # A database too busy for this item, or an extension that breaks on it: a few tries tell.
        error = TransientError(detail, status=500) if said is Said.UNSURE else None
        return Result(wish.listing, said, detail=detail, error=error)
    was, quantity, sale = row.get("was"), Decimal(row["quantity"]), int(row.get("sale") or 0)
    known = max(counted.newest(wish.listing.source_id), wish.listing.site_sale)
    return Result(
        wish.listing,
        said,
        quantity,
        sale,
        None if was is None else Decimal(was),
        backorders=wish.backorders,
        # A sale that we do not know may have taken the part.
        cut=is_cut(wish.quantity, quantity) and sale <= known,
    )
