"""The governor's memory in the database: one row per account, changed under its lock by every process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction

from bridge.connections.models import Throttle
from connectors.moysklad.limits import GovernorState
from connectors.moysklad.limits_rules import brought_forward

T = TypeVar("T")


class DatabaseStore:
    """`GovernorStore` of connectors/moysklad/limits.py. Must not be used inside a transaction: it would hold
    the account's row, and every other process, until that transaction ends."""

    def __init__(self, connection_id: int) -> None:
        self.connection_id = connection_id

    def update(self, change: Callable[[GovernorState], tuple[GovernorState, T]]) -> T:
        with transaction.atomic(durable=True):
            row, _created = Throttle.objects.select_for_update().get_or_create(
                connection_id=self.connection_id
            )
            state, result = change(GovernorState.from_json(row.state))
            row.state = state.to_json()
            row.save(update_fields=["state"])
        return result


def bring_forward(now: datetime, by: timedelta) -> None:
    """Blocks and places of all accounts, after the clock was set back (bridge/clock.py)."""
    for connection_id in Throttle.objects.values_list("connection_id", flat=True):
        DatabaseStore(connection_id).update(
            lambda state: (brought_forward(state, now.timestamp(), by.total_seconds()), None)
        )


class LookingStore:
    """The same to look at: what a change makes of the state is told and not kept, and nobody waits for the row."""

    def __init__(self, connection_id: int) -> None:
        self.connection_id = connection_id

    def update(self, change: Callable[[GovernorState], tuple[GovernorState, T]]) -> T:
        row = Throttle.objects.filter(connection_id=self.connection_id).first()
        _state, result = change(GovernorState.from_json(row.state if row is not None else {}))
        return result
