"""Our webhooks in MoySklad: made when missing, renewed, and only our own removed. Without them everything is polled."""

from __future__ import annotations

from typing import Any, cast

from bridge.connections import clients
from bridge.connections.models import Connection, Shop
from bridge.sync.flows import shops_of
from bridge.sync.models import Watermark
from bridge.sync.states import progress
from connectors.errors import PermanentError
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority
from connectors.moysklad.webhooks import Action, EntityType

Wanted = tuple[EntityType, Action]
ORDERS: tuple[Wanted, ...] = (("customerorder", "UPDATE"), ("customerorder", "DELETE"))
RETURNS: tuple[Wanted, ...] = (
    ("salesreturn", "CREATE"),
    ("salesreturn", "UPDATE"),
    ("salesreturn", "DELETE"),
)
# Of one that was deleted nobody can read any more which order it was for.
PROGRESS: tuple[Wanted, ...] = (
    ("demand", "CREATE"),
    ("demand", "UPDATE"),
    ("paymentin", "CREATE"),
    ("paymentin", "UPDATE"),
    ("cashin", "CREATE"),
    ("cashin", "UPDATE"),
)
# Reserves change without any word of the stock webhook, and what is shipped or comes back is told minutes later by it.
RESERVES: tuple[Wanted, ...] = (
    ("customerorder", "CREATE"),
    ("demand", "CREATE"),
    ("demand", "UPDATE"),
    ("demand", "DELETE"),
    *RETURNS,
)
# Prices, texts and the archive reach the site within seconds; otherwise with the next look (goods/goods_changes.py).
GOODS: tuple[Wanted, ...] = tuple(
    (kind, action)
    for kind in cast("tuple[EntityType, ...]", ("product", "variant", "bundle"))
    for action in cast("tuple[Action, ...]", ("CREATE", "UPDATE", "DELETE"))
)


def renew(watermark: Watermark) -> None:
    """Make the account's webhooks what they should be; a refusal (rights, tariff) is noted, not repeated at once."""
    account = watermark.connection
    client = clients.moysklad(account, Priority.CATALOGUE)
    _remember_account(account, client)
    prefix = clients.hook_prefix(account)
    problem = "no_public_url"
    if prefix:
        try:
            _renew(client, account, prefix)
            problem = ""
        except PermanentError as error:
            problem = f"refused:{error.code or error.status}"
    if account.hooks_problem != problem:
        account.hooks_problem = problem
        account.save(update_fields=["hooks_problem"])


def remove(account: Connection) -> int:
    """Take our webhooks back, for a bridge that is being switched off (`manage.py unsubscribe`); returns how many."""
    client = clients.moysklad(account, Priority.ORDERS)  # a person waits
    orders, stock = _ours(client.webhooks.list(), account), _ours(client.stock_webhooks.list(), account)
    for row in orders:
        client.webhooks.delete(str(row["id"]))
    for row in stock:
        client.stock_webhooks.delete(str(row["id"]))
    return len(orders) + len(stock)


def _remember_account(account: Connection, client: MoySklad) -> None:
    """Webhooks name their account; ours is compared with theirs."""
    account_id = client.directory.account_id()
    if account_id and account_id != account.account_id:
        account.account_id = account_id
        account.save(update_fields=["account_id"])


def _renew(client: MoySklad, account: Connection, prefix: str) -> None:
    stock_url = f"{prefix}stock/"
    present = _ours(client.webhooks.list(), account)
    for kind, action in _wanted(account):
        url = f"{prefix}{kind}/"
        row = _take(present, url=url, action=action, entityType=kind)
        if row is None:
            client.webhooks.create(url, kind, action)
        elif not row.get("enabled", True):
            client.webhooks.enable(str(row["id"]))
    for stale in present:
        client.webhooks.delete(str(stale["id"]))
    present = _ours(client.stock_webhooks.list(), account)
    row = _take(present, url=stock_url, reportType="bystore")
    if row is None:
        client.stock_webhooks.create(stock_url, "bystore")
    elif not row.get("enabled", True):
        client.stock_webhooks.enable(str(row["id"]))
    for stale in present:
        client.stock_webhooks.delete(str(stale["id"]))


def _wanted(account: Connection) -> list[Wanted]:
    """What the account's shops act on; one address for each kind of document or goods."""
    shops = shops_of(account)
    wanted = [*ORDERS, *GOODS]
    if any(shop.accept_returns or shop.send_refunds for shop in shops):
        wanted += RETURNS
    if any(progress.matters(shop) for shop in shops):
        wanted += PROGRESS
    if any(shop.write_goods and shop.stock_type != Shop.StockType.STOCK for shop in shops):
        wanted += RESERVES
    return list(dict.fromkeys(wanted))


def _take(rows: list[Any], **wanted: str) -> Any:
    """Remove and return the first row with these values; None when there is none."""
    for row in rows:
        if all(row.get(key) == value for key, value in wanted.items()):
            rows.remove(row)
            return row
    return None


def _ours(rows: Any, account: Connection) -> list[Any]:
    """Those that carry our secret, whatever address the bridge had when it made them."""
    path = f"/hooks/moysklad/{account.hook_token}/"
    return [row for row in rows if path in str(row.get("url") or "")]
