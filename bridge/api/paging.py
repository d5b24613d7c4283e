"""Pages: bounded, and by a cursor where a table is large, so that the thousandth page costs no more than the first."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.request import Request

USUAL, MOST = 50, 200
SIZE = {
    "name": "page_size",
    "in": "query",
    "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
}
Orderings = dict[str, tuple[str, ...]]


class Cursor(CursorPagination):
    """`next` and `previous` are addresses to follow as they are.

    A view declares its orders: `orderings` = {"-placed_at": ("-placed_at", "-pk"), …}, the usual one first.
    """

    page_size, max_page_size = USUAL, MOST
    page_size_query_param = "page_size"
    parameters = ("cursor", "page_size", "ordering")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (DjangoValidationError, ValueError, OverflowError) as error:
            raise NotFound from error

    def get_page_size(self, request: Request) -> int:
        return _size(request)

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        orderings: Orderings = view.orderings
        wanted = request.query_params.get("ordering", next(iter(orderings)))
        if wanted not in orderings:
            text = gettext("One of: %(names)s.") % {"names": ", ".join(orderings)}
            raise ValidationError({"ordering": [text]})
        return orderings[wanted]

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        cursor = {"name": "cursor", "in": "query", "schema": {"type": "string", "minLength": 1}}
        names = {"type": "string", "enum": list(view.orderings), "default": next(iter(view.orderings))}
        return [cursor, SIZE, {"name": "ordering", "in": "query", "schema": names}]


class Numbered(PageNumberPagination):
    """For lists that stay short."""

    page_size, max_page_size = USUAL, MOST
    page_size_query_param = "page_size"
    parameters = ("page", "page_size")

    def get_page_size(self, request: Request) -> int:
        return _size(request)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        page = {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}}
        return [page, SIZE]


def _size(request: Request) -> int:
    """Raises ValidationError for what is no size: a program should not believe it got all."""
    given = request.query_params.get("page_size")
    if given is None:
        return USUAL
    if given.isascii() and given.isdecimal() and len(given) < 6 and 1 <= int(given) <= MOST:
        return int(given)
    text = gettext("A number from 1 to %(most)s.") % {"most": MOST}
    raise ValidationError({"page_size": [text]})
