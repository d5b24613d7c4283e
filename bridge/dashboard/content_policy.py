"""The Content-Security-Policy of each page: the strict one, and for the desk what Unfold needs (docs/adr/0015)."""

from __future__ import annotations

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# Addresses whose pages are made with Unfold's templates.
DESK = ("/admin/", "/people/")


class ContentPolicy(CSPMiddleware):
    """A view adds to it by `csp.decorators.csp_update`. An answer that has one keeps it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if HEADER in response else super().process_response(request, response)

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(DESK):
            parts.replace = {**settings.DESK_POLICY, **(parts.replace or {})}
        return parts
