"""Query parameters and pages of REST lists: bounds as WordPress checks them, totals and neighbours in headers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.store.errors import invalid_param, not_in_enum
from connectors.sandbox.store.shop import API, SHOP_ZONE, Shop

ALWAYS_SENT = [("status[0]", "any"), ("dp", "2"), ("context", "view")]


@dataclass
class Query:
    """The query of a list call; repeated and `name[0]` parameters are lists like comma separated ones."""

    pairs: list[tuple[str, str]]

    def one(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.pairs if key == name), default)

    def many(self, name: str) -> list[str]:
        found = []
        for key, value in self.pairs:
            if key == name or (key.startswith(f"{name}[") and key.endswith("]")):
                found += [part.strip() for part in value.split(",") if part.strip()]
        return found

    def number(self, name: str, default: int, low: int, high: int | None) -> int:
        raw = self.one(name, str(default))
        if not raw.lstrip("-").isdecimal():
            raise invalid_param(name, "rest_invalid_type", f"{name} is not of type integer.")
        value = int(raw)
        if value < low or (high is not None and value > high):
            bounds = (
                f"must be between {low} (inclusive) and {high} (inclusive)"
                if high
                else f"must be greater than or equal to {low}"
            )
            raise invalid_param(name, "rest_out_of_bounds", f"{name} {bounds}")
        return value

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.one(name, default)
        if value not in allowed:
            raise not_in_enum(name, name, allowed)
        return value

    def ids(self, name: str) -> set[int] | None:
        values = self.many(name)
        return {int(value) for value in values if value.isdecimal()} if values else None

    def moment(self, name: str) -> int | None:
        """A date of the query in Unix seconds: shop time, or UTC with dates_are_gmt; an offset in the value decides."""
        raw = self.one(name)
        if not raw:
            return None
        try:
            moment = datetime.fromisoformat(raw.replace("Z", "+00:00"))
        except ValueError:
            raise invalid_param(name, "rest_invalid_date", f"{name} is not a valid date.") from None
        gmt = self.one("dates_are_gmt").lower() in ("1", "true", "yes")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC if gmt else SHOP_ZONE)
        return int(moment.timestamp())


def page_response(
    shop: Shop, request: Request, query: Query, rows: Sequence[Any], shown: Any, status_added: bool = False
) -> Response:
    """One page with X-WP-Total, X-WP-TotalPages and Link. Past the last page both totals are "0", as captured."""
    per_page, page = query.number("per_page", 10, 1, 100), query.number("page", 1, 1, None)
    total, pages = len(rows), -(-len(rows) // per_page)
    part = rows[(page - 1) * per_page : page * per_page]
    if page > pages:
        total = pages = 0
    links = []
    if page > 1:
        links.append((min(page - 1, pages) if pages else 0, "prev"))
    if page < pages:
        links.append((page + 1, "next"))
    link = ", ".join(
        f'<{neighbour(shop, request, number, status_added)}>; rel="{rel}"' for number, rel in links
    )
    headers = [
        ("X-WP-Total", str(total)),
        ("X-WP-TotalPages", str(pages)),
        ("Link", link or f'<{shop.origin}/wp-json/>; rel="https://api.w.org/"'),
    ]
    fields = query.many("_fields")
    return json_response([trimmed(shown(row), fields) for row in part], 200, headers)


def neighbour(shop: Shop, request: Request, number: int, status_added: bool) -> str:
    """The address of another page. It repeats every parameter that came, oauth_* included, as the real one does."""
    pairs = [(name, value) for name, value in request.query if name != "page"]
    if status_added:
        pairs += [pair for pair in ALWAYS_SENT if pair[0].split("[")[0] not in {name for name, _ in pairs}]
    pairs.append(("page", str(number)))
    return f"{shop.origin}{request.path}?" + "&".join(
        f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in pairs
    )


def trimmed(row: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """`_fields`: only these keys, in the row's own order; a dotted name keeps its first part."""
    if not fields:
        return row
    wanted = {field.split(".")[0] for field in fields}
    return {name: value for name, value in row.items() if name in wanted}


def created(shop: Shop, body: dict[str, Any], path: str) -> Response:
    return json_response(body, 201, [("Location", f"{shop.origin}{API}{path}")])
