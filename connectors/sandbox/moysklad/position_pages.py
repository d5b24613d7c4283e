"""The address `.../positions` of a document: list, add one or many, change one, delete one or many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.moysklad.account import Account, Caller, Obj, position_kind
from connectors.sandbox.moysklad.documents import Writer
from connectors.sandbox.moysklad.errors import ApiError
from connectors.sandbox.moysklad.listing import list_answer, read_page
from connectors.sandbox.moysklad.positions import find_position, read_position
from connectors.sandbox.moysklad.render import Renderer

Rows = list[Obj]


class PositionPages:
    def __init__(self, account: Account, writer: Writer) -> None:
        self.account = account
        self.writer = writer

    def answer(
        self, kind: str, id_: str, rest: list[str], request: Request, body: Callable[[], Any], caller: Caller
    ) -> Response:
        document = self.writer.existing(kind, id_)
        match (request.method, rest):
            case ("GET", []):
                return self._list(kind, document, request)
            case ("POST", []):
                return self._add(kind, document, body(), caller)
            case ("POST", ["delete"]):
                ids = {str(item.get("meta", {}).get("href", "")).rsplit("/", 1)[-1] for item in body()}
                return self._delete(kind, document, ids, caller)
            case ("GET", [position_id]):
                return self._shown(kind, document, [find_position(kind, document, position_id)], one=True)
            case ("PUT", [position_id]):
                return self._change(kind, document, position_id, body(), caller)
            case ("DELETE", [position_id]):
                find_position(kind, document, position_id)
                return self._delete(kind, document, {position_id}, caller)
        raise ApiError(1039)

    def _list(self, kind: str, document: Obj, request: Request) -> Response:
        page = read_page(request.query)
        renderer = Renderer(self.account, page.expand)
        rows = renderer.position_rows(kind, document, document["positions"], renderer.tree)
        path = f"/entity/{kind}/{document['id']}/positions"
        return json_response(list_answer(self.account, path, position_kind(kind), page, rows))

    def _shown(self, kind: str, document: Obj, positions: Rows, one: bool) -> Response:
        rows = Renderer(self.account).position_rows(kind, document, positions, {})
        return json_response(rows[0] if one else rows)

    def _add(self, kind: str, document: Obj, body: Any, caller: Caller) -> Response:
        items = body if isinstance(body, list) else [body]
        if len(items) > 1000:
            raise ApiError(2007)
        added = [read_position(self.account, caller, kind, item, None) for item in items]
        changed = self._store(kind, document, [*document["positions"], *added], caller)
        return self._shown(kind, changed, added, one=False)

    def _change(self, kind: str, document: Obj, position_id: str, body: Any, caller: Caller) -> Response:
        old = find_position(kind, document, position_id)
        new = read_position(self.account, caller, kind, body, old)
        rows = [new if position["id"] == position_id else position for position in document["positions"]]
        changed = self._store(kind, document, rows, caller)
        return self._shown(kind, changed, [new], one=True)

    def _delete(self, kind: str, document: Obj, ids: set[str], caller: Caller) -> Response:
        left = [position for position in document["positions"] if position["id"] not in ids]
        self._store(kind, document, left, caller)
        return Response(200)

    def _store(self, kind: str, document: Obj, rows: Rows, caller: Caller) -> Obj:
        return self.writer.set_positions(kind, document["id"], rows, caller)
