"""Requests that are too large are refused by the length they announce, before anything of them is read.

Without a length there is no body: a WSGI server hands none over.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse

DOORS = ("/api/", "/hooks/")
# Short enough to be read as a number, whatever follows.
NUMBER = re.compile(r"[0-9]{1,15}")


class RequestSize:
    """Middleware: EVENT_MAX_BYTES at the doors and the API, REQUEST_MAX_BYTES (files) elsewhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not NUMBER.fullmatch(length):
            return _refused(400, "malformed", "The length of the body is no number.")
        most = settings.EVENT_MAX_BYTES if request.path.startswith(DOORS) else settings.REQUEST_MAX_BYTES
        if int(length) > most:
            return _refused(413, "too_big", f"A request has at most {most} bytes here.")
        return self.get_response(request)


def _refused(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status)
