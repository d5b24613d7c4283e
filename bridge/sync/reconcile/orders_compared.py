"""Orders of the site against their documents: missing, doubled, gone, another sum, another state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bridge.connections import clients
from bridge.connections.book import book_of, read_once
from bridge.connections.models import DirectoryEntry, Shop
from bridge.domain.agreement import agree
from bridge.domain.money import to_text
from bridge.domain.status import LEFT_TO_PEOPLE, RELEASED
from bridge.mapping import from_moysklad, moysklad_money
from bridge.orders.models import OrderBinding
from bridge.orders.record_sales import START_TOLERANCE, has_document
from bridge.sync import kinds, leased
from bridge.sync.document.order_document import goods_digest, state_for
from bridge.sync.models import Drift
from bridge.sync.reconcile import documents
from bridge.sync.reconcile.documents import Document, Period, binding_of
from bridge.sync.reconcile.findings import Compared, Found
from bridge.sync.reconcile.in_motion import InMotion
from bridge.sync.reconcile.site_orders_read import TRASH, Pair
from bridge.sync.refunds.refund_plans import as_it_stands
from bridge.sync.states.status_news import status_for
from bridge.sync.uploads.earlier_documents import our_code
from connectors.moysklad.limits import Priority

ORDER = Drift.Subject.ORDER
Gone = OrderBinding.Gone
TO_DOCUMENT = (kinds.ORDER, kinds.REFUND)


def compare(shop: Shop, pairs: Sequence[Pair], period: Period | None = None) -> Compared:
    """Reads the documents of these orders and says what differs. Raises leased.Trouble."""
    result = Compared()
    if not pairs:
        return result
    orders = [pair.order for pair in pairs]
    with leased.calling(shop.account):
        client = clients.moysklad(shop.account, Priority.CATALOGUE, tenant=shop.name)
        found = documents.read(client, shop.account, orders, period)
    keys = [order.object_key for order in orders if order.pk]
    motion = InMotion(shop, keys, [pair.site.source_id for pair in pairs])
    with read_once():
        for pair in pairs:
            case = _Case(shop, pair, found[our_code(pair.order)], motion)
            if not case.concerns_us:
                continue
            result.count(ORDER)
            differences = list(case.differences())
            if differences and case.on_its_way:
                result.way(ORDER, order=pair.order.pk)
            else:
                result.found += differences
    return result


class _Case:
    """One order and its documents."""

    def __init__(self, shop: Shop, pair: Pair, rows: Sequence[Document], motion: InMotion) -> None:
        self.shop, self.site, self.order, self.motion = shop, pair.site, pair.order, motion
        self.living = [row for row in rows if not row.get("deleted")]
        self.binned = [row for row in rows if row.get("deleted")]
        self.binding = binding_of(pair.order)

    @property
    def concerns_us(self) -> bool:
        """It has a document, or should have one."""
        return bool(self.living) or has_document(self.order) or self._wanted

    @property
    def on_its_way(self) -> bool:
        key = self.order.object_key if self.order.pk else ""
        unheard = not self.order.pk or self.order.modified_at < self.site.modified_at
        if self.binding is not None and self.binding.sending:
            return True
        return self.motion.moving(key, self.site.source_id) or (
            unheard and self.motion.lately(self.site.modified_at)
        )

    @property
    def _wanted(self) -> bool:
        recent = self.site.placed_at >= self.shop.started_at - START_TOLERANCE
        return self.order.requested or (recent and self.site.status in self.shop.send_statuses)

    def differences(self) -> Iterator[Found]:
        if not self.living:
            yield from self._without_document()
            return
        if len(self.living) > 1:
            names = "; ".join(f"“{row.get('name')}” {self._money(row)}" for row in self.living)
            yield self._found("drift_order_doubled", there=names, number=str(len(self.living)))
        document = self._own()
        if document is None:
            yield self._unlinked(self.living[0])
        elif self.site.status == TRASH:
            yield from self._gone_here(document)
        else:
            yield from self._sum(document)
            yield from self._state(document)

    def _own(self) -> Document | None:
        own = self.binding.external_id if self.binding else ""
        return next((row for row in self.living if str(row["id"]) == own), None)

    def _without_document(self) -> Iterator[Found]:
        binding = self.binding
        if binding is not None and binding.external_id:
            if binding.gone in (Gone.LEFT, Gone.OURS) or self.site.status in RELEASED:
                return
            code = "drift_document_binned" if self.binned else "drift_document_deleted"
            yield self._found(code, repair="create_again", document=binding.document_name)
        elif not self._wanted or self._emptied():
            return
        elif not self.order.pk:
            yield self._found("drift_order_unheard", repair="look_again")
        elif stuck := self.motion.stuck(self.order.object_key, kinds.ORDER):
            yield self._found("drift_order_stuck", repair="send", reason=stuck.code, figures=stuck.params)
        else:
            yield self._found("drift_order_not_sent", repair="send")

    def _emptied(self) -> bool:
        """It was refunded before it was sent: nothing is made of it."""
        return bool(self.order.pk) and self.order.total_minor > 0 >= as_it_stands(self.order).total_minor

    def _unlinked(self, document: Document) -> Found:
        """A document of the order that we do not know: an answer that was lost, a restored database, staff."""
        free = self.binding is None or not (self.binding.external_id or self.binding.sending)
        there = f"“{document.get('name')}” {self._money(document)}"
        code = "drift_document_unlinked" if free else "drift_document_replaced"
        repair = ("link" if self.order.pk else "look_again") if free else ""
        known: Any = {"document": str(document.get("name") or ""), "document_id": str(document["id"])}
        return self._found(code, there=there, repair=repair, **known)

    def _gone_here(self, document: Document) -> Iterator[Found]:
        expected = state_for(self.shop, TRASH)
        if not self.shop.bin_deleted:
            if from_moysklad.document(document).shipped_wire > 0:
                return  # goods that left are returned, not cancelled
            if expected and from_moysklad.ref_id(document.get("state")) == expected:
                return
        if self.order.status != TRASH:
            repair = "look_again"
        elif self.shop.bin_deleted:
            repair = "send"
        else:
            repair = "state" if expected else ""
        yield self._found("drift_order_gone_here", there=self._state_name(document), repair=repair)

    def _sum(self, document: Document) -> Iterator[Found]:
        heard = (self.order.total_minor, self.order.currency) == (self.site.total_minor, self.site.currency)
        stands = as_it_stands(self.order) if heard else None
        wanted = stands.total_minor if stands else self.site.total_minor
        there = moysklad_money.from_wire(document.get("sum"), self.site.currency)
        binding = self.binding
        if wanted == there or binding is None or binding.written.get("foreign"):
            return
        values: Any = {
            "here": to_text(wanted, self.site.currency),
            "there": to_text(there, self.site.currency),
        }
        stuck = self.motion.stuck(self.order.object_key, *TO_DOCUMENT, kinds.EDIT)
        if stands is None:
            yield self._found("drift_change_unheard", repair="look_again", **values)
        elif stuck is not None:
            yield self._found(
                "drift_sum_stuck", repair=self._goods(), reason=stuck.code, figures=stuck.params, **values
            )
        elif goods_digest(stands) != binding.goods:
            yield self._found("drift_sum_not_sent", repair="send", **values)
        else:
            yield self._found("drift_sum_changed_there", repair=self._goods(), **values)

    def _goods(self) -> str:
        """Where the owner lets changes of staff reach the site they do; else the site's goods count, if a person says
        so."""
        return "edit" if self.shop.accept_edits else "site_goods"

    def _state(self, document: Document) -> Iterator[Found]:
        state, status = from_moysklad.ref_id(document.get("state")), self.site.status
        means, expected = status_for(self.shop, state), state_for(self.shop, status)
        binding, shipped = self.binding, from_moysklad.document(document).shipped_wire > 0
        chosen = book_of(self.shop).state_of_status
        same = agree(status, state, means=means, expected=expected, state_of_status=chosen, shipped=shipped)
        if same or binding is None:
            return
        values: Any = {"here": status, "there": self._state_name(document)}
        stuck = self.motion.stuck(self.order.object_key, kinds.STATUS, *TO_DOCUMENT)
        if self.order.status != status:
            yield self._found("drift_status_unheard", repair="look_again", **values)
        elif state != binding.state_id:
            yield self._found("drift_state_unheard", repair="look_there", **values)
        elif stuck is not None:
            yield self._found(
                "drift_state_stuck", repair="status", reason=stuck.code, figures=stuck.params, **values
            )
        elif binding.site_status != status:
            yield self._found("drift_state_not_sent", repair="send", **values)
        else:
            to_site = means and status not in LEFT_TO_PEOPLE and status not in RELEASED
            yield self._found("drift_state_differs", repair="status" if to_site else "state", **values)

    def _state_name(self, document: Document) -> str:
        state = from_moysklad.ref_id(document.get("state"))
        entry = book_of(self.shop).entry(DirectoryEntry.Kind.STATE, state)
        return entry.name if entry else ""

    def _money(self, document: Document) -> str:
        minor = moysklad_money.from_wire(document.get("sum"), self.site.currency)
        return to_text(minor, self.site.currency)

    def _found(
        self,
        code: str,
        *,
        here: str = "",
        there: str = "",
        repair: str = "",
        figures: Mapping[str, Any] | None = None,
        **params: str,
    ) -> Found:
        more: dict[str, Any] = {"status": self.site.status, "source_id": self.site.source_id, **params}
        if figures:
            more["figures"] = dict(figures)
        title, pk = self.site.number, self.order.pk or None
        return Found(ORDER, code, title, here or self._here(), there, repair, more, order=pk)

    def _here(self) -> str:
        return f"{to_text(self.site.total_minor, self.site.currency)} {self.site.currency}"
