"""The account's own fields of an entity, and the dictionaries some of them choose from.

Source: general part, "Additional fields"; dictionaries, "Custom entity".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from connectors.errors import TransientError
from connectors.moysklad.refs import id_from_href
from connectors.moysklad.wire import Attribute, CustomElement

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad


class Attributes:
    """Reached as `MoySklad.attributes`.

    A value is written as `{"meta": client.meta("attributemetadata", id, of=kind)["meta"], "value": ...}`. The
    value of a dictionary's field is a reference: `client.meta("customentity", element, of=dictionary)`.
    """

    def __init__(self, client: MoySklad) -> None:
        self._client = client

    def custom_entity(self, dictionary_id: str) -> list[CustomElement]:
        """The elements of a dictionary; names need not be unique."""
        rows = self._client.rows(f"entity/customentity/{dictionary_id}")
        return cast("list[CustomElement]", [*rows])

    def create_element(self, dictionary_id: str, name: str) -> CustomElement:
        """Add an element to a dictionary."""
        return cast(CustomElement, self._client.post(f"entity/customentity/{dictionary_id}", {"name": name}))

    def list(self, kind: str) -> list[Attribute]:
        """All fields of customerorder, counterparty, demand, salesreturn ...; in one answer, without pages."""
        found = self._client.get(f"entity/{kind}/metadata/attributes")
        rows = found.get("rows") if isinstance(found, Mapping) else None
        if not isinstance(rows, list):
            raise TransientError(
                "MoySklad answered with something that is not a list.", code="net_shape", why="unreadable"
            )
        return cast("list[Attribute]", rows)


def dictionary_of(attribute: Attribute) -> str:
    """The id of the dictionary a field of type `customentity` chooses from; "" for any other field.

    `customEntityMeta` comes with the id at the end, or before a closing `/metadata`.
    """
    meta = attribute.get("customEntityMeta")
    return id_from_href(str(meta["href"]).removesuffix("/metadata")) if meta else ""
