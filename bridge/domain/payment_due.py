"""How much money is still to be entered for a paid order, and how much of it is for its document."""

from __future__ import annotations

from typing import NamedTuple


class Due(NamedTuple):
    """A payment to be made, in minor units: its own sum, and the part of it that is linked to the document."""

    amount_minor: int
    linked_minor: int


def payment_due(paid_minor: int, document_minor: int, entered_minor: int) -> Due | None:
    """The rest of what the buyer paid; None when what was entered already covers the document, or all that was paid.

    A document is never paid beyond its own sum: goods given back before it was made are not in it, the money was paid.
    """
    linked = min(paid_minor, document_minor) - entered_minor
    return Due(paid_minor - entered_minor, linked) if linked > 0 else None
