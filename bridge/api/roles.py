"""What the caller may do: the roles of the desk, with a token the lesser of its own and its maker's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from bridge.dashboard.recorded import page_of
from bridge.domain import masking
from bridge.history import deeds
from bridge.history.deeds import Sentence, in_words
from bridge.people.models import ApiToken
from bridge.people.roles import RIGHTS, Role, role_of
from bridge.people.tokens import role_with


def role_here(request: Request) -> Role | None:
    """None for nobody, and for somebody without a role."""
    if isinstance(request.auth, ApiToken):
        return role_with(request.auth)
    return role_of(request.user) if isinstance(request.user, User) and request.user.is_active else None


def person(request: Request) -> User:
    """In whose name this is done; permissions let nobody else come so far."""
    if not isinstance(request.user, User):
        raise TypeError("nobody is signed in")
    return request.user


class RoleMay(BasePermission):
    """A view names the table it shows (`table`): to read takes view_…, everything else change_… of it.

    Without a name every role may read.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        role = role_here(request)
        if role is None or role == Role.OWNER:
            return role is not None
        table: str = view.table
        if request.method in SAFE_METHODS:
            return not table or f"view_{table}" in RIGHTS[role]
        return f"change_{table}" in RIGHTS[role]


def remember(request: Request, table: type[Model], keys: Iterable[Any]) -> None:
    """How these rows stand before something is done to them, as the desk says it."""
    if (page := page_of(table)) is not None:
        page.remember(request._request, keys)


def note(request: Request, row: Any, text: Sentence) -> None:
    """Keep in the history who did it, of a program its name too, and what of the row it changed."""
    page = page_of(type(row))
    values = page.became(request._request, row) if page is not None else []
    deeds.note(request.user, row, said_by(request, text), values)


def said_by(request: Request, text: Sentence) -> Sentence:
    by = f"API, {request.auth.name}" if isinstance(request.auth, ApiToken) else "API"
    return in_words(lambda: f"{text} ({by})")


def personal(request: Request, text: str) -> str:
    """An e-mail address or a phone number; viewers know it again, no more."""
    return masking.text(text) if role_here(request) == Role.VIEWER else text


def private(request: Request, text: str) -> str:
    """A name, an address, a note: not for viewers."""
    return "" if role_here(request) == Role.VIEWER else text
