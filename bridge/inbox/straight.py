"""Events and webhooks go straight to their views: nobody is logged in there, nothing is said in a language, no form is
sent, so sessions, languages, logins and the like would only cost time at an address that is called the most.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import translation

ADDRESSES = ("/api/v1/events/woocommerce/", "/hooks/")


class StraightToTheDoors:
    """Middleware: what stands before it in the list holds for the doors too, what follows does not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ADDRESSES):
            return self.get_response(request)
        # This thread may have answered a person before, in a language that LocaleMiddleware leaves behind.
        translation.deactivate()
        match = request.resolver_match = resolve(request.path_info)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response
