"""One product of the site in words: how its number is made, whose each field is, and why something is not written."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bridge.catalog.goods_rules import GoodsRules
from bridge.catalog.models import Listing, Product
from bridge.connections.models import GoodsRule
from bridge.dashboard import shown
from bridge.dashboard.changes import change_words
from bridge.domain import fields
from bridge.domain.changed_values import text_of
from bridge.problems import goods_refusals, remedy, sentence
from bridge.sync.fields.owners import Owners
from bridge.sync.models import GoodsChange
from bridge.sync.previews.planned import why
from bridge.sync.stock.offers import offers
from bridge.wording import price

Sets = GoodsRule.Sets
LONGEST = 200


def number(listing: Listing) -> SafeString:
    """'7' and below it of what it is made: the warehouses, sales on their way, what the settings keep back."""
    binding = getattr(listing, "binding", None)
    if binding is None or not listing.present:
        return shown.lines(_("Without a link the site keeps its own number."))
    if listing.keeper != Listing.Keeper.OWN:
        return shown.lines(_("the site keeps no stock of it"))
    offer = offers(listing.shop, [listing])[listing.pk]
    if offer.quantity is None:
        return shown.lines(
            _("The number is left to the site: a rule says so, it is a service, or no report came yet.")
        )
    code, params = why(listing, offer)
    row = GoodsChange(field="stock", reason=code, reason_params=params)
    return shown.lines(
        shown.pieces(offer.quantity), change_words.reason(row), *_terms(listing, binding.product)
    )


def _terms(listing: Listing, product: Product) -> list[str]:
    """What the shop's settings and the rules take off; of a bundle it is taken off its parts."""
    shop, rules = listing.shop, GoodsRules(listing.shop)
    usual = 0 if product.kind == Product.Kind.BUNDLE else shop.stock_buffer
    kept = rules.pieces(product, Sets.BUFFER, usual)
    last = rules.pieces(product, Sets.LAST_PIECES, shop.last_pieces)
    said = (
        [_("this shop offers %(share)s%% of the stock") % {"share": shop.stock_share}]
        if shop.stock_share != 100
        else []
    )
    said += [_("kept back: %(count)s") % {"count": kept}] if kept else []
    said += [_("%(count)s or fewer are shown as none") % {"count": last}] if last else []
    return said


def table(listing: Listing) -> SafeString | str:
    """The fields of an item: on the site, wanted, whose they are, and why one is not written."""
    binding = getattr(listing, "binding", None)
    if not listing.site_fields and binding is None:
        return shown.EMPTY
    names = fields.of_kind(listing.kind)
    follows = Owners(listing.shop).follows(binding.product, names) if binding is not None else set()
    rows = [_row(listing, field, field in follows) for field in names]
    heads = (_("Field"), _("On the site"), _("Wanted"), _("Belongs to"))
    return format_html(
        '<table class="desk-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        format_html_join("", "<th>{}</th>", ((head,) for head in heads)),
        format_html_join(
            "",
            "<tr>{}</tr>",
            (
                (format_html_join("", '<td data-label="{}">{}</td>', zip(heads, row, strict=True)),)
                for row in rows
            ),
        ),
    )


def _row(listing: Listing, field: str, follows: bool) -> tuple[object, ...]:
    wanted = _text(field, listing.wanted_fields.get(field)) if follows else shown.EMPTY
    if field in listing.fields_withheld:
        code, params = listing.fields_withheld[field]
        wanted = shown.lines(shown.tag(_("not written"), "warning"), sentence(code, params), remedy(code))
    elif follows and field in fields.differing(
        listing.site_fields, listing.wanted_fields, listing.fields_taken
    ):
        wanted = shown.lines(wanted, shown.tag(_("differs"), "danger" if listing.fields_error else "info"))
    whose = _("MoySklad") if follows else _("the site")
    owner = format_html('<span class="desk-nowrap">{}</span>', whose)
    return change_words.field(field), _text(field, listing.site_fields.get(field)), wanted, owner


def refused(listing: Listing) -> str:
    """Everything of the item that is not written, with the reason; short, for a list."""
    said = []
    if listing.write_error:
        said.append(f"{change_words.field('stock')}: {goods_refusals.refusal(listing.write_error)}")
    if listing.fields_error:
        said.append(f"{_('Prices and texts')}: {goods_refusals.of_fields(listing.fields_error)}")
    said += [
        f"{change_words.field(field)}: {sentence(code, params)}"
        for field, (code, params) in listing.fields_withheld.items()
    ]
    return shown.lines(*said)


def _text(field: str, value: Any) -> str:
    """'351.00'; a sale with its days; long texts are cut, without their tags."""
    text = text_of(field, value)
    if field in ("price", "sale_price"):
        text = price(text)
    return (f"{text[:LONGEST]}…" if len(text) > LONGEST else text) or shown.EMPTY
