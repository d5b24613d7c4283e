"""The states of a document kind (`/entity/<kind>/metadata`). Source: dictionaries, "States"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from connectors.moysklad.wire import State

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad

StateType = Literal["Regular", "Successful", "Unsuccessful"]


class States:
    """Reached as `MoySklad.states`. Names belong to the merchant and several may share a type: map by id."""

    def __init__(self, client: MoySklad) -> None:
        self._client = client

    def list(self, entity: str = "customerorder") -> list[State]:
        """All states in the order the account shows them; none when the account has none."""
        found = self._client.get(f"entity/{entity}/metadata")
        return cast("list[State]", found.get("states", []))

    def create(
        self, name: str, color: int, state_type: StateType = "Regular", *, entity: str = "customerorder"
    ) -> State:
        """Make a state; administrators only. `color` is an integer 0xAARRGGBB (the alpha may be left 0)."""
        body = {"name": name, "color": color, "stateType": state_type}
        return cast(State, self._client.post(f"entity/{entity}/metadata/states", body))
