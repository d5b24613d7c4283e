"""What the owner of a shop chose and what its account has; a batch reads each list once, everybody else anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Any

from bridge.connections.models import (
    AttributeMapping,
    DirectoryEntry,
    OrderRule,
    PaymentMethod,
    Shop,
    StatusMapping,
)

Direction = StatusMapping.Direction


class ShopBook:
    """The lists of one shop, each read when it is first asked for."""

    def __init__(self, shop: Shop) -> None:
        self.shop_id, self.account_id = shop.pk, shop.account_id
        self._entries: dict[str, list[DirectoryEntry]] = {}
        # What is on sale, by product and variation, as far as the batch has looked (sync/document/lines.py).
        self.listings: dict[tuple[str, str], Any] = {}

    @cached_property
    def rules(self) -> list[OrderRule]:
        """In the order they count."""
        return list(OrderRule.objects.filter(shop=self.shop_id).order_by("place", "pk"))

    @cached_property
    def attribute_mappings(self) -> list[AttributeMapping]:
        return list(AttributeMapping.objects.filter(shop=self.shop_id).order_by("pk"))

    @cached_property
    def payment_methods(self) -> Mapping[str, PaymentMethod]:
        """By the site's slug."""
        return {row.method: row for row in PaymentMethod.objects.filter(shop=self.shop_id)}

    @cached_property
    def state_of_status(self) -> Mapping[str, str]:
        """States by the site status that sets them."""
        return {
            row.site_status: row.state_id for row in self._statuses if row.direction == Direction.TO_STATE
        }

    @cached_property
    def status_of_state(self) -> Mapping[str, str]:
        """Site statuses by the state that sets them."""
        return {row.state_id: row.site_status for row in self._statuses if row.direction == Direction.TO_SITE}

    def entries(self, kind: str) -> list[DirectoryEntry]:
        """What the account has of this kind, by name."""
        if kind not in self._entries:
            rows = DirectoryEntry.objects.filter(connection_id=self.account_id, kind=kind)
            self._entries[kind] = list(rows.order_by("name", "pk"))
        return self._entries[kind]

    def entry(self, kind: str, external_id: str) -> DirectoryEntry | None:
        return next((entry for entry in self.entries(kind) if entry.external_id == external_id), None)

    def forget_entries(self) -> None:
        self._entries.clear()

    @cached_property
    def _statuses(self) -> list[StatusMapping]:
        return list(StatusMapping.objects.filter(shop=self.shop_id))


_open: ContextVar[dict[int, ShopBook] | None] = ContextVar("open_books", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Inside, a book that was opened stays open: for a batch, which goes by what was chosen when it began."""
    token = _open.set({})
    try:
        yield
    finally:
        _open.reset(token)


def book_of(shop: Shop) -> ShopBook:
    """Read anew, except inside of `read_once`."""
    books = _open.get()
    return ShopBook(shop) if books is None else books.setdefault(shop.pk, ShopBook(shop))


def forget_entries(account_id: int) -> None:
    """The account's directory has just been replaced."""
    for book in (_open.get() or {}).values():
        if book.account_id == account_id:
            book.forget_entries()
