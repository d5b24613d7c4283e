"""Who asks: a program with a token, or a person signed in on the desk."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.request import Request

from bridge.people import knocks, tokens
from bridge.people.models import ApiToken


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc]
    """`Authorization: Bearer skb_…`. What is no longer good is kept for the history, unlike knox does."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Raises Throttled for an address that has guessed too often this minute; a good token is never refused so."""
        try:
            found: tuple[User, ApiToken] | None = super().authenticate(request)
        except AuthenticationFailed:
            if knocks.count("tokens", request._request) > knocks.GUESSES:
                raise Throttled(knocks.seconds_left()) from None
            raise
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        row = tokens.find(token.decode("ascii", "replace"))
        if row is None:
            raise AuthenticationFailed(gettext("This token is unknown, expired or revoked."), "token_invalid")
        return row.user, row


class PersonAuthentication(SessionAuthentication):
    """The session of the desk; deeds need its CSRF token, as on the desk."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as refused:
            text = gettext("Send the CSRF token of the desk in the header X-CSRFToken, or use an API token.")
            raise PermissionDenied(text, "csrf") from refused


class PersonScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = PersonAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "A session of the desk. Deeds also need the header X-CSRFToken.",
        }


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made on the desk, under People → API tokens.",
        }
