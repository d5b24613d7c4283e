"""Lists, single objects, creates (one or an array), updates, deletes and the bin of any entity kind."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Response, json_response
from connectors.sandbox.moysklad.account import Account, Caller, Obj
from connectors.sandbox.moysklad.documents import Writer
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.listing import list_answer, read_page, select
from connectors.sandbox.moysklad.references import read_ref
from connectors.sandbox.moysklad.render import Renderer

MAX_BULK = 1000
Query = list[tuple[str, str]]


class Entities:
    def __init__(self, account: Account, writer: Writer) -> None:
        self.account = account
        self.writer = writer

    def listed(self, kind: str, query: Query) -> Response:
        page = read_page(query)
        rows = select(self.account, kind, query)
        renderer = Renderer(self.account, page.expand)
        path = f"/entity/{kind}"
        return json_response(
            list_answer(self.account, path, kind, page, rows, lambda obj: renderer.top(kind, obj))
        )

    def get(self, kind: str, id_: str, query: Query) -> Response:
        return self._one(kind, self.writer.existing(kind, id_), query)

    def post(self, kind: str, body: Any, query: Query, caller: Caller) -> Response:
        """One object, or an array whose answer is an array in the same order, errors in their places."""
        if isinstance(body, dict):
            return self._one(kind, self.writer.create(kind, body, caller), query)
        if not isinstance(body, list):
            raise ApiError(2001)
        if len(body) > MAX_BULK:
            raise ApiError(2007)
        renderer = Renderer(self.account, dict(query).get("expand", "") if len(body) <= 100 else "")
        answers, failed = [], 0
        for item in body:
            try:
                answers.append(renderer.top(kind, self._create_or_update(kind, item, caller)))
            except ApiError as problem:
                answers.append(problem.body)
                failed += 1
        return json_response(answers, self.account.options.bulk_mixed_status if failed else 200)

    def put(self, kind: str, id_: str, body: Any, query: Query, caller: Caller) -> Response:
        if not isinstance(body, dict):
            raise ApiError(2001)
        return self._one(kind, self.writer.update(kind, id_, body, caller), query)

    def delete(self, kind: str, id_: str, caller: Caller) -> Response:
        self.writer.delete(kind, id_, caller)
        return Response(200)

    def delete_by_sync_id(self, kind: str, sync_id: str, caller: Caller) -> Response:
        id_ = self.account.by_sync_id.get((kind, sync_id.lower()))
        if id_ is None:
            raise ApiError(1021, kind, sync_id)
        return self.delete(kind, id_, caller)

    def delete_many(self, kind: str, body: Any, caller: Caller) -> Response:
        """`[{"meta": ...}]` to `[{"info": ...} | {"errors": ...}]`."""
        if not isinstance(body, list):
            raise ApiError(2009, "")
        if len(body) > MAX_BULK:
            raise ApiError(2007)
        answers: list[dict[str, Any]] = []
        failed = 0
        for item in body:
            try:
                ref = read_ref(self.account, item, "meta", (kind,))
                self.writer.delete(kind, ref.id, caller)
                answers.append({"info": f"Сущность '{kind}' с UUID: {ref.id} успешно удалена"})
            except ApiError as problem:
                answers.append(problem.body)
                failed += 1
        return json_response(answers, self.account.options.bulk_mixed_status if failed else 200)

    def trash(self, kind: str, id_: str, caller: Caller) -> Response:
        self.writer.trash(kind, id_, caller)
        return Response(200)

    def _one(self, kind: str, obj: Obj, query: Query) -> Response:
        return json_response(Renderer(self.account, dict(query).get("expand", "")).top(kind, obj))

    def _create_or_update(self, kind: str, item: Any, caller: Caller) -> Obj:
        """An element with `meta` is an update of that object."""
        if not isinstance(item, dict):
            raise field_error(2016, "", "объект")
        if "meta" in item:
            return self.writer.update(kind, read_ref(self.account, item, "meta", (kind,)).id, item, caller)
        return self.writer.create(kind, item, caller)
