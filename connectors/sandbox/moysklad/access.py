"""Who is calling: Basic or Bearer, and the one call that makes a token and revokes the older ones."""

from __future__ import annotations

import base64
import binascii

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.moysklad.account import Account, User
from connectors.sandbox.moysklad.errors import ApiError


def authenticate(account: Account, request: Request) -> User:
    """The user of the Authorization header. 1056 when there is none."""
    scheme, _, value = request.header("authorization").partition(" ")
    if scheme.lower() == "bearer":
        for user in account.users.values():
            if user.token and user.token == value.strip():
                return user
    elif scheme.lower() == "basic":
        return by_password(account, value.strip())
    raise ApiError(1056)


def by_password(account: Account, encoded: str) -> User:
    try:
        login, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ApiError(1056) from None
    user = account.users.get(login)
    if user is None or user.password != password:
        raise ApiError(1056)
    return user


def new_token(account: Account, request: Request) -> Response:
    """POST /security/token with Basic: a new token; every earlier one of the user is dead."""
    if request.header("authorization").partition(" ")[0].lower() != "basic":
        raise ApiError(1056)
    user = authenticate(account, request)
    user.token = f"{account.random.getrandbits(160):040x}"
    return json_response({"access_token": user.token})
