"""The desk speaks Russian until a person chooses otherwise: the browser's own wish is not asked."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class ChosenLanguage:
    """Before LocaleMiddleware: only the cookie of the language switch counts, not Accept-Language. Programs have no
    switch: of the API it does count.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        return self.get_response(request)
