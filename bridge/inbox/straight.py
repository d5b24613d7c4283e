"""Events and webhooks go straight to their views: nobody is logged in there, nothing is said in a language, no form is
sent, so sessions, languages, logins and the like would only cost time at an address that is called the most.
"""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import HEADER
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation

from bridge.inbox.views import moysklad_hook, woocommerce_event

ADDRESSES = ("/api/v1/events/woocommerce/", "/hooks/")
DOORS = (woocommerce_event, moysklad_hook)
# No page is shown there. Making the pages' policy anew for each event took a tenth of its time.
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


class StraightToTheDoors:
    """Middleware: what stands before it in the list holds for the doors too, what follows does not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = _door(request.path_info)
        if match is None:
            return self.get_response(request)
        # This thread may have answered a person before, in a language that LocaleMiddleware leaves behind.
        translation.deactivate()
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        response.headers[HEADER] = POLICY
        return response


def _door(path: str) -> ResolverMatch | None:
    """None for every other address, and for those that only begin like a door's."""
    if not path.startswith(ADDRESSES):
        return None
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return match if match.func in DOORS else None
