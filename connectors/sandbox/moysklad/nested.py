"""Objects that live inside others: bank accounts of organizations and buyers, elements of dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.moysklad import filters
from connectors.sandbox.moysklad.account import Account, Caller, Obj, Ref
from connectors.sandbox.moysklad.attributes import add_dictionary
from connectors.sandbox.moysklad.documents import Writer
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.listing import conditions, list_answer, read_page, sort
from connectors.sandbox.moysklad.references import dictionary_meta
from connectors.sandbox.moysklad.render import Renderer


class NestedPages:
    def __init__(self, account: Account, writer: Writer) -> None:
        self.account = account
        self.writer = writer

    def dictionaries(
        self, rest: list[str], request: Request, body: Callable[[], Any], caller: Caller
    ) -> Response:
        """`/entity/customentity`: POST makes a dictionary; below a dictionary's id its elements are listed and made."""
        if not rest:
            if request.method != "POST":
                raise ApiError(1039)
            return json_response(self._new_dictionary(body()))
        id_, *more = rest
        if id_ not in self.account.dictionaries:
            raise ApiError(1021, "customentity", id_)
        return self.answer("customentity", Ref("dictionary", id_), more, request, body, caller)

    def answer(
        self,
        kind: str,
        inside: Ref,
        rest: list[str],
        request: Request,
        body: Callable[[], Any],
        caller: Caller,
    ) -> Response:
        match (request.method, rest):
            case ("GET", []):
                return self._list(kind, inside, request)
            case ("POST", []):
                given = body()
                made = [self._create(kind, inside, item, caller) for item in as_list(given)]
                return self._shown(kind, made, one=isinstance(given, dict) and kind == "customentity")
            case ("GET", [id_]):
                return self._shown(kind, [self._find(kind, inside, id_)], one=True)
            case ("PUT", [id_]):
                self._find(kind, inside, id_)
                return self._shown(kind, [self.writer.update(kind, id_, body(), caller)], one=True)
            case ("DELETE", [id_]):
                self._find(kind, inside, id_)
                self.writer.delete(kind, id_, caller)
                return Response(200)
        raise ApiError(1039)

    def _new_dictionary(self, body: Any) -> Obj:
        if not isinstance(body, dict) or not body.get("name"):
            raise field_error(3000, "name")
        dictionary = add_dictionary(self.account, body["name"])
        meta = dictionary_meta(self.account, dictionary["id"])
        return {"meta": meta, "id": dictionary["id"], "name": dictionary["name"]}

    def _list(self, kind: str, inside: Ref, request: Request) -> Response:
        page = read_page(request.query)
        tests = filters.build(self.account, kind, conditions(request.query))
        rows = [row for row in self.account.inside(inside, kind) if all(test(row) for test in tests)]
        rows = sort(self.account, kind, rows, dict(request.query).get("order", ""))
        path = request.path[request.path.index("/entity/") :]
        renderer = Renderer(self.account, page.expand)
        return json_response(
            list_answer(self.account, path, kind, page, rows, lambda obj: renderer.top(kind, obj))
        )

    def _shown(self, kind: str, objects: list[Obj], one: bool) -> Response:
        rows = [Renderer(self.account).top(kind, obj) for obj in objects]
        return json_response(rows[0] if one else rows)

    def _create(self, kind: str, inside: Ref, body: Any, caller: Caller) -> Obj:
        if not isinstance(body, dict):
            raise ApiError(2001)
        return self.writer.create(kind, body, caller, inside)

    def _find(self, kind: str, inside: Ref, id_: str) -> Obj:
        obj = self.account.objects[kind].get(id_)
        if obj is None or obj["inside"] != inside:
            raise ApiError(1021, kind, id_)
        return obj


def as_list(body: Any) -> list[Any]:
    return body if isinstance(body, list) else [body]
