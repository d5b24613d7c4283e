"""What all addresses of the API share: who may, how much, which parameters, how it refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import viewsets
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.throttling import UserRateThrottle

from bridge.api import errors
from bridge.api.authentication import PersonAuthentication, TokenAuthentication
from bridge.api.paging import Orderings
from bridge.api.roles import RoleMay, remember
from bridge.apilog.incoming import proved
from bridge.people.models import ApiToken

MOST_BYTES = 65_536


class Json(JSONParser):
    """A short body in UTF-8, whatever it is said to be."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        context = parser_context or {}
        request, most = context.get("request"), getattr(context.get("view"), "most_bytes", MOST_BYTES)
        if request is not None and int(request.META.get("CONTENT_LENGTH") or 0) > most:
            raise ParseError(gettext("The body is too long."), errors.MALFORMED)
        try:
            return super().parse(stream, media_type, {**(parser_context or {}), "encoding": "utf-8"})
        except (ParseError, RecursionError) as error:
            raise ParseError(gettext("The body is not JSON."), errors.MALFORMED) from error


class Throttle(UserRateThrottle):
    """Reads and deeds are counted apart, for each token or person."""

    def __init__(self) -> None:  # the rate is known with the request
        self.history: list[float] = []

    def allow_request(self, request: Request, view: Any) -> bool:
        self.scope = "reads" if request.method in SAFE_METHODS else "deeds"
        self.rate = self.get_rate()
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return super().allow_request(request, view)

    def get_cache_key(self, request: Request, view: Any) -> str:
        who = f"token-{request.auth.pk}" if isinstance(request.auth, ApiToken) else f"{request.user.pk}"
        return self.cache_format % {"scope": self.scope, "ident": who}


class Resource(viewsets.GenericViewSet[Any]):
    """`table` names the rights (roles.py), `own_parameters` what an action takes in its address; lists take their
    filters and those of their pages.
    """

    table = ""
    authentication_classes: Sequence[Any] = (TokenAuthentication, PersonAuthentication)
    permission_classes: Sequence[Any] = (RoleMay,)
    throttle_classes: Sequence[Any] = (Throttle,)
    parser_classes = (Json,)
    filter_backends = (DjangoFilterBackend,)
    lookup_value_converter = "int"
    metadata_class = None
    http_method_names = ["get", "head", "post", "put", "delete"]
    pagination_class: Any = None
    orderings: Orderings = {"-id": ("-pk",), "id": ("pk",)}
    own_parameters: Mapping[str, tuple[str, ...]] = {}
    most_bytes = MOST_BYTES

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        unknown = set(request.query_params) - self._parameters()
        if unknown:
            text = gettext("Unknown parameters: %(names)s.") % {"names": ", ".join(sorted(unknown))[:200]}
            raise ParseError(text, errors.UNKNOWN_PARAMETER)
        empty = [name for name, value in request.query_params.items() if not value]
        if empty:
            raise ValidationError({name: [gettext("Leave it out, or give it a value.")] for name in empty})
        of: Any = getattr(self, "queryset", None)
        if request.method not in SAFE_METHODS and "pk" in kwargs and of is not None:
            # Compared by itself, a number beyond the column's is no row; in a list it would be an error.
            named = of.model._default_manager.filter(pk=kwargs["pk"])
            remember(request, of.model, named.values_list("pk", flat=True))

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        if request.user.is_authenticated:
            proved()

    def get_exception_handler(self) -> Callable[..., Any]:
        return errors.refusal

    def row(self, one: Any) -> dict[str, Any]:
        """A row of a list."""
        raise NotImplementedError

    def listed(self, rows: QuerySet[Any] | list[Any]) -> Response:
        """A page of the rows that the filters leave."""
        found = self.filter_queryset(rows) if isinstance(rows, QuerySet) else rows
        page: Any = self.paginate_queryset(found)
        self.prepare(page)
        return self.get_paginated_response([self.row(one) for one in page])

    def prepare(self, page: list[Any]) -> None:
        """What the rows of a page need beside themselves, read at once."""

    def given(self, serializer: type[Serializer[Any]]) -> dict[str, Any]:
        """The body as the serializer reads it. Raises ValidationError."""
        form = serializer(data=self.request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def valid(self, form: Any) -> Any:
        """A form of the desk that took the body's values. Raises ValidationError with its sentences."""
        if not form.is_valid():
            raise ValidationError({name: list(said) for name, said in form.errors.items()})
        return form

    def _parameters(self) -> set[str]:
        if self.action in self.own_parameters:
            return set(self.own_parameters[self.action])
        if self.action != "list":
            return set()
        filters = getattr(self, "filterset_class", None)
        known = set(filters.base_filters) if filters is not None else set()
        return known | set(self.pagination_class.parameters if self.pagination_class else ())
