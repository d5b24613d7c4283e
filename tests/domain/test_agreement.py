"""When a document's state and its order's status say the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.agreement import agree
from bridge.domain.status import RELEASED

# The owner's choice: processing → new, completed → done, cancelled → off (and so every order that is over).
CHOSEN = {"processing": "new", "completed": "done", "cancelled": "off"}


def says_the_same(status: str, state: str, means: str = "", shipped: bool = False) -> bool:
    expected = CHOSEN.get(status, CHOSEN["cancelled"] if status in RELEASED else "")
    return agree(status, state, means=means, expected=expected, state_of_status=CHOSEN, shipped=shipped)


@pytest.mark.parametrize(
    ("status", "state", "means", "same"),
    [
        ("processing", "new", "", True),
        ("processing", "being packed", "", True),  # staff's own step
        ("processing", "off", "cancelled", False),
        ("processing", "done", "completed", False),
        ("processing", "done", "", False),  # chosen for another status, though it sets none
        ("completed", "new", "", False),
        ("on-hold", "new", "", True),  # no state was chosen for it
        ("on-hold", "off", "cancelled", False),
        ("cancelled", "off", "cancelled", True),
        ("cancelled", "being packed", "", False),
        ("trash", "off", "cancelled", True),
    ],
)
def test_states_and_statuses(status: str, state: str, means: str, same: bool) -> None:
    assert says_the_same(status, state, means) is same


def test_goods_that_have_left_are_returned_and_not_cancelled() -> None:
    assert not says_the_same("refunded", "done", "completed")
    assert says_the_same("refunded", "done", "completed", shipped=True)


words = st.sampled_from(["processing", "completed", "cancelled", "on-hold", "refunded", "trash"])
states = st.sampled_from(["new", "done", "off", "being packed", ""])


@given(words, states, words | st.just(""), st.booleans())
def test_what_either_side_would_set_by_itself_agrees(
    status: str, state: str, means: str, shipped: bool
) -> None:
    """A repair in either direction always ends in agreement."""
    expected = CHOSEN.get(status, CHOSEN["cancelled"] if status in RELEASED else "")
    if means:  # the site follows the document
        assert says_the_same(means, state, means, shipped)
    if expected:  # the document follows the site
        assert says_the_same(status, expected, means, shipped)
