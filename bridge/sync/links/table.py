"""The links of a shop, and the lines of a run, as tables of text; read row by row, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.sync.links import headings, planned
from bridge.sync.links.verdicts import Planned
from bridge.sync.models import LinkRun

READ_AT_ONCE = 1000


def rows(shop: Shop, how: Callable[[str], str]) -> Iterator[Sequence[object]]:
    """The headings, then all listings of a shop; `how` words the origin of a link.

    A suggestion stands in columns of its own: sent back as it is, the file changes nothing.
    """
    yield headings.written()
    listings = Listing.objects.filter(shop=shop, present=True).select_related(
        "binding__product", "suggestion"
    )
    for listing in listings.order_by("pk").iterator(chunk_size=READ_AT_ONCE):
        binding = getattr(listing, "binding", None)
        item = binding.product if binding is not None and binding.product.present else None
        origin, suggestion = getattr(binding, "origin", ""), listing.suggestion
        yield [
            *(listing.product_id, listing.variation_id, listing.sku, listing.name),
            *((item.external_id, item.article, item.code, how(origin)) if item else ("", "", "", "")),
            *(
                (listing.suggestion_score, suggestion.external_id, suggestion.name)
                if suggestion
                else ("", "", "")
            ),
        ]


def report(run: LinkRun) -> Iterator[Planned]:
    """Every line of a run that waits for its person, as it would go now."""
    for part, _reached in planned.plan(run):
        yield from part
