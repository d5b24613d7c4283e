"""What an item is to cost in a shop: its price type, converted, rounded, and refused where it leaves too little."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bridge.connections.models import DirectoryEntry, Shop
from bridge.domain.errors import DomainError, Problem
from bridge.domain.prices import Floor, as_text, convert, rounded
from bridge.sync.fields.goods import Goods

Kind = DirectoryEntry.Kind


@dataclass
class PriceList:
    """The prices of one shop; read once for a batch."""

    currency: str
    rounding: str
    min_margin: int | None
    type_id: str
    sale_type_id: str
    type_names: Mapping[str, str]
    rates: Mapping[str, tuple[str, Decimal | None]]  # by currency id: its letters, what one of it costs

    @classmethod
    def of(cls, shop: Shop) -> PriceList:
        rows = list(
            DirectoryEntry.objects.filter(
                connection=shop.account_id, kind__in=(Kind.PRICE_TYPE, Kind.CURRENCY)
            )
        )
        types = [row for row in rows if row.kind == Kind.PRICE_TYPE]
        usual = next((row.external_id for row in types if row.is_default), "")
        return cls(
            currency=shop.site_currency,
            rounding=shop.price_rounding,
            min_margin=shop.min_margin,
            type_id=shop.price_type_id or usual,
            sale_type_id=shop.sale_price_type_id,
            type_names={row.external_id: row.name for row in types},
            rates={row.external_id: (row.detail, _rate(row)) for row in rows if row.kind == Kind.CURRENCY},
        )

    def regular(self, goods: Goods) -> str:
        """The regular price as the site's text. Raises DomainError that says why there is none to write."""
        found = goods.price(self.type_id)
        if found is None:
            raise DomainError("price_missing", type=self.type_names.get(self.type_id, "?"))
        return self._price(goods, found)

    def sale(self, goods: Goods) -> str:
        """The sale price, '' where the item has none. Raises DomainError."""
        if not self.sale_type_id:
            raise DomainError("sale_price_type_missing")
        found = goods.price(self.sale_type_id)
        return self._price(goods, found) if found is not None else ""

    def _price(self, goods: Goods, found: list[Any]) -> str:
        price = rounded(self._converted(found), self.rounding, self.currency)
        if refused := self._floor(goods).refusal(price, self.currency):
            raise Withheld(refused)
        return as_text(price, self.currency)

    def _floor(self, goods: Goods) -> Floor:
        least = goods.fact("min_price")
        return Floor(
            cost=self._cost(goods) if self.min_margin is not None else None,
            min_margin=self.min_margin,
            min_price=self._converted(least) if least else None,
        )

    def _cost(self, goods: Goods) -> Decimal | None:
        if goods.cost is not None:
            return goods.cost / self._own_rate()
        own = goods.fact("cost")
        return self._converted(own) if own else None

    def _converted(self, price: list[Any]) -> Decimal:
        hundredths, currency_id = int(price[0]), str(price[1])
        letters, rate = self.rates.get(currency_id, ("?", None))
        if rate is None:
            raise DomainError("currency_unknown", currency=letters)
        return convert(hundredths, rate, self._own_rate())

    def _own_rate(self) -> Decimal:
        """What one of the site's currency costs in the account's own."""
        if not self.currency:
            raise DomainError("site_settings_not_read")
        rate = next((rate for letters, rate in self.rates.values() if letters == self.currency), None)
        if rate is None:
            raise DomainError("currency_unknown", currency=self.currency)
        return rate


class Withheld(DomainError):
    """There is a price, and it is not to be written."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code, **problem.params)


def _rate(row: DirectoryEntry) -> Decimal | None:
    return row.rate if row.rate else Decimal(1) if row.is_default else None
