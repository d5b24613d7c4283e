"""Goods as the site shows them against what they should be: the number that may be sold, prices and texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Max

from bridge.catalog.bindings import find_listings
from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.domain import changed_values, fields
from bridge.domain.changed_values import text_of
from bridge.orders.sales import SiteSale
from bridge.sync import kinds
from bridge.sync.models import Drift
from bridge.sync.reconcile.findings import Compared, Found
from bridge.sync.reconcile.in_motion import InMotion
from bridge.sync.stock import journal
from bridge.sync.stock.offers import Offer, offers

STOCK, PRICE = Drift.Subject.STOCK, Drift.Subject.PRICE
Facts = Mapping[str, Any]


def compare(shop: Shop, goods: Sequence[Facts]) -> Compared:
    """`goods`: items as mapping/goods_from_woocommerce.listing reads them, just now; a few hundred at most."""
    result = Compared()
    rows = _linked(shop, goods)
    listings = [listing for listing, _facts in rows]
    wanted = offers(shop, listings)
    sales = _Sales(shop, rows)
    motion = InMotion(shop, [f"stock:{shop.pk}", f"fields:{shop.pk}"])
    for listing, facts in rows:
        item = _Item(shop, listing, facts, motion)
        if (offer := wanted[listing.pk]).quantity is not None:
            result.count(STOCK)
            found = item.stock(offer, sales)
            if found and item.stock_moves(sales):
                result.way(STOCK, listing=listing.pk)
            elif found:
                result.found.append(found)
        if listing.wanted_fields:
            result.count(PRICE)
            differences = list(item.fields())
            if differences and item.fields_move():
                result.way(PRICE, listing=listing.pk)
            else:
                result.found += differences
    return result


def _linked(shop: Shop, goods: Sequence[Facts]) -> list[tuple[Listing, Facts]]:
    """What we know of these items, as far as they follow MoySklad."""
    facts = {(row["product_id"], row["variation_id"]): row for row in goods}
    rows = find_listings(shop, facts)
    return [
        (listing, facts[key])
        for key, listing in rows.items()
        if getattr(listing, "binding", None) is not None and listing.binding.product.present
    ]


class _Sales:
    """The site's own sales beside the numbers that were just read."""

    def __init__(self, shop: Shop, rows: Sequence[tuple[Listing, Facts]]) -> None:
        readings = {listing.source_id: facts["site_sale"] for listing, facts in rows if facts["site_sale"]}
        self._later = journal.since(shop, readings) if readings else {}
        newest = (
            SiteSale.objects.filter(shop=shop, item__in=readings).values("item").annotate(n=Max("number"))
        )
        self._newest = {row["item"]: row["n"] for row in newest}

    def later(self, item: str) -> Decimal:
        """Pieces of which we heard after the number was read."""
        return self._later.get(item, Decimal(0))

    def unheard(self, listing: Listing, facts: Facts) -> bool:
        """The number has a sale in it of which we have not heard yet."""
        known = max(self._newest.get(listing.source_id, 0), listing.site_sale)
        return bool(facts["site_sale"] > known)


class _Item:
    def __init__(self, shop: Shop, listing: Listing, facts: Facts, motion: InMotion) -> None:
        self.shop, self.listing, self.facts, self.motion = shop, listing, facts, motion

    def stock(self, offer: Offer, sales: _Sales) -> Found | None:
        wanted, there = offer.quantity, self.facts["site_quantity"]
        if there is None:
            return self._found(STOCK, "drift_stock_not_kept", "", _pieces(wanted))
        there -= sales.later(self.listing.source_id)
        if wanted is None or there == wanted:
            return None
        if self._sold_unheard(there, offer.quantity):
            pieces = _pieces(wanted - there)
            return self._found(
                STOCK, "drift_stock_sold_unheard", _pieces(there), _pieces(wanted), pieces=pieces
            )
        code, params = self._cause(there)
        return self._found(STOCK, code, _pieces(there), _pieces(wanted), "stock", **params)

    def _sold_unheard(self, there: Decimal, wanted: Decimal | None) -> bool:
        """It was given our number, less pieces of which only the site knows: its plugin took them off."""
        row = self.listing
        settled = not (row.stock_differs or row.stock_stale or row.write_error)
        return settled and row.wanted_quantity == wanted and row.site_quantity == there < (wanted or 0)

    def _cause(self, there: Decimal) -> tuple[str, dict[str, Any]]:
        known, stuck = self.listing.site_quantity, self.motion.stuck(f"stock:{self.shop.pk}", kinds.STOCK)
        if self.listing.write_error:
            return "drift_stock_refused", {"detail": self.listing.write_error}
        if known is not None and known != there:
            return "drift_stock_changed_here", {"known": _pieces(known)}
        if stuck is not None:
            return "drift_stock_stuck", {"reason": stuck.code, "figures": dict(stuck.params)}
        return "drift_stock_behind", {}

    def stock_moves(self, sales: _Sales) -> bool:
        """It is being worked out or written, or was sold a moment ago."""
        listing = self.listing
        queued = self.motion.moving(f"stock:{self.shop.pk}")
        return sales.unheard(listing, self.facts) or (
            queued and (listing.stock_stale or listing.stock_differs)
        )

    def fields(self) -> Iterator[Found]:
        listing, there = self.listing, self.facts["site_fields"]
        for field in fields.differing(there, listing.wanted_fields, listing.fields_taken):
            known = listing.site_fields.get(field)
            params: dict[str, Any] = {"field": field}
            if listing.fields_error:
                code, params = "drift_field_refused", {**params, "detail": listing.fields_error}
            elif known is not None and not fields.same(field, known, there[field]):
                code = "drift_field_changed_here"
            else:
                code = "drift_field_behind"
            here, wanted = text_of(field, there[field]), text_of(field, listing.wanted_fields[field])
            yield self._found(PRICE, code, here, wanted, "fields", **params)

    def fields_move(self) -> bool:
        return self.listing.fields_differ and self.motion.moving(f"fields:{self.shop.pk}")

    def _found(
        self, subject: str, code: str, here: str, there: str, repair: str = "", **params: Any
    ) -> Found:
        return Found(subject, code, str(self.listing), here, there, repair, params, listing=self.listing.pk)


def _pieces(number: Decimal | None) -> str:
    return text_of(changed_values.STOCK, number)
