"""One paid order on its way to a payment in MoySklad."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.domain.payment_due import Due
from bridge.orders.after_sale import RelatedDocument
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Outcome

PAYMENT = "payment"


@dataclass
class Job:
    """`due` is what is still to be entered, `document_minor` and `entered_minor` what the document costs and what was
    entered for it; `seen_to`: nothing is left to do for this document."""

    message: OutboxMessage
    order: Order
    due: Due | None = None
    document_minor: int = 0
    entered_minor: int = 0
    seen_to: bool = False
    outcome: Outcome | None = None

    def finish(self, detail: str) -> None:
        self.seen_to, self.outcome = True, Done(detail)

    @property
    def key(self) -> str:
        """The document made again gets a payment of its own where the payment of the removed one is gone as well."""
        generation = self.order.binding.generation
        return f"{PAYMENT}:{generation}" if generation else PAYMENT

    @property
    def payments(self) -> list[RelatedDocument]:
        """What we made, or tried to make, for this document and for those it replaces."""
        return [row for row in self.order.documents.all() if row.source_key.partition(":")[0] == PAYMENT]

    @property
    def made(self) -> RelatedDocument | None:
        """The payment made for this very document."""
        return next((row for row in self.payments if row.source_key == self.key and row.external_id), None)

    @property
    def earlier(self) -> RelatedDocument | None:
        """The newest payment made for a document that this one replaces."""
        rows = [
            row for row in self.payments if row.external_id and not row.gone and row.source_key != self.key
        ]
        return max(rows, key=lambda row: row.pk, default=None)
