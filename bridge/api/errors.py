"""Refusals in one shape: a code for programs, a sentence in the reader's language, details where there are any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

from bridge.domain.errors import DomainError, Problem
from bridge.problems import remedy, sentence

# By the code of an answer: what is said unless there is something better to say. All of these are declared.
REFUSALS: dict[int, tuple[str, str | Promise]] = {
    400: ("invalid", _("Something in the request is missing or wrong.")),
    401: ("not_signed_in", _("Send a token, or sign in on the desk.")),
    403: ("forbidden", _("Your role may not do this.")),
    404: ("not_found", _("There is nothing at this address.")),
    405: ("method_not_allowed", _("This address does not take this method.")),
    406: ("not_acceptable", _("Answers are JSON; the request asks for something else.")),
    409: ("conflict", _("There is nothing to do: it changed meanwhile.")),
    415: ("unsupported_media_type", _("Send the request's body as application/json.")),
    429: ("too_many_requests", _("Too many requests. The header Retry-After says when to go on.")),
}
UNKNOWN_PARAMETER = "unknown_parameter"
MALFORMED = "malformed"
# Codes of ours beside those of the table; every other exception of the framework gets the table's sentence.
OWN_CODES = {"token_invalid", "csrf", UNKNOWN_PARAMETER, MALFORMED}


class Conflict(exceptions.APIException):
    """It cannot be done as things stand. `problem` names a better sentence than the general one."""

    status_code = 409

    def __init__(self, code: str = "", message: str = "", problem: Problem | None = None) -> None:
        super().__init__(message or str(REFUSALS[409][1]), code or REFUSALS[409][0])
        self.problem = problem


def refusal(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer for what went wrong; None for an error of the bridge itself."""
    match error:
        case Http404():
            error = exceptions.NotFound()
        case DjangoPermissionDenied():
            error = exceptions.PermissionDenied()
        case DomainError(problem=problem):
            error = Conflict(problem=problem)
    if not isinstance(error, exceptions.APIException):
        return None
    return Response(_body(error), status=error.status_code, headers=_headers(error))


def body(status: int, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The general refusal of this status."""
    code, message = REFUSALS[status]
    return {"code": code, "message": str(message), "details": dict(details or {})}


def _body(error: exceptions.APIException) -> dict[str, Any]:
    said = body(error.status_code) if error.status_code in REFUSALS else body(400)
    if isinstance(error, Conflict) and error.problem is not None:
        problem = error.problem
        return {
            "code": problem.code,
            "message": sentence(problem.code, problem.params),
            "details": {"remedy": remedy(problem.code)},
        }
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"": error.detail}
        return said | {"details": {"fields": fields}}
    code = str(getattr(error.detail, "code", ""))
    if code in OWN_CODES or isinstance(error, Conflict):
        return said | {"code": code, "message": str(error.detail)}
    return said


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(challenge)
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(max(int(wait), 1))
    return headers
