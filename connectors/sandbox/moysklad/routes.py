"""Addresses of the API to what they do: entities, positions, states, reports, contexts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.moysklad.account import API, Account, Caller, Obj, Ref
from connectors.sandbox.moysklad.assortment import Assortment
from connectors.sandbox.moysklad.card_pages import CardPages
from connectors.sandbox.moysklad.context import ContextPages
from connectors.sandbox.moysklad.current_stock import CurrentStock
from connectors.sandbox.moysklad.documents import Writer
from connectors.sandbox.moysklad.entities import Entities
from connectors.sandbox.moysklad.errors import ApiError
from connectors.sandbox.moysklad.kinds import KINDS
from connectors.sandbox.moysklad.listing import conditions, read_page
from connectors.sandbox.moysklad.nested import NestedPages
from connectors.sandbox.moysklad.position_pages import PositionPages
from connectors.sandbox.moysklad.references import UUID
from connectors.sandbox.moysklad.state_pages import StatePages
from connectors.sandbox.moysklad.stock import Stock
from connectors.sandbox.moysklad.stock_reports import StockReports
from connectors.sandbox.moysklad.templates import template

MAX_DEPTH = 10


class Routes:
    """Runs under the account's lock; ApiError is the answer of whatever goes wrong."""

    def __init__(self, account: Account, writer: Writer, stock: Stock) -> None:
        self.account = account
        self.entities = Entities(account, writer)
        self.positions = PositionPages(account, writer)
        self.nested = NestedPages(account, writer)
        self.states = StatePages(account)
        self.cards = CardPages(account)
        self.assortment = Assortment(account, stock)
        self.current = CurrentStock(account, stock)
        self.reports = StockReports(account, stock)
        self.context = ContextPages(account)

    def answer(self, request: Request, path: str, caller: Caller) -> Response:
        parts = path.strip("/").split("/")
        match parts:
            case ["entity", "assortment", *rest]:
                return only("GET", request, lambda: self.assortment.answer(rest, request))
            case ["entity", "customentity", *rest]:
                return self.nested.dictionaries(rest, request, lambda: read_body(request), caller)
            case ["entity", kind, *rest] if kind in KINDS and not KINDS[kind].nested:
                return self._entity(request, kind, rest, caller)
            case ["entity", kind, *_]:
                raise ApiError(1005, kind)
            case ["report", "stock", *rest]:
                return only("GET", request, lambda: self._report(rest, request))
            case ["context", *rest]:
                return self.context.answer(rest, request.method, lambda: read_body(request))
        raise ApiError(1002, path)

    def _entity(self, request: Request, kind: str, rest: list[str], caller: Caller) -> Response:
        method = request.method
        match rest:
            case []:
                if method == "GET":
                    return self.entities.listed(kind, request.query)
                if method == "POST":
                    return self.entities.post(kind, read_body(request), request.query, caller)
            case ["metadata", *more] if kind == "variant":
                return self.cards.characteristics(more, method, lambda: read_body(request))
            case ["metadata", *more]:
                return self.states.answer(kind, more, method, lambda: read_body(request))
            case ["new"] if method == "PUT":
                return json_response(template(self.account, kind, read_body(request)))
            case ["delete"] if method == "POST":
                return self.entities.delete_many(kind, read_body(request), caller)
            case ["syncid", sync_id] if method == "DELETE":
                return self.entities.delete_by_sync_id(kind, sync_id, caller)
            case [id_] if UUID.fullmatch(id_):
                if method in ("GET", "DELETE") and (moved := self._moved(kind, id_)):
                    return moved
                if method == "GET":
                    return self.entities.get(kind, id_, request.query)
                if method == "PUT":
                    return self.entities.put(kind, id_, read_body(request), request.query, caller)
                if method == "DELETE":
                    return self.entities.delete(kind, id_, caller)
            case [id_, "trash"] if method == "POST" and UUID.fullmatch(id_):
                return self.entities.trash(kind, id_, caller)
            case [id_, "positions", *more] if KINDS[kind].positions and UUID.fullmatch(id_):
                return self.positions.answer(kind, id_, more, request, lambda: read_body(request), caller)
            case [id_, "accounts", *more] if "accounts" in KINDS[kind].lists and UUID.fullmatch(id_):
                holder = Ref(kind, self.entities.writer.existing(kind, id_)["id"])
                return self.nested.answer(
                    "account", holder, more, request, lambda: read_body(request), caller
                )
            case [id_, "components", *more] if kind == "bundle" and method == "GET":
                bundle = self.entities.writer.existing(kind, id_)
                return self.cards.components(bundle, more, request)
            case [id_, "images"] if "images" in KINDS[kind].by_name and method == "GET":
                return self.cards.images(Ref(kind, id_), self.entities.writer.existing(kind, id_), request)
            case [id_, *_] if not UUID.fullmatch(id_):
                raise ApiError(1052, id_)
            case _:
                raise ApiError(1002, request.path.removeprefix(API))
        raise ApiError(1039)

    def _moved(self, kind: str, id_: str) -> Response | None:
        """308 from the uuid of the user interface to the id of the API; the two differ for goods."""
        ref = self.account.by_ui_id.get(id_)
        if ref is None or ref.kind != kind:
            return None
        return Response(308, b"", [("Location", f"{self.account.base}/entity/{ref.kind}/{ref.id}")])

    def _report(self, rest: list[str], request: Request) -> Response:
        if self.account.options.stock_error:
            raise ApiError(self.account.options.stock_error)
        extended = rest[-1:] != ["current"]
        pairs = [(name, value) for name, _, value in conditions(request.query)] if extended else []
        reports: dict[str, Callable[[], Any]] = {
            "all/current": lambda: self.current.all(request.query),
            "bystore/current": lambda: self.current.by_store(request.query),
            "all": lambda: self.reports.all(read_page(request.query), pairs),
            "bystore": lambda: self.reports.by_store(read_page(request.query), pairs),
        }
        report = reports.get("/".join(rest))
        if report is None:
            raise ApiError(1002, request.path.removeprefix(API))
        return json_response(report())


def only(method: str, request: Request, answer: Callable[[], Response]) -> Response:
    if request.method != method:
        raise ApiError(1039)
    return answer()


def read_body(request: Request) -> Any:
    """The JSON of a body. 2001 when it is none, 2006 when it nests deeper than ten levels."""
    try:
        body = json.loads(request.body)
    except ValueError:
        raise ApiError(2001) from None
    if depth(body) > MAX_DEPTH:
        raise ApiError(2006)
    return body


def depth(value: Any) -> int:
    children: list[Any] | Obj = value if isinstance(value, list | dict) else []
    inner = children.values() if isinstance(children, dict) else children
    return 1 + max(map(depth, inner), default=0) if isinstance(value, list | dict) else 0
