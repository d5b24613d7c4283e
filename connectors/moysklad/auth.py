"""How the bridge proves who it is to MoySklad: a token, or login and password.

Source: general part, "Authentication" and "Getting a new token".
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field

from connectors.errors import OutcomeUnknown
from connectors.moysklad.http import Http, decoded
from connectors.transport.call import Timeouts
from connectors.transport.record import Observer


@dataclass(frozen=True, slots=True)
class Token:
    """A user's or a solution's token."""

    value: str = field(repr=False)

    def header(self) -> str:
        return f"Bearer {self.value}"


@dataclass(frozen=True, slots=True)
class Login:
    """Login like `admin@company`, and the password."""

    login: str
    password: str = field(repr=False)

    def header(self) -> str:
        return f"Basic {b64encode(f'{self.login}:{self.password}'.encode()).decode('ascii')}"


Auth = Token | Login


def issue_token(
    base_url: str,
    login: Login,
    *,
    allow_private: bool = False,
    connect_timeout: float = 5.0,
    read_timeout: float = 60.0,
    observer: Observer | None = None,
) -> Token:
    """Make a new token (`POST /security/token`).

    **Revokes every earlier token of this user**, so it is done by a person's hand only. When the answer is
    lost (OutcomeUnknown) the earlier tokens may be gone and the new one unknown: simply issue another.
    """
    http = Http(
        base_url,
        login.header(),
        allow_private=allow_private,
        timeouts=Timeouts(connect_timeout, read_timeout),
        observer=observer,
    )
    body = decoded(http.call("POST", "security/token"), "POST")
    value = body.get("access_token") if isinstance(body, dict) else None
    if not value:
        raise OutcomeUnknown("MoySklad gave no token. Issue one again.", why="no_token")
    return Token(str(value))
