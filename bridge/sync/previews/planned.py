"""What differs between the goods of a site and what they should be, as planned changes: nothing is written, only read.

`values` of a change: {"old", "new"} as they are sent; once written also {"was": as the site had it, "made": as it shows
it now, "sale": the newest sale of the site that is in "made"}. Numbers of pieces are decimal texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from bridge.catalog.models import Listing, Product
from bridge.connections.models import DirectoryEntry, Shop
from bridge.domain import fields, jumps
from bridge.domain.changed_values import BACKORDERS, STOCK, text_of
from bridge.domain.decimals import digits
from bridge.sync.fields.goods import goods_of
from bridge.sync.fields.wanted import Wishes
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.stock.offers import Offer, offers

PRICES = (fields.PRICE, fields.SALE_PRICE)


class Planner:
    """For one run; what does not change between its portions is read once."""

    def __init__(self, run: GoodsRun) -> None:
        self._run = run
        self._shop: Shop = run.shop
        self._wishes = Wishes(self._shop)
        self._types = _price_types(self._shop)

    def changes(self, listings: Sequence[Listing]) -> Iterator[GoodsChange]:
        """Of these listings, given with their `binding__product`, a thousand at most; in their order."""
        found = offers(self._shop, listings)
        goods = goods_of(self._shop, [x.binding.product for x in listings]) if self._wishes.owned else {}
        for listing in listings:
            yield from self._numbers(listing, found[listing.pk])
            if self._wishes.owned:
                yield from self._fields(listing, goods[listing.binding.product_id])

    def change(self, listing: Listing | None, field: str, old: Any, new: Any, **more: Any) -> GoodsChange:
        """A planned change; `old` and `new` as they are sent."""
        return GoodsChange(
            run=self._run,
            shop=self._shop,
            listing=listing,
            field=field,
            old=text_of(field, old),
            new=text_of(field, new),
            values={"old": _kept(old), "new": _kept(new)},
            **more,
        )

    def _numbers(self, listing: Listing, offer: Offer) -> Iterator[GoodsChange]:
        if offer.quantity is None:
            return
        code, params = why(listing, offer)
        if listing.site_quantity != offer.quantity:
            mark = jumps.of_stock(listing.site_quantity, offer.quantity)
            yield self.change(
                listing,
                STOCK,
                listing.site_quantity,
                offer.quantity,
                reason=code,
                reason_params=params,
                mark=mark,
            )
        if offer.backorders not in ("", listing.backorders):
            yield self.change(
                listing, BACKORDERS, listing.backorders, offer.backorders, reason="backorders_chosen"
            )

    def _fields(self, listing: Listing, goods: Any) -> Iterator[GoodsChange]:
        site = listing.site_fields
        wanted = self._wishes.wanted(listing.kind, site, goods)
        for field in fields.differing(site, wanted.values, listing.fields_taken):
            new = wanted.values[field]
            code, params = self._source(field, new)
            yield self.change(
                listing,
                field,
                site[field],
                new,
                reason=code,
                reason_params=params,
                mark=mark_of(field, site[field], new),
            )
        for field, (code, params) in wanted.withheld.items():
            yield self.change(
                listing,
                field,
                site.get(field),
                None,
                reason=code,
                reason_params=params,
                state=GoodsChange.State.KEPT,
            )

    def _source(self, field: str, new: Any) -> tuple[str, dict[str, str]]:
        if field not in PRICES:
            return "text_of_moysklad", {}
        if field == fields.SALE_PRICE and not new["price"]:
            return "sale_is_over", {}
        return "price_of_type", {"type": self._types.get(field, "?")}


def why(listing: Listing, offer: Offer) -> tuple[str, dict[str, str]]:
    """The reason for a number, as a code and its figures (dashboard/change_words.py says it in words)."""
    product: Product = listing.binding.product
    if not product.present:
        return "deleted_in_moysklad", {}
    if product.archived:
        return "archived_in_moysklad", {}
    number = offer.quantity or Decimal(0)
    there, sold = max(offer.in_stock, Decimal(0)), offer.in_flight
    params = {"stock": digits(offer.in_stock)}
    if sold:
        params["sold"] = digits(sold)
    if number < 0:
        params["owed"] = digits(-number)
    elif (less := there - sold - number) > 0:
        params["less"] = digits(less)
    if product.kind == Product.Kind.BUNDLE:
        return "sets_of_parts", params
    return ("pieces_of_variants" if listing.kind == "variable" else "pieces_in_stock"), params


def mark_of(field: str, old: Any, new: Any) -> str:
    """Whether a person should look at it twice."""
    if field == fields.PRICE:
        return jumps.of_price(_number(old), _number(new))
    if field == fields.SALE_PRICE and old.get("price") and new.get("price"):
        return jumps.of_price(_number(old["price"]), _number(new["price"]))
    return ""


def _kept(value: Any) -> Any:
    return digits(value) if isinstance(value, Decimal) else value


def _number(text: Any) -> Decimal | None:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return None


def _price_types(shop: Shop) -> dict[str, str]:
    rows = DirectoryEntry.objects.filter(connection=shop.account_id, kind=DirectoryEntry.Kind.PRICE_TYPE)
    named = {row.external_id: row.name for row in rows}
    usual = next((row.external_id for row in rows if row.is_default), "")
    return {
        fields.PRICE: named.get(shop.price_type_id or usual, "?"),
        fields.SALE_PRICE: named.get(shop.sale_price_type_id, "?"),
    }
