"""What a person can do about a message of an order that waits for them: the buttons beside its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from bridge import problems
from bridge.catalog.models import Listing
from bridge.orders.after_sale import Refund, Return
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.problems.entry import Kind
from bridge.sync import kinds
from bridge.sync.orders.goods_choice import CHOICES, DOCUMENT, SITE
from bridge.sync.refunds.refund_plans import living, made_in_vain, money_due, returns_due
from bridge.sync.returns.returns_from_moysklad import pending

Button = dict[str, str]


def buttons(order: Order, message: OutboxMessage) -> list[Button]:
    """In the order they are shown; a removed document leaves three choices, trying again is none."""
    if message.problem == "document_gone":
        return [
            _button(_("Create again"), "order", "create_again", order.pk),
            _button(_("Leave so"), "order", "leave_so", order.pk),
            _button(_("Cancel on the site"), "order", "cancel_on_site", order.pk),
        ]
    return [
        *_of_goods(order, message),
        *_of_refunds(order, message),
        *_of_returns(order, message),
        _button(_("Try again"), "outboxmessage", "retry_one", message.pk),
        _button(_("Discard"), "outboxmessage", "discard_one", message.pk),
    ]


def links(order: Order, message: OutboxMessage, listings: Mapping[tuple[str, str], Listing]) -> list[Button]:
    """Where items of the order are linked, if that is what the message waits for."""
    if problems.entry(message.problem).kind is not Kind.LINK_ITEM:
        return []
    items = {
        listing.pk: line.name
        for line in order.canonical.lines
        if (listing := listings.get((line.product_id, line.variation_id))) is not None
        and getattr(listing, "binding", None) is None
    }
    title = _("Link “%(item)s”")
    return [
        {"title": title % {"item": name}, "url": reverse("admin:bridge_listing_change", args=[pk])}
        for pk, name in items.items()
    ]


def _of_goods(order: Order, message: OutboxMessage) -> Iterable[Button]:
    choices = CHOICES.get(message.problem, ())
    if SITE in choices:
        yield _button(_("The site's goods count"), "order", "take_site", order.pk)
    if DOCUMENT in choices:
        yield _button(_("The document's goods count"), "order", "take_document", order.pk)


def _of_refunds(order: Order, message: OutboxMessage) -> Iterable[Button]:
    """The refund that is named, or each that is not through."""
    if message.kind != kinds.REFUND:
        return
    named = message.problem_params.get("refund")
    for refund in open_refunds(order):
        if named in (None, refund.source_id):
            title = _("Refund № %(number)s is settled") % {"number": refund.source_id}
            yield _button(title, "refund", "settle", refund.pk)


def open_refunds(order: Order) -> list[Refund]:
    """Refunds of which something is still to be decided or made, or something was made in vain."""
    binding: OrderBinding | None = getattr(order, "binding", None)
    if binding is None or not binding.external_id:
        return []  # they are simply part of the order until it has a document
    due = [one for one in living(order) if one.plan is None or returns_due(one) or money_due(one)]
    return due + [refund for refund, _documents in made_in_vain(order)]


def _of_returns(order: Order, message: OutboxMessage) -> Iterable[Button]:
    if message.kind != kinds.RETURN:
        return
    named = message.problem_params.get("document")
    for returned in order.returns.select_related("order__shop"):
        if pending(returned) and named in (None, returned.name):
            if returned.done is not None and not returned.is_of_people:
                yield _button(_follow_title(returned), "return", "follow", returned.pk)
            title = _("Return %(number)s is settled") % {"number": returned.name}
            yield _button(title, "return", "settle", returned.pk)


def _follow_title(returned: Return) -> str:
    gone = returned.gone or not returned.content.get("lines")
    return _("Delete the refund") if gone else _("Make the refund anew")


def _button(title: str, model: str, name: str, pk: int) -> Button:
    return {"title": title, "url": reverse(f"admin:bridge_{model}_{name}", args=[pk])}
