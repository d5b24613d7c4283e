"""Whether the state of a document and the status of its order on the site say the same."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.domain.status import RELEASED


def agree(
    status: str, state: str, *, means: str, expected: str, state_of_status: Mapping[str, str], shipped: bool
) -> bool:
    """`means`: the site status that `state` sets ('' none). `expected`: the state that `status` sets ('' none).

    Staff lead a document through states of their own, of which the site knows nothing: such a state contradicts only
    an order that is over. A state that the owner chose for another status contradicts this one. Goods that have left
    are returned, not cancelled: what was shipped may stay as it is.
    """
    if state == expected or means == status:
        return True
    if status in RELEASED:
        return shipped or not expected
    if means:
        return False
    return not expected or state not in state_of_status.values()
