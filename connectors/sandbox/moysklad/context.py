"""`/context/...`: who is calling and how the account is set up."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Response, json_response
from connectors.sandbox.moysklad.account import Account, Ref
from connectors.sandbox.moysklad.errors import ApiError
from connectors.sandbox.moysklad.references import dictionary_meta, meta
from connectors.sandbox.moysklad.render import Renderer

RIGHTS = ("view", "create", "update", "delete", "print", "approve")
PERMITTED = (
    "customerOrder",
    "demand",
    "salesReturn",
    "counterparty",
    "good",
    "stock",
    "webhook",
    "paymentIn",
)


class ContextPages:
    def __init__(self, account: Account) -> None:
        self.account = account

    def answer(self, rest: list[str]) -> Response:
        match rest:
            case ["employee"]:
                return json_response(self._employee())
            case ["companysettings"]:
                return json_response(self._company_settings())
            case ["companysettings", "metadata"]:
                return json_response(self._dictionaries())
            case ["companysettings", "metadata", "customEntities", id_] if id_ in self.account.dictionaries:
                return json_response(self._dictionary(self.account.dictionaries[id_]))
            case ["companysettings", "pricetype"]:
                return json_response([self._price_type()])
            case ["application"]:
                raise ApiError(55005)
        raise ApiError(1002, "/context/" + "/".join(rest))

    def _employee(self) -> dict[str, Any]:
        ref = self.account.defaults["employee"]
        obj = self.account.objects["employee"][ref.id]
        answer = Renderer(self.account).entity(ref, obj, {})
        answer["permissions"] = {name: dict.fromkeys(RIGHTS, "ALL") for name in PERMITTED}
        return answer

    def _dictionaries(self) -> dict[str, Any]:
        href = f"{self.account.base}/context/companysettings/metadata"
        shown = [self._dictionary(dictionary) for dictionary in self.account.dictionaries.values()]
        return {"meta": {"href": href, "mediaType": "application/json"}, "customEntities": shown}

    def _dictionary(self, dictionary: dict[str, Any]) -> dict[str, Any]:
        href = f"{self.account.base}/entity/customentity/{dictionary['id']}"
        elements = {"href": href, "type": "customentity", "mediaType": "application/json"}
        return {"meta": dictionary_meta(self.account, dictionary["id"]), "entityMeta": elements} | dictionary

    def _price_type(self) -> dict[str, Any]:
        price_type = self.account.price_type
        return {"meta": meta(self.account, Ref("pricetype", price_type["id"]))} | price_type

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
            "priceTypes": [self._price_type()],
            "discountStrategy": "bySum",
            "globalOperationNumbering": True,
            "checkShippingStock": False,
            "checkMinPrice": options.check_min_price,
            "useRecycleBin": options.recycle_bin,
            "useCompanyAddress": False,
            "accountCountry": "RU",
        }
