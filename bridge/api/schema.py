"""The description of the API (OpenAPI 3.1): every address says how it may refuse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bridge.api import door_shapes
from bridge.api.errors import REFUSALS, body

# Doors of shops: they have shapes of their own (docs/pairing.md).
OTHERS = ("/api/v1/pair/", "/api/v1/wc-auth/", "/api/v1/schema/", *door_shapes.PATHS)
ALWAYS = (400, 401, 403, 404, 406, 429)
OF_DEEDS = (409, 415)
SHAPE = "Refusal"


def with_refusals(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Hook of drf-spectacular: the refusals of each operation, by reference."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})[SHAPE] = shape()
    components["responses"] = {f"Refusal{status}": _response(status) for status in REFUSALS}
    for path, operations in result["paths"].items():
        if path in OTHERS:
            continue
        for method, operation in operations.items():
            for status in _possible(method):
                reference = {"$ref": f"#/components/responses/Refusal{status}"}
                operation["responses"].setdefault(str(status), reference)
    return result


def _possible(method: str) -> Iterator[int]:
    yield from ALWAYS
    if method != "get":
        yield from OF_DEEDS


def shape() -> dict[str, Any]:
    """The shape of every refusal."""
    return {
        "type": "object",
        "description": "Every answer from 400 on. `details`: of wrong input `fields`, of a conflict `remedy`.",
        "properties": {
            "code": {"type": "string", "description": "For programs; does not change."},
            "message": {"type": "string", "description": "For people, in the language of Accept-Language."},
            "details": {"type": "object", "additionalProperties": {}},
        },
        "required": ["code", "message", "details"],
    }


def _response(status: int) -> dict[str, Any]:
    content = {
        "application/json": {
            "schema": {"$ref": f"#/components/schemas/{SHAPE}"},
            "example": body(status),
        }
    }
    return {"description": str(REFUSALS[status][1]), "content": content}
