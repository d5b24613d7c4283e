"""One order on its way into MoySklad, and the call that carries many of them at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.utils import timezone

from bridge.connections.models import Connection
from bridge.domain.errors import DomainError, Problem
from bridge.domain.order import Order as Canonical
from bridge.mapping import from_moysklad
from bridge.mapping.from_moysklad import Document
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Failed, Outcome, Parked
from bridge.sync import late_calls
from bridge.sync.document import lines
from bridge.sync.document import order_document as parts
from bridge.sync.document.identity import sync_id
from bridge.sync.late_calls import wait_for
from bridge.sync.refunds.refund_plans import as_it_stands
from bridge.sync.states import observed
from connectors.errors import ConnectorError, OutcomeUnknown
from connectors.moysklad.client import MoySklad

Outcomes = dict[int, Outcome]


@dataclass
class Job:
    """`body` is what the order's call carries; `held_back` what keeps its goods from going along; `seen` what the
    document said last; `notes` what staff should know, by the codes of flags (None: true no longer); `goods_left`: its
    goods differ and stay as they are, since the order is over.
    """

    message: OutboxMessage
    order: Order
    binding: OrderBinding
    body: dict[str, Any] = field(default_factory=dict)
    held_back: Problem | None = None
    seen: Document | None = None
    notes: dict[str, Problem | None] = field(default_factory=dict)
    goods_left: bool = False

    @property
    def pk(self) -> int:
        return self.message.pk

    @cached_property
    def content(self) -> Canonical:
        """The order as it stands: less what left it through refunds."""
        return as_it_stands(self.order)

    @property
    def wanted(self) -> bool:
        """Whether an order in this status gets a document."""
        return self.order.requested or self.order.status in self.order.shop.send_statuses

    @property
    def releases(self) -> bool:
        """Whether goods of an order in this status are reserved no longer; an old order that is done never held any."""
        done_long_ago = self.order.requested and self.order.status == "completed"
        return done_long_ago or self.order.status in parts.RELEASING

    @property
    def reserved(self) -> bool | None:
        """Whether the document's goods are reserved by us; None: that was left to people."""
        if not self.binding.external_id:
            return None
        known: bool | None = self.binding.written.get("reserved", True)
        return known

    @property
    def reserves(self) -> bool | None:
        """Whether they should be; None: people decide, and what they reserved stays."""
        if self.order.shop.reserve:
            return not self.releases
        return False if self.releases and self.reserved else None

    def answered(self, document: Mapping[str, Any]) -> Document:
        """What the answer to our call says. It does not open positions: they are as sent, and shipped as they were."""
        self.seen = from_moysklad.document(document)
        if self.seen.goods is None and "positions" in self.body:
            posted = from_moysklad.is_posted(document)
            goods = parts.goods_sent(self.body["positions"], self.binding.pieces or {}, posted=posted)
            self.seen = replace(self.seen, goods=goods)
        return self.seen

    @property
    def given_back(self) -> bool:
        """Whether nothing is left of the order but its refunds: its lines stay in the document, for the record."""
        site = self.order.canonical
        return not (self.content.lines or self.content.charges) and bool(site.lines or site.charges)

    @property
    def goods_differ(self) -> bool:
        """Whether the site changed goods since they were written."""
        return not self.given_back and parts.goods_digest(self.content) != self.binding.goods

    def record(self) -> dict[str, Any]:
        """What the call carries, kept until its answer; where only reserves change, the goods are those agreed on."""
        reserved = self.reserved if self.reserves is None else self.reserves
        kept = parts.record_of(self.body, self.content, reserved=reserved)
        known = self.binding.written.get("positions")
        if "positions" in kept and (self.goods_left or not self.goods_differ):
            kept["goods"] = self.binding.goods
            kept["positions"] = known if known is not None else kept["positions"]
        return kept


def jobs_of(messages: Sequence[OutboxMessage]) -> list[Job]:
    """The orders of these messages."""
    by_pk = {int(message.object_key.removeprefix("order:")): message for message in messages}
    orders = (
        Order.objects.filter(pk__in=by_pk)
        .select_related("binding", "shop__site", "shop__account")
        .prefetch_related("refunds", "documents")
        .order_by("pk")
    )
    return [
        Job(by_pk[o.pk], o, getattr(o, "binding", None) or OrderBinding(order=o, sync_id=sync_id(o, 0)))
        for o in orders
    ]


def look_up_goods(jobs: Sequence[Job]) -> None:
    """What all of these orders' lines are, before each asks for its own."""
    by_shop: dict[int, list[Job]] = {}
    for job in jobs:
        by_shop.setdefault(job.order.shop_id, []).append(job)
    for group in by_shop.values():
        lines.look_up(group[0].order.shop, [line for job in group for line in job.content.lines])


def each(jobs: Sequence[Job], outcomes: Outcomes, step: Callable[[Job], Outcome | None]) -> list[Job]:
    """Run a step for each job; those it gives an outcome are finished, the others go on."""
    going = []
    for job in jobs:
        try:
            outcome = step(job)
        except DomainError as error:
            outcome = Parked(error.problem)
        except ConnectorError as error:
            outcome = Failed(error)
        if outcome is None:
            going.append(job)
        else:
            outcomes[job.pk] = outcome
    return going


def note(account: Connection, jobs: Sequence[Job], outcomes: Outcomes) -> list[Job]:
    """Take over what was `seen`, all together; a state that cannot be read just now stops only the orders in it. Orders
    whose document was given up for a new one meanwhile are through: that one has a message of its own."""
    pairs = [(job.binding, job.seen) for job in jobs if job.seen is not None]
    try:
        overtaken = observed.note(account, pairs)
    except ConnectorError:
        return each(jobs, outcomes, lambda job: _note_alone(account, job))
    return each(jobs, outcomes, lambda job: _overtaken(job, overtaken))


def _note_alone(account: Connection, job: Job) -> Outcome | None:
    if job.seen is None:
        return None
    return _overtaken(job, observed.note(account, [(job.binding, job.seen)]))


def _overtaken(job: Job, overtaken: set[int]) -> Outcome | None:
    if job.binding.pk not in overtaken:
        return None
    return Done(f"document {job.binding.document_name} was removed meanwhile: a new one is made")


def may_still_come(binding: OrderBinding) -> bool:
    """Whether MoySklad may still carry out a call whose answer was lost."""
    began = late_calls.began(binding.sending or {})
    return late_calls.over_at(began, late_calls.MOYSKLAD) is not None


def wait_if_changed(job: Job) -> None:
    """Raises Awaited while such a call may still be carried out and the order is another by now: the document would
    hold what was, and nobody would look at it. What is as it was may be sent again.
    """
    sent = job.binding.sending or {}
    now = parts.goods_digest(job.content)
    if (sent.get("goods", now), sent.get("site_status")) != (now, job.order.status):
        wait_for(late_calls.began(sent), late_calls.MOYSKLAD, why="document_in_doubt")


def send(client: MoySklad, jobs: Sequence[Job]) -> list[Any]:
    """Keep what each call carries, then call once for all; one answer or error for each job, in order."""
    began = timezone.now().isoformat()
    before = [job.binding.sending if may_still_come(job.binding) else None for job in jobs]
    for job in jobs:
        job.binding.sending = {**job.record(), "at": began}
    fresh = [job.binding for job in jobs if job.binding.pk is None]
    OrderBinding.objects.bulk_create(fresh)
    OrderBinding.objects.bulk_update([job.binding for job in jobs], ["sending"])
    try:
        answers: list[Any] = client.orders.save([job.body for job in jobs]) if jobs else []
    except ConnectorError as error:
        answers = [error] * len(jobs)
    unsent = list[OrderBinding]()
    for job, answer, earlier in zip(jobs, answers, before, strict=True):
        if isinstance(answer, ConnectorError) and not isinstance(answer, OutcomeUnknown):
            # Surely not carried out: no other doubt stays behind than there was.
            job.binding.sending = earlier
            unsent.append(job.binding)
    OrderBinding.objects.bulk_update(unsent, ["sending"])
    return answers
