"""`/context/companysettings/pricetype`: the price types of the account, read and edited as one list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.http import Response, json_response
from connectors.sandbox.moysklad.account import Account, Obj, Ref
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.references import price_type, read_ref

MAX_PRICE_TYPES = 100


class PriceTypePages:
    def __init__(self, account: Account) -> None:
        self.account = account

    def answer(self, rest: list[str], method: str, body: Callable[[], Any]) -> Response:
        known = self.account.price_types
        match (method, rest):
            case ("GET", []):
                return json_response(self.listed())
            case ("POST", []):
                self.edit(body())
                return json_response(self.listed())
            case ("GET", ["default"]):
                return json_response(price_type(self.account, Ref("pricetype", next(iter(known)))))
            case ("GET", [id_]) if id_ in known:
                return json_response(price_type(self.account, Ref("pricetype", id_)))
            case ("GET", [id_]):
                raise ApiError(1021, "pricetype", id_)
        raise ApiError(1039)

    def listed(self) -> list[dict[str, Any]]:
        return [price_type(self.account, Ref("pricetype", id_)) for id_ in self.account.price_types]

    def add(self, name: str) -> Obj:
        """One more at the end. 3000, 3006."""
        return self._named({"id": self.account.new_id()}, {"name": name}, self.account.price_types)

    def edit(self, body: Any) -> None:
        """The whole list: elements with meta stay or are renamed, others are new, missing ones are gone. 3000, 3006."""
        if not isinstance(body, list):
            raise ApiError(2009, "")
        if not 1 <= len(body) <= MAX_PRICE_TYPES:
            raise field_error(3008, "priceTypes")
        after: dict[str, Obj] = {}
        for given in body:
            if "meta" in given:
                old = self.account.price_types[read_ref(self.account, given, "meta", ("pricetype",)).id]
            else:
                old = {"id": self.account.new_id()}
            self._named(old, given, after)
        self.account.price_types = after

    def _named(self, old: Obj, given: Obj, among: dict[str, Obj]) -> Obj:
        name = given.get("name") or old.get("name")
        if not name:
            raise field_error(3000, "name")
        if any(other["name"] == name for other in among.values()):
            raise field_error(3006, "name")
        code = given.get("externalCode") or old.get("externalCode") or self.account.new_external_code()
        among[old["id"]] = {"id": old["id"], "name": str(name), "externalCode": str(code)}
        return among[old["id"]]
