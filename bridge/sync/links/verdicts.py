"""What becomes of one line of a file, or of one listing, when many links are made at once; for people as words in
dashboard/link_words.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.catalog.models import Listing, Product

# Links that are made, and what is so already.
NEW, CHANGED, SAME = "new", "changed", "same"
# A line of a file that says too little, or what is not there.
NO_LISTING, LISTING_UNKNOWN, LISTING_TWICE, LINE_TWICE = (
    "no_listing",
    "listing_unknown",
    "listing_twice",
    "line_twice",
)
NO_ITEM, ITEM_UNKNOWN, ITEM_TWICE, ITEMS_DIFFER = "no_item", "item_unknown", "item_twice", "items_differ"
NOT_LINKABLE = "not_linkable"
# What an earlier plugin left and is not taken over.
LINKED_OTHERWISE, SHARED, OTHER_KIND = "linked_otherwise", "shared", "other_kind"

MADE = frozenset({NEW, CHANGED})
FINE = MADE | {SAME}


@dataclass(frozen=True)
class Planned:
    """`line` is that of a file, 0 where there is none; `params` name what a sentence about `code` needs."""

    line: int
    listing: Listing | None
    product: Product | None
    code: str
    params: Mapping[str, str] = field(default_factory=dict)
