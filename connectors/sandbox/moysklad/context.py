"""`/context/...`: who is calling and how the account is set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.http import Response, json_response
from connectors.sandbox.moysklad.account import Account
from connectors.sandbox.moysklad.errors import ApiError
from connectors.sandbox.moysklad.price_types import PriceTypePages
from connectors.sandbox.moysklad.references import dictionary_meta, meta
from connectors.sandbox.moysklad.render import Renderer

RIGHTS = ("view", "create", "update", "delete", "print", "approve")
# Names as in the documentation's table; its example writes them like the entities of the API.
PERMITTED = (
    *(
        "customerOrder",
        "demand",
        "salesReturn",
        "company",
        "good",
        "myCompany",
        "warehouse",
        "stock",
        "webhook",
    ),
    *("paymentIn", "paymentOut", "cashIn", "cashOut"),
)


class ContextPages:
    def __init__(self, account: Account) -> None:
        self.account = account
        self.price_types = PriceTypePages(account)

    def answer(self, rest: list[str], method: str, body: Callable[[], Any]) -> Response:
        if rest[:2] == ["companysettings", "pricetype"]:
            return self.price_types.answer(rest[2:], method, body)
        if method != "GET":
            raise ApiError(1039)
        match rest:
            case ["employee"]:
                return json_response(self._employee())
            case ["companysettings"]:
                return json_response(self._company_settings())
            case ["companysettings", "metadata"]:
                return json_response(self._dictionaries())
            case ["companysettings", "metadata", "customEntities", id_] if id_ in self.account.dictionaries:
                return json_response(self._dictionary(self.account.dictionaries[id_]))
            case ["application"]:
                raise ApiError(55005)
        raise ApiError(1002, "/context/" + "/".join(rest))

    def _employee(self) -> dict[str, Any]:
        ref = self.account.defaults["employee"]
        obj = self.account.objects["employee"][ref.id]
        answer = Renderer(self.account).entity(ref, obj, {})
        refused = set(self.account.options.no_rights)
        answer["permissions"] = {  # a right that one lacks is left out
            name: {right: "ALL" for right in RIGHTS if f"{name}.{right}" not in refused} for name in PERMITTED
        }
        return answer

    def _dictionaries(self) -> dict[str, Any]:
        href = f"{self.account.base}/context/companysettings/metadata"
        shown = [self._dictionary(dictionary) for dictionary in self.account.dictionaries.values()]
        return {"meta": {"href": href, "mediaType": "application/json"}, "customEntities": shown}

    def _dictionary(self, dictionary: dict[str, Any]) -> dict[str, Any]:
        href = f"{self.account.base}/entity/customentity/{dictionary['id']}"
        elements = {"href": href, "type": "customentity", "mediaType": "application/json"}
        return {"meta": dictionary_meta(self.account, dictionary["id"]), "entityMeta": elements} | dictionary

    def _company_settings(self) -> dict[str, Any]:
        options = self.account.options
        href = f"{self.account.base}/context/companysettings"
        own = {
            "href": href,
            "metadataHref": f"{href}/metadata",
            "type": "companysettings",
            "mediaType": "application/json",
        }
        return {
            "meta": own,
            "currency": {"meta": meta(self.account, self.account.defaults["currency"])},
            "priceTypes": self.price_types.listed(),
            "discountStrategy": "bySum",
            "globalOperationNumbering": True,
            "checkShippingStock": False,
            "checkMinPrice": options.check_min_price,
            "useRecycleBin": options.recycle_bin,
            "useCompanyAddress": False,
            "accountCountry": "RU",
        }
