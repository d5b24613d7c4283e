"""What the fields of a listing should be: those that follow MoySklad and have a value there; why others are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.domain import fields
from bridge.domain.errors import DomainError, Problem
from bridge.domain.weights import UNITS, in_unit
from bridge.sync.fields.goods import Goods
from bridge.sync.fields.owners import Owners
from bridge.sync.fields.price_list import PriceList

# What shops scan: EAN-8, UPC, EAN-13, GTIN-14. Other codes WooCommerce takes only of digits, hyphens and a last X.
GTIN = re.compile(r"\d{8}|\d{12,14}")
ACCEPTED = re.compile(r"[\d-]+[\dXx]?")


class Wanted(NamedTuple):
    """`values`: by field, as the site's texts. `withheld`: by field, the problem that keeps it from being written."""

    values: dict[str, Any]
    withheld: dict[str, Any]


class Wishes:
    """For the listings of one shop; what does not change between them is read once."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._owners = Owners(shop)
        self._prices = PriceList.of(shop)

    @property
    def owned(self) -> set[str]:
        return self._owners.any

    def wanted(self, kind: str, site: Mapping[str, Any], goods: Goods) -> Wanted:
        """`kind` and `site`: of the listing. A field that is empty in MoySklad is left as the site has it."""
        return self._wanted(self._owners.follows(goods.product, fields.of_kind(kind)), site, goods)

    def initial(self, goods: Goods) -> dict[str, Any]:
        """What a new product of the site begins with: all that MoySklad has of it, whoever it belongs to later."""
        return self._wanted(set(fields.FIELDS) - {fields.NAME}, {}, goods).values

    def _wanted(self, follows: set[str], site: Mapping[str, Any], goods: Goods) -> Wanted:
        values: dict[str, Any] = {}
        withheld: dict[str, Any] = {}
        for field in fields.FIELDS:
            if field not in follows:
                continue
            try:
                value = self._value(field, {**site, **values}, goods)
            except DomainError as error:
                withheld[field] = _kept(error.problem)
                continue
            if value:
                values[field] = value
        return Wanted(values, withheld)

    def _value(self, field: str, site: Mapping[str, Any], goods: Goods) -> Any:
        """`site` has the regular price that is wanted, where MoySklad sets it."""
        match field:
            case fields.PRICE:
                return self._prices.regular(goods)
            case fields.SALE_PRICE:
                return self._sale(str(site.get(fields.PRICE) or ""), goods)
            case fields.NAME:
                return goods.product.name
            case fields.DESCRIPTION:
                return goods.fact("description")
            case fields.WEIGHT:
                return self._weight(goods)
        return _barcode(goods, str(site.get(fields.BARCODE) or ""))

    def _sale(self, regular: str, goods: Goods) -> dict[str, Any]:
        price = self._prices.sale(goods)
        if not price or fields.same(fields.PRICE, price, regular):
            return fields.NO_SALE
        if not fields.is_below(price, regular):
            raise DomainError("sale_not_below", sale=price, price=regular or "—")
        dates = goods.fact("dates") or {}
        first = dates.get(self._shop.sale_from_attribute_id)
        last = dates.get(self._shop.sale_to_attribute_id)
        if not fields.is_period(first, last):
            raise DomainError("sale_period", first=first, last=last)
        return {"price": price, "from": first, "to": last}

    def _weight(self, goods: Goods) -> str:
        kilograms = goods.fact("weight")
        if not kilograms:
            return ""
        if self._shop.site_weight_unit not in UNITS:
            raise DomainError("site_settings_not_read")
        return in_unit(Decimal(kilograms), self._shop.site_weight_unit)


def _barcode(goods: Goods, site: str) -> str:
    """The site's own while it is one of the item's; else the first that shops scan. A variant has its own only."""
    codes: list[str] = goods.product.facts.get("barcodes") or []
    if any(fields.same(fields.BARCODE, site, code) for code in codes):
        return site
    good = [code for code in codes if GTIN.fullmatch(code)]
    good += [code for code in codes if ACCEPTED.fullmatch(code)]
    if codes and not good:
        raise DomainError("barcode_not_taken", barcode=codes[0])
    return good[0] if good else ""


def _kept(problem: Problem) -> list[Any]:
    return [problem.code, dict(problem.params)]


def differing(listing: Listing) -> list[str]:
    """The fields of a listing a message has to carry over."""
    return fields.differing(listing.site_fields, listing.wanted_fields, listing.fields_taken)
