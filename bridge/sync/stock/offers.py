"""What a shop may offer of its listings at this moment: warehouses, less what is in flight, by the owner's rules.

Below zero where its buyers bought more than there is (docs/adr/0013): what they give back is not on sale then.

Only reads. Whoever writes, previews or compares stock asks here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from bridge.catalog.goods_rules import GoodsRules
from bridge.catalog.models import BundlePart, Listing, Product, ProductBinding, StockLevel
from bridge.connections.models import GoodsRule, Shop
from bridge.domain.availability import Terms, for_sale, in_stores, offered, owed, sets
from bridge.portions import portions
from bridge.sync.stock.given_back import given_back
from bridge.sync.stock.in_flight import in_flight

Kind, Sets = Product.Kind, GoodsRule.Sets
MOST = Decimal(2**31 - 1)  # pieces a site's column can hold
NOTHING = Decimal(0)


class Offer(NamedTuple):
    """`quantity` is None for what is left alone: not linked, a service, the site's own by a rule, stock not kept;
    below 0 for pieces that are owed to buyers.

    `backorders` is '' for as the site has it. `in_stock` and `in_flight`: of which the number was made, for people.
    """

    quantity: Decimal | None = None
    backorders: str = ""
    in_stock: Decimal = NOTHING
    in_flight: Decimal = NOTHING


LEFT_ALONE = Offer()


def offers(shop: Shop, listings: Sequence[Listing]) -> dict[int, Offer]:
    """The offer for each listing, by primary key. Give them with their `binding__product`, a thousand at most."""
    if shop.stock_type not in shop.account.stock_types:  # its report was not read yet: no number is known
        return {listing.pk: LEFT_ALONE for listing in listings}
    goods = {listing.pk: product for listing in listings if (product := _counted(listing))}
    made_of = _components(goods.values())
    variants = _variants(shop, [goods[x.pk] for x in listings if x.pk in goods and x.kind == "variable"])
    items = {product.external_id for product in goods.values()}
    items |= {item for parts in made_of.values() for item, _quantity in parts}
    items |= {one.external_id for family in variants.values() for one in family}
    stock = _Stock(shop, items)
    parts = _products(shop, {item for rows in made_of.values() for item, _quantity in rows})
    rules = GoodsRules(shop)
    found: dict[int, Offer] = {}
    short: list[tuple[Listing, Decimal]] = []
    for listing in listings:
        product = goods.get(listing.pk)
        if product is None or rules.value(product, Sets.STOCK) == "site":
            found[listing.pk] = LEFT_ALONE
            continue
        gone = product.archived or not product.present
        backorders = _backorders(shop, rules, product)
        terms = _terms(shop, rules, product, decimals=not listing.whole_pieces)
        if product.kind == Kind.BUNDLE:
            rows = made_of.get(product.pk, [])
            whole, left = _whole_bundles(shop, rules, stock, parts, rows)
            found[listing.pk] = Offer(min(offered(whole - terms.buffer, terms), MOST), backorders, whole)
            short += [(listing, left)] if left < 0 else []
            if not rows:  # made of services alone
                found[listing.pk] = LEFT_ALONE
        else:
            family = [product, *(variants.get(product.external_id, ()) if listing.kind == "variable" else ())]
            there = sum((stock.there(one.external_id) for one in family), NOTHING)
            sold = sum((stock.sold(one.external_id) for one in family), NOTHING)
            number = min(offered(for_sale(there - sold, terms), terms), MOST)
            found[listing.pk] = Offer(number, backorders, there, sold)
            short += [(listing, there - sold)] if there < sold else []
        if gone:  # nothing of it is for sale, but what is owed stays owed
            found[listing.pk] = Offer(NOTHING, backorders)
    taken = given_back(shop, [listing for listing, _left in short]) if short else {}
    for listing, left in short:
        number = owed(left, taken.get(listing.pk, NOTHING))
        found[listing.pk] = found[listing.pk]._replace(quantity=number)
    return found


class _Stock:
    """Levels and sales in flight of some items, read once."""

    def __init__(self, shop: Shop, items: Iterable[str]) -> None:
        self._stores = shop.store_ids
        self._sold = in_flight(shop.account, shop.stock_type)
        self._levels: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
        for part in portions(items):
            rows = StockLevel.objects.filter(
                connection=shop.account, stock_type=shop.stock_type, product_external_id__in=part
            ).values_list("product_external_id", "store_id", "quantity")
            for item, store, quantity in rows:
                self._levels[item].append((store, quantity))

    def there(self, item: str) -> Decimal:
        return in_stores(self._levels.get(item, ()), self._stores)

    def sold(self, item: str) -> Decimal:
        return self._sold.get(item, NOTHING)


def _counted(listing: Listing) -> Product | None:
    """The product whose stock this listing shows."""
    binding = getattr(listing, "binding", None)
    if binding is None or not listing.present or listing.keeper != Listing.Keeper.OWN:
        return None
    product: Product = binding.product
    return None if product.kind == Kind.SERVICE else product


def _backorders(shop: Shop, rules: GoodsRules, product: Product) -> str:
    """A rule may say "site" too: as the site has it, whatever the shop's own choice."""
    chosen = rules.value(product, Sets.BACKORDERS)
    return shop.backorders if chosen is None else "" if chosen == "site" else chosen


def _terms(shop: Shop, rules: GoodsRules, product: Product, *, decimals: bool = False) -> Terms:
    # What is kept back of a bundle is kept back of its parts, unless a rule names the bundle.
    otherwise = 0 if product.kind == Kind.BUNDLE else shop.stock_buffer
    return Terms(
        buffer=Decimal(rules.pieces(product, Sets.BUFFER, otherwise)),
        last_pieces=Decimal(rules.pieces(product, Sets.LAST_PIECES, shop.last_pieces)),
        share=shop.stock_share,
        decimals=decimals and shop.decimal_quantities,
    )


def _whole_bundles(
    shop: Shop,
    rules: GoodsRules,
    stock: _Stock,
    parts: Mapping[str, Product],
    rows: Sequence[tuple[str, Decimal]],
) -> tuple[Decimal, Decimal]:
    """How many can be made by the owner's terms, and how many are left of all there is: below 0 where parts are owed.

    A part that is a service is always there; one that is gone makes the bundle impossible.
    """
    kept: list[tuple[Decimal, Decimal]] = []
    left: list[tuple[Decimal, Decimal]] = []
    for item, quantity in rows:
        part = parts.get(item)
        if part is not None and part.kind == Kind.SERVICE:
            continue
        net = stock.there(item) - stock.sold(item)
        here = part if part is not None and part.present and not part.archived else None
        kept.append((for_sale(net, _terms(shop, rules, here)) if here else NOTHING, quantity))
        left.append((net, quantity))
    return sets(kept), sets(left)


def _components(products: Iterable[Product]) -> Mapping[int, list[tuple[str, Decimal]]]:
    """(item, quantity) of each bundle's parts, by the bundle's primary key."""
    bundles = [product.pk for product in products if product.kind == Kind.BUNDLE]
    found: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for part in portions(bundles):
        for row in BundlePart.objects.filter(bundle_id__in=part):
            found[row.bundle_id].append((row.item_external_id, row.quantity))
    return found


def _variants(shop: Shop, parents: Iterable[Product]) -> Mapping[str, list[Product]]:
    """Variants in use by their product's external id: their pieces are sold under the parent's number."""
    found: dict[str, list[Product]] = defaultdict(list)
    for part in portions({product.external_id for product in parents}):
        rows = Product.objects.filter(
            connection=shop.account, parent_external_id__in=part, present=True, archived=False
        )
        apart = ProductBinding.objects.filter(  # what the site keeps a number of its own for
            listing__shop=shop, listing__keeper=Listing.Keeper.OWN, product__in=rows
        ).exclude(listing__variation_id="")
        for row in rows.exclude(pk__in=apart.values("product")):
            found[row.parent_external_id].append(row)
    return found


def _products(shop: Shop, items: Iterable[str]) -> Mapping[str, Product]:
    found: dict[str, Product] = {}
    for part in portions(items):
        rows = Product.objects.filter(connection=shop.account, external_id__in=part)
        found |= {row.external_id: row for row in rows}
    return found
