"""`/entity/<kind>/metadata`: the states of a kind and its extra fields, read and written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.http import Response, json_response
from connectors.sandbox.moysklad import attributes
from connectors.sandbox.moysklad.account import Account, Obj, Ref
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.kinds import KINDS
from connectors.sandbox.moysklad.listing import list_answer, read_page
from connectors.sandbox.moysklad.references import list_meta, meta

STATE_TYPES = ("Regular", "Successful", "Unsuccessful")
GREY = 10066329


class StatePages:
    def __init__(self, account: Account) -> None:
        self.account = account

    def answer(self, kind: str, rest: list[str], method: str, body: Callable[[], Any]) -> Response:
        match (method, rest):
            case ("GET", []):
                return json_response(self._metadata(kind))
            case ("GET", ["attributes"]):
                return self._attributes(kind)
            case ("POST", ["attributes"]):
                return self._define(kind, body())
            case ("GET", ["attributes", id_]) if id_ in self.account.attributes[kind]:
                return json_response(attributes.shown(self.account, kind, self.account.attributes[kind][id_]))
            case ("PUT", ["attributes", id_]) if id_ in self.account.attributes[kind]:
                return json_response(self._change_attribute(kind, id_, body()))
            case (_, ["attributes", id_]):
                raise ApiError(1021, "attributemetadata", id_)
            case ("GET", ["states", id_]):
                return json_response(self._shown(self._state(kind, id_)))
            case ("POST", ["states"]) if KINDS[kind].stated:
                given = body()
                if isinstance(given, list):
                    return json_response([self._shown(self.add(kind, item)) for item in given])
                return json_response(self._shown(self.add(kind, given)))
            case ("PUT", ["states", id_]):
                return json_response(self._shown(self._change(kind, id_, body())))
            case ("DELETE", ["states", id_]):
                return self._delete(kind, id_)
        raise ApiError(1039)

    def add(self, kind: str, body: Any) -> Obj:
        """A state: name and stateType; names need not be unique per type of state. 3000, 3005, 3006."""
        state: Obj = {
            "id": self.account.new_id(),
            "accountId": self.account.id,
            "name": body.get("name"),
            "color": body.get("color", GREY),
            "stateType": body.get("stateType", "Regular"),
            "entityType": kind,
        }
        self._check(kind, state)
        self.account.states[kind][state["id"]] = state
        return state

    def _change(self, kind: str, id_: str, body: Any) -> Obj:
        state = self._state(kind, id_)
        changed = state | {name: body[name] for name in ("name", "color", "stateType") if name in body}
        self._check(kind, changed)
        self.account.states[kind][id_] = changed
        return changed

    def _delete(self, kind: str, id_: str) -> Response:
        ref = Ref("state", self._state(kind, id_)["id"])
        if any(obj.get("state") == ref for obj in self.account.objects[kind].values()):
            raise ApiError(1028)
        del self.account.states[kind][id_]
        return Response(200)

    def _check(self, kind: str, state: Obj) -> None:
        if not state["name"]:
            raise field_error(3000, "name")
        if state["stateType"] not in STATE_TYPES:
            raise field_error(3005, "stateType")
        others = (other for other in self.account.states[kind].values() if other["id"] != state["id"])
        if any(other["name"] == state["name"] for other in others):
            raise field_error(3006, "name")

    def _state(self, kind: str, id_: str) -> Obj:
        state = self.account.states.get(kind, {}).get(id_)
        if state is None:
            raise ApiError(1021, "state", id_)
        return state

    def _shown(self, state: Obj) -> Obj:
        return {"meta": meta(self.account, Ref("state", state["id"]))} | state

    def _metadata(self, kind: str) -> Obj:
        path = f"/entity/{kind}/metadata"
        answer: Obj = {
            "meta": {"href": f"{self.account.base}{path}", "mediaType": "application/json"},
            "createShared": False,
        }
        if self.account.attributes[kind]:
            size = len(self.account.attributes[kind])
            answer["attributes"] = {
                "meta": list_meta(self.account, f"{path}/attributes", "attributemetadata", size)
            }
        if self.account.states.get(kind):
            answer["states"] = [self._shown(state) for state in self.account.states[kind].values()]
        return answer

    def _define(self, kind: str, body: Any) -> Response:
        """One extra field or several."""
        made = [
            attributes.define(self.account, kind, item)
            for item in (body if isinstance(body, list) else [body])
        ]
        rows = [attributes.shown(self.account, kind, item) for item in made]
        return json_response(rows if isinstance(body, list) else rows[0])

    def _change_attribute(self, kind: str, id_: str, body: Any) -> Obj:
        """The type stays; name, required and show may change."""
        changed = self.account.attributes[kind][id_]
        changed |= {name: body[name] for name in ("name", "required", "show") if name in body}
        return attributes.shown(self.account, kind, changed)

    def _attributes(self, kind: str) -> Response:
        rows = list(self.account.attributes[kind].values())
        path = f"/entity/{kind}/metadata/attributes"
        page = read_page([])
        return json_response(
            list_answer(
                self.account,
                path,
                "attributemetadata",
                page,
                rows,
                lambda row: attributes.shown(self.account, kind, row),
            )
        )
