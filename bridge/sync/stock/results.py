"""What is asked of a site for one item, and what it says."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from bridge.catalog.models import Listing
from connectors.errors import ConnectorError


class Wish(NamedTuple):
    """`quantity`: below 0 for pieces that are owed. `backorders`: no, notify, yes; empty leaves them as they are."""

    listing: Listing
    quantity: Decimal
    backorders: str = ""


class Said(enum.Enum):
    SET = "set"
    LATER = "later"  # not reached, or busy with a sale: it is asked again
    REFUSED = "refused"  # this item, for a reason a person should read
    NO_STOCK = "no_stock"  # the site keeps no stock of it
    OF_PARENT = "of_parent"  # the product of this variation keeps it
    GONE = "gone"  # no such product
    UNSURE = "unsure"  # a call with it failed


class Result(NamedTuple):
    """`quantity`: the number on the site now, with every sale up to `sale` in it; None where it was not said.

    `backorders`: what was set of them, empty for nothing. `unheard`: pieces kept off it because they left the number
    without our knowing, as sold ones do; None where the site sees to that itself. `cut`: it was asked for a part of a
    piece and made whole ones of it.
    """

    listing: Listing
    said: Said
    quantity: Decimal | None = None
    sale: int = 0
    was: Decimal | None = None
    detail: str = ""
    error: ConnectorError | None = None
    unheard: Decimal | None = None
    backorders: str = ""
    cut: bool = False


def is_cut(asked: Decimal, made: Decimal) -> bool:
    """Whether whole pieces were made of a number with a part of one."""
    return made == made.to_integral_value() and 0 < asked - made < 1


def without_unheard(quantity: Decimal, unheard: Decimal) -> Decimal:
    """A number less pieces that were most likely sold. That is a guess, so nothing is owed for it."""
    return max(quantity - unheard, min(quantity, Decimal(0)))


def still_unheard(listing: Listing) -> Decimal:
    """Pieces kept off its number until their order is heard of, or long enough was waited for it."""
    until = listing.unheard_until
    return listing.unheard if until is not None and until > timezone.now() else Decimal(0)
