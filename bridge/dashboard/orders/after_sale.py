"""What followed an order, ready to print: further documents, refunds of the site and what became of them, returns."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bridge.connections.models import DirectoryEntry
from bridge.dashboard import shown
from bridge.dashboard.words import DOCUMENTS, word
from bridge.domain.order import Order as Canonical
from bridge.orders.after_sale import Refund, RelatedDocument, Return
from bridge.orders.models import Order

Row = dict[str, Any]


class Fate(NamedTuple):
    """What became of a refund, in a word."""

    code: str
    label: str | Promise
    colour: str = ""


DELETED = Fate("deleted", gettext_lazy("deleted on the site"))
MADE_FROM_RETURN = Fate("made_from_return", gettext_lazy("made from a return"), "success")
BY_HAND = Fate("by_hand", gettext_lazy("settled by hand"))
NO_RETURN = Fate("no_return", gettext_lazy("no return is made"), "warning")
NOT_WORKED_ON = Fate("not_worked_on", gettext_lazy("not worked on yet"), "info")
ON_ITS_WAY = Fate("on_its_way", gettext_lazy("on its way"), "info")
THERE = Fate("in_moysklad", gettext_lazy("in MoySklad"), "success")
FATES = (NOT_WORKED_ON, ON_ITS_WAY, THERE, NO_RETURN, BY_HAND, MADE_FROM_RETURN, DELETED)


def after_sale(order: Order) -> dict[str, list[Row]]:
    """Rows by what they are: `documents`, `refunds`, `returns`."""
    documents = list(order.documents.order_by("pk"))
    refunds = order.refunds.prefetch_related("made_from")
    returns = order.returns.select_related("refund")
    return {
        "documents": [_document(row, order) for row in documents],
        "refunds": [_refund(row, order, documents) for row in refunds],
        "returns": [_return(row, order) for row in returns],
    }


def in_moysklad(name: str, url: str, *, gone: bool) -> str:
    """A document's number, as a link where it is there to be opened."""
    if name and not gone and url.startswith("https://"):
        return shown.link(url, name, outside=True)
    return name or shown.EMPTY


def _document(row: RelatedDocument, order: Order) -> Row:
    return {
        "what": word(DOCUMENTS, row.kind),
        "number": in_moysklad(row.name, row.page_url, gone=row.gone),
        "when": shown.when(row.created_at),
        "sum": shown.money(row.sum_minor, order.currency),
        "state": _document_state(row),
    }


def _document_state(row: RelatedDocument) -> str:
    if row.gone:
        return shown.tag(_("removed in MoySklad"), "warning")
    if not row.external_id:
        return shown.tag(_("not made yet"), "info")
    return shown.tag(_("in MoySklad"), "success")


def _refund(row: Refund, order: Order, documents: list[RelatedDocument]) -> Row:
    seen = row.canonical
    return {
        "number": shown.page_of("refund", row.pk, f"№ {row.source_id}"),
        "when": shown.when(row.placed_at),
        "sum": shown.money(row.amount_minor, order.currency),
        "goods": _goods(order.canonical, row),
        "reason": seen.reason,
        "became": became(row, [one for one in documents if _is_of(one, row)]),
    }


def _goods(content: Canonical, row: Refund) -> str:
    """'Mug × 2, Courier': what the refund names; an amount alone names nothing."""
    names = {line.source_id: line.name for line in content.lines}
    charges = {charge.source_id: charge.name for charge in content.charges}
    seen = row.canonical
    parts = [
        f"{names.get(line.line_id, '?')} × {shown.quantity(line.quantity)}"
        if line.quantity
        else names.get(line.line_id, "?")
        for line in seen.lines
    ]
    parts += [charges.get(charge.charge_id, "?") for charge in seen.charges]
    return ", ".join(parts) or _("an amount without goods")


def documents_of(row: Refund) -> list[RelatedDocument]:
    """The documents made for a refund."""
    return [one for one in row.order.documents.all() if _is_of(one, row)]


def _is_of(document: RelatedDocument, refund: Refund) -> bool:
    """`refund:<id>:<shipment>` and `money:<id>` name the refund they are made for."""
    kind, _colon, rest = document.source_key.partition(":")
    return kind in ("refund", "money") and rest.partition(":")[0] == refund.source_id


def became(row: Refund, documents: list[RelatedDocument]) -> str:
    """What the bridge made of a refund, with the documents it made."""
    fate = fate_of(row, documents)
    made_from = [one.name for one in row.made_from.all()]
    made = [_named(one) for one in documents if one.external_id]
    taken = _("the goods left the document") if (row.plan or {}).get("positions") else ""
    tag = shown.tag(fate.label, fate.colour)
    match fate.code:
        case "deleted":
            return shown.lines(tag, *made)
        case "made_from_return":
            return shown.lines(tag, ", ".join(made_from))
        case "by_hand":
            return shown.lines(tag, taken, *made, *made_from)
        case "no_return":
            return shown.lines(tag, taken)
        case "not_worked_on":
            return tag
    return shown.lines(tag, taken, *made)


def fate_of(row: Refund, documents: list[RelatedDocument]) -> Fate:
    """What became of a refund, of the documents that were made for it."""
    plan: Row = row.plan or {}
    if row.deleted_at is not None:
        return DELETED
    if row.made_from.all() and row.canonical.origin:
        return MADE_FROM_RETURN
    if plan.get("by_hand"):
        return BY_HAND
    if plan.get("not_sent"):
        return NO_RETURN
    if row.plan is None:
        return NOT_WORKED_ON
    made = [one for one in documents if one.external_id]
    missing = len(made) < len(documents) or (plan.get("return") and not documents)
    return ON_ITS_WAY if missing else THERE


def _named(document: RelatedDocument) -> SafeString:
    """'Cash refund 00012', the number as a link."""
    number = in_moysklad(document.name, document.page_url, gone=document.gone)
    return format_html("{} {}", word(DOCUMENTS, document.kind), number)


def with_currency(rows: QuerySet[Return]) -> QuerySet[Return]:
    """With the account's own currency, for returns whose order is not known."""
    own = DirectoryEntry.objects.filter(
        connection=OuterRef("connection"), kind=DirectoryEntry.Kind.CURRENCY, is_default=True
    )
    return rows.annotate(own_currency=Subquery(own.values("detail")[:1]))


def currency_of(row: Any) -> str:
    """Of a return that `with_currency` read."""
    return row.order.currency if row.order else row.own_currency or "RUB"


def _return(row: Return, order: Order) -> Row:
    return {
        "number": in_moysklad(row.name, row.page_url, gone=row.gone),
        "when": shown.when(row.moment),
        "sum": shown.money(row.sum_minor, order.currency),
        "state": _return_state(row),
    }


def _return_state(row: Return) -> str:
    if row.gone:
        return shown.tag(_("removed in MoySklad"), "warning")
    if row.refund is not None and row.refund.deleted_at is None:
        number = _("refund № %(number)s") % {"number": row.refund.source_id}
        return shown.lines(shown.tag(_("on the site"), "success"), number)
    if row.settled:
        return shown.tag(_("settled"))
    return shown.tag(_("not on the site"), "info")
