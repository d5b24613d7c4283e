"""Money in and out: bank payments and cash orders, linked to documents by `operations`.

`paymentin` and `cashin` may be linked to orders and demands, `paymentout` and `cashout` to returns, never to
an order; both kinds of outgoing money need an `expenseItem`. Source: documents, "Incoming payment", "Cash
in", "Outgoing payment", "Cash out".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from connectors.errors import ConnectorError
from connectors.moysklad.documents import Documents
from connectors.moysklad.paging import Place
from connectors.moysklad.wire import Payment

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad

PaymentKind = Literal["paymentin", "cashin", "paymentout", "cashout"]
KINDS: tuple[PaymentKind, ...] = get_args(PaymentKind)
INCOMING: tuple[PaymentKind, ...] = ("paymentin", "cashin")


class Payments:
    """Reached as `MoySklad.payments`; every call names the kind, the rest is as in documents.py."""

    def __init__(self, client: MoySklad) -> None:
        self._of = {kind: Documents[Payment](client, kind) for kind in KINDS}

    def get(self, kind: PaymentKind, payment_id: str, expand: Iterable[str] = ()) -> Payment:
        return self._of[kind].get(payment_id, expand)

    def by_ids(
        self,
        kind: PaymentKind,
        ids: Iterable[str],
        expand: Iterable[str] = (),
        *,
        deleted: bool | None = False,
    ) -> list[Payment]:
        return self._of[kind].by_ids(ids, expand, deleted=deleted)

    def by_sync_ids(
        self,
        kind: PaymentKind,
        sync_ids: Iterable[str],
        expand: Iterable[str] = (),
        *,
        deleted: bool | None = False,
    ) -> list[Payment]:
        return self._of[kind].by_sync_ids(sync_ids, expand, deleted=deleted)

    def updated(
        self,
        kind: PaymentKind,
        place: Place,
        *,
        deleted: bool | None = False,
        expand: Iterable[str] = (),
    ) -> Iterator[tuple[list[Payment], Place | None]]:
        return self._of[kind].updated(place, deleted=deleted, expand=expand)

    def create(self, kind: PaymentKind, body: Mapping[str, Any]) -> Payment:
        return self._of[kind].create(body)

    def update(self, kind: PaymentKind, payment_id: str, body: Mapping[str, Any]) -> Payment:
        """Change the fields that are sent; `operations`, when sent, are all the links there are."""
        return self._of[kind].update(payment_id, body)

    def save(self, kind: PaymentKind, bodies: Sequence[Mapping[str, Any]]) -> list[Payment | ConnectorError]:
        return self._of[kind].save(bodies)

    def template(self, kind: PaymentKind, body: Mapping[str, Any]) -> Payment:
        """Filled in from an order, a demand or (money out) a return; not stored."""
        return self._of[kind].template(body)

    def trash(self, kind: PaymentKind, payment_id: str) -> None:
        self._of[kind].trash(payment_id)
