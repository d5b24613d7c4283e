"""What hangs on a card: the components of a bundle, the images of goods, the characteristics of variants."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.moysklad import goods
from connectors.sandbox.moysklad.account import Account, Obj, Ref
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.goods_bodies import named_characteristic
from connectors.sandbox.moysklad.listing import list_answer, read_page
from connectors.sandbox.moysklad.render import Renderer


class CardPages:
    def __init__(self, account: Account) -> None:
        self.account = account

    def components(self, obj: Obj, rest: list[str], request: Request) -> Response:
        """`/entity/bundle/{id}/components`, the list or one. 1021."""
        page = read_page(request.query)
        renderer, bundle = Renderer(self.account, page.expand), Ref("bundle", obj["id"])
        parts = [part for part in obj["components"] if not rest or part["id"] == rest[0]]
        if rest and not parts:
            raise ApiError(1021, "bundlecomponent", rest[0])

        def shown(part: Obj) -> dict[str, Any]:
            return goods.component(renderer, bundle, part, renderer.tree)

        if rest:
            return json_response(shown(parts[0]))
        path = f"/entity/bundle/{obj['id']}/components"
        return json_response(list_answer(self.account, path, "bundlecomponent", page, parts, shown))

    def images(self, ref: Ref, obj: Obj, request: Request) -> Response:
        """`/entity/product|variant|bundle/{id}/images`."""
        page, rows = read_page(request.query), obj.get("images") or []
        path = f"/entity/{ref.kind}/{ref.id}/images"
        answer = list_answer(
            self.account, path, "image", page, rows, lambda row: goods.image(self.account, ref, row)
        )
        return json_response(answer)

    def characteristics(self, rest: list[str], method: str, body: Any) -> Response:
        """`/entity/variant/metadata` and `…/characteristics`: read, and a new one made by its name. 3000, 1021."""
        known = self.account.characteristics
        match (method, rest):
            case ("GET", []):
                href = f"{self.account.base}/entity/variant/metadata"
                own = {"href": href, "mediaType": "application/json"}
                return json_response({"meta": own, "characteristics": self._shown(list(known.values()))})
            case ("GET", ["characteristics"]):
                path = "/entity/variant/metadata/characteristics"
                rows = self._shown(list(known.values()))
                answer = list_answer(self.account, path, "attributemetadata", read_page([]), rows)
                return json_response(answer)
            case ("GET", ["characteristics", id_]) if id_ in known:
                return json_response(self._shown([known[id_]])[0])
            case ("POST", ["characteristics"]):
                name = body().get("name")
                if not name:
                    raise field_error(3000, "name")
                return json_response(self._shown([named_characteristic(self.account, str(name))])[0])
            case ("GET", ["characteristics", id_]):
                raise ApiError(1021, "attributemetadata", id_)
        raise ApiError(1039)

    def _shown(self, rows: list[Obj]) -> list[dict[str, Any]]:
        base = f"{self.account.base}/entity/variant/metadata/characteristics"
        return [
            {
                "meta": {
                    "href": f"{base}/{row['id']}",
                    "type": "attributemetadata",
                    "mediaType": "application/json",
                }
            }
            | row
            for row in rows
        ]
