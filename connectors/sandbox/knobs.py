"""The knobs of a courier by name, as the control API takes them."""

from __future__ import annotations

from connectors.sandbox.delivery import Courier


def set_knobs(
    courier: Courier,
    *,
    hold: bool | None = None,
    drop: bool | None = None,
    drop_next: int | None = None,
    copies: int | None = None,
    delay_ms: int | None = None,
) -> None:
    """Only what is named changes. `copies` 2 sends everything twice; `drop_next` loses the next n deliveries."""
    if hold is not None:
        courier.holding = hold
    if drop is not None:
        courier.dropping = drop
    if drop_next is not None:
        courier.drop_next = drop_next
    if copies is not None:
        courier.copies = copies
    if delay_ms is not None:
        courier.delay = delay_ms / 1000
