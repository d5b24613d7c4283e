"""Changes of goods in words: what a field is called, why a value is what it is, what became of it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bridge.domain.changed_values import BACKORDERS, HIDE, PUBLISH, STOCK
from bridge.domain.fields import PRICE, SALE_PRICE
from bridge.problems import CATALOGUE, sentence
from bridge.problems.goods_refusals import refusal
from bridge.sync.models import GoodsChange
from bridge.wording import price, quotes

Words = dict[str, str | Promise]
State, Mark = GoodsChange.State, GoodsChange.Mark
PRICES = (PRICE, SALE_PRICE)

FIELDS: Words = {
    STOCK: _("Stock"),
    BACKORDERS: _("Sales beyond the stock"),
    "price": _("Regular price"),
    "sale_price": _("Sale price"),
    "name": _("Name"),
    "description": _("Description"),
    "weight": _("Weight"),
    "barcode": _("Barcode"),
    PUBLISH: _("New on the site"),
    HIDE: _("Hidden on the site"),
}
COLOURS = {
    State.PLANNED: "info",
    State.LEFT: "muted",
    State.KEPT: "warning",
    State.WRITTEN: "success",
    State.REFUSED: "danger",
    State.OVERTAKEN: "warning",
    State.UNDONE: "muted",
}
BACKORDER_WORDS: Words = {
    "no": _("not sold when there is none"),
    "notify": _("sold on order, and the buyer is told"),
    "yes": _("sold on order"),
}

# Why a value is what it is; figures in parts that are left out where there is none.
REASONS: Words = {
    "pieces_in_stock": _("in the warehouses %(stock)s"),
    "pieces_of_variants": _("in the warehouses, all variants together: %(stock)s"),
    "sets_of_parts": _("so many sets can be made of the parts: %(stock)s"),
    "archived_in_moysklad": _("archived in MoySklad, so none is offered"),
    "deleted_in_moysklad": _("deleted in MoySklad, so none is offered"),
    "backorders_chosen": _("chosen in the shop's settings or a rule"),
    "price_of_type": _("price type “%(type)s”"),
    "sale_is_over": _("MoySklad has no sale price, or the same as the regular one"),
    "text_of_moysklad": _("as in MoySklad"),
    "new_in_moysklad": _("new in MoySklad; made as a draft"),
    "linked_instead": _("the site has an item with this SKU already; it was linked"),
    "taken_back": _("as it was before"),
    "left_for_good": _("left to the site by a rule"),
    "equal_already": _("the site shows it already"),
    "changed_since_shown": _("changed since the preview: now %(now)s on the site, %(wanted)s by MoySklad"),
    "changed_since_written": _("changed on the site after it was written, now %(now)s"),
    "undo_by_hand": _("not undone: change the item's status on the site by hand"),
    "undo_unknown_value": _("not undone: the value before is not known"),
}
SHORT: Words = {
    "pieces_in_stock": _("the stock"),
    "pieces_of_variants": _("the stock of all variants"),
    "sets_of_parts": _("bundle"),
    "archived_in_moysklad": _("archived in MoySklad"),
    "deleted_in_moysklad": _("deleted in MoySklad"),
    "backorders_chosen": _("backorders as chosen"),
    "price_of_type": _("price type"),
    "sale_is_over": _("no sale any more"),
    "text_of_moysklad": _("text of MoySklad"),
    "new_in_moysklad": _("new in MoySklad"),
    "linked_instead": _("linked instead"),
    "left_for_good": _("left by a rule"),
    "equal_already": _("equal already"),
    "changed_since_shown": _("changed since the preview"),
    "changed_since_written": _("changed after the writing"),
}
PARTS: Words = {
    "sold": _("of which sold and not yet in the report %(sold)s"),
    "owed": _("more were bought here than there are: %(owed)s owed to buyers"),
    "less": _("kept back or another shop's share %(less)s"),
}


def field(code: str) -> str:
    return str(FIELDS.get(code, code))


def value(row: GoodsChange, text: str) -> str:
    """A stored value for a reader: backorders have words, nothing is a dash."""
    if row.field == BACKORDERS and text in BACKORDER_WORDS:
        return str(BACKORDER_WORDS[text])
    if row.field in (PUBLISH, HIDE):
        return str(STATUSES.get(text, text)) or "—"
    return text or "—"


def written(row: GoodsChange, text: str) -> str:
    """The same for a page: prices and the days of a sale as the reader's language writes them."""
    said = value(row, text)
    return price(said) if row.field in PRICES else said


STATUSES: Words = {
    "publish": _("published"),
    "draft": _("draft"),
    "private": _("private"),
    "hidden": _("hidden from the catalogue"),
}


def reason(row: GoodsChange) -> str:
    """Why: a sentence without a full stop; codes of problems/ are withheld values."""
    if not row.reason:
        return ""
    if row.reason not in REASONS and row.reason in CATALOGUE:
        return sentence(row.reason, row.reason_params)
    params: dict[str, Any] = defaultdict(lambda: "?", row.reason_params)
    for name in ("now", "wanted"):
        params[name] = written(row, str(params[name]) if name in row.reason_params else "")
    said = str(REASONS.get(row.reason, row.reason)) % params
    more = [str(text) % params for name, text in PARTS.items() if name in row.reason_params]
    return quotes("; ".join([said, *more]))


def outcome(row: GoodsChange) -> str:
    """What came of it beyond its state: the site's words, or what it shows instead."""
    if not row.detail:
        return ""
    if row.state == State.WRITTEN:
        return _now("the site shows %(value)s") % {"value": written(row, row.detail)}
    return refusal(row.detail)


def item(row: GoodsChange) -> tuple[str, str]:
    """Name and SKU of what it is about."""
    if row.listing is not None:
        return row.listing.name, row.listing.sku
    if row.product is not None:
        return row.product.name, row.product.article or row.product.code
    return _now("Items concerned: %(n)s") % {"n": row.values.get("items", "?")}, ""
