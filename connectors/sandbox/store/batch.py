"""Batch calls: at most 100 items, answer 200 in the same order, a failed item is `{id, error}`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from connectors.sandbox.http import Response, json_response
from connectors.sandbox.store.errors import RestError
from connectors.sandbox.store.shop import Obj

MAX_BATCH = 100


def run_batch(
    body: Obj, create: Callable[[Obj], Any], update: Callable[[Obj], Any], delete: Callable[[int], Any]
) -> Response:
    """Run the parts in WooCommerce's order and answer with the keys that were sent."""
    if sum(len(body.get(name) or ()) for name in ("create", "update", "delete")) > MAX_BATCH:
        raise RestError(
            413,
            "woocommerce_rest_request_entity_too_large",
            f"Unable to accept more than {MAX_BATCH} items for this request.",
        )
    answer: dict[str, list[Any]] = {}
    for item in body.get("create") or ():
        answer.setdefault("create", []).append(attempt(0, partial(create, item)))
    for item in body.get("update") or ():
        answer.setdefault("update", []).append(attempt(item.get("id", 0), partial(update, item)))
    for id_ in body.get("delete") or ():
        answer.setdefault("delete", []).append(attempt(id_, partial(delete, id_)))
    return json_response(answer)


def attempt(id_: int, act: Callable[[], Any]) -> Any:
    try:
        return act()
    except RestError as problem:
        return {"id": id_, "error": problem.body()}
