"""Links as a person's file names them: which listing by its id or SKU, which item by its id, article or code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q

from bridge.catalog.models import Listing, Product
from bridge.connections.models import Shop
from bridge.domain.link_table import Line
from bridge.sync.links import verdicts
from bridge.sync.links.verdicts import Planned

# What lines of the file have named, as they name it and as the listing that is meant, with the first such line.
Seen = dict[tuple[str, str, str] | int, int]


def planned(shop: Shop, lines: Sequence[Line], seen: Seen) -> list[Planned]:
    """What these lines would do, a few hundred at a time; `seen` goes from one portion to the next."""
    listings, items = _Listings(shop, lines), _Items(shop, lines)
    return [_planned(line, listings, items, seen) for line in lines]


def note(line: Line, seen: Seen) -> int:
    """The first line that names its listing in these words."""
    return seen.setdefault((line["product_id"], line["variation_id"], line["sku"]), line.number)


def _planned(line: Line, listings: _Listings, items: _Items, seen: Seen) -> Planned:
    listing, code = listings.of(line)
    if listing is None:
        return Planned(line.number, None, None, code)
    if (first := min(note(line, seen), seen.setdefault(listing.pk, line.number))) != line.number:
        return Planned(line.number, listing, None, verdicts.LINE_TWICE, {"line": str(first)})
    product, code, params = items.of(line)
    if product is None:
        return Planned(line.number, listing, None, code, params)
    binding = getattr(listing, "binding", None)
    if binding is not None and binding.product_id == product.pk:
        return Planned(line.number, listing, product, verdicts.SAME)
    if not product.present or product.archived or product.kind == Product.Kind.SERVICE:
        return Planned(line.number, listing, product, verdicts.NOT_LINKABLE)
    if binding is None:
        return Planned(line.number, listing, product, verdicts.NEW)
    return Planned(line.number, listing, product, verdicts.CHANGED, {"before": str(binding.product)})


class _Listings:
    """The listings of a portion by what its lines say; those that are gone from the site are not found."""

    def __init__(self, shop: Shop, lines: Iterable[Line]) -> None:
        ids = {line["product_id"] for line in lines} - {""}
        bare = {line["variation_id"] for line in lines if not line["product_id"]} - {""}
        skus = {line["sku"] for line in lines if not (line["product_id"] or line["variation_id"])} - {""}
        rows = Listing.objects.select_related("binding__product")
        self._by_ids: dict[tuple[str, str], Listing] = {}
        self._by_variation: dict[str, list[Listing]] = defaultdict(list)
        self._by_sku: dict[str, list[Listing]] = defaultdict(list)
        here = rows.filter(shop=shop, present=True)
        for row in here.filter(product_id__in=ids) if ids else ():
            self._by_ids[row.product_id, row.variation_id] = row
        for row in here.filter(variation_id__in=bare) if bare else ():
            self._by_variation[row.variation_id].append(row)
        for row in rows.filter(sku__in=skus) if skus else ():
            if row.shop_id == shop.pk and row.present:
                self._by_sku[row.sku].append(row)

    def of(self, line: Line) -> tuple[Listing | None, str]:
        """The listing a line is about, or why there is none."""
        product, variation, sku = line["product_id"], line["variation_id"], line["sku"]
        if product:
            found = [self._by_ids[product, variation]] if (product, variation) in self._by_ids else []
        elif variation:
            found = self._by_variation.get(variation, [])
        elif sku:
            found = self._by_sku.get(sku, [])
        else:
            return None, verdicts.NO_LISTING
        if len(found) == 1:
            return found[0], ""
        return None, verdicts.LISTING_TWICE if found else verdicts.LISTING_UNKNOWN


class _Items:
    """The items of a portion by what its lines say."""

    def __init__(self, shop: Shop, lines: Iterable[Line]) -> None:
        ids, articles, codes = (
            {line[column] for line in lines} - {""} for column in ("moysklad_id", "article", "code")
        )
        self._by_id = {
            row.external_id: row
            for row in Product.objects.filter(
                connection=shop.account, external_id__in={one.lower() for one in ids}
            )
        }
        self._by_text: dict[tuple[str, str], list[Product]] = defaultdict(list)
        for column, texts in (("article", articles), ("code", codes)):
            named = Product.objects.filter(Q(**{f"{column}__in": texts})).exclude(kind=Product.Kind.SERVICE)
            for row in named if texts else ():
                if row.connection_id == shop.account_id and row.present and not row.archived:
                    self._by_text[column, getattr(row, column)].append(row)

    def of(self, line: Line) -> tuple[Product | None, str, dict[str, str]]:
        """The item a line names, or why there is none. What it names twice must be one item, so that a cell that was
        forgotten beside the corrected one is noticed.
        """
        if external_id := line["moysklad_id"]:
            product = self._by_id.get(external_id.lower())
            if product is None:
                return None, verdicts.ITEM_UNKNOWN, {"id": external_id}
            for column in ("article", "code"):
                if line[column] and line[column] != getattr(product, column):
                    return None, verdicts.ITEMS_DIFFER, {"id": str(product), "other": line[column]}
            return product, "", {}
        named = [(column, line[column]) for column in ("article", "code") if line[column]]
        if not named:
            return None, verdicts.NO_ITEM, {}
        sets = [{row.pk: row for row in self._by_text.get(name, ())} for name in named]
        common = [row for pk, row in sets[0].items() if all(pk in other for other in sets[1:])]
        text = ", ".join(value for _column, value in named)
        if len(common) == 1:
            return common[0], "", {}
        if common:
            return None, verdicts.ITEM_TWICE, {"id": text}
        differ = len(sets) > 1 and all(sets)
        return (
            None,
            verdicts.ITEMS_DIFFER if differ else verdicts.ITEM_UNKNOWN,
            {"id": named[0][1], "other": named[-1][1]},
        )
