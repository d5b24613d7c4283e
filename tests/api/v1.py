"""The API as programs of each role see it, and a small bridge with one of everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from bridge.people import tokens
from bridge.people.models import ApiToken
from bridge.people.roles import Role, give_role

BASE = "/api/v1"
Ask = Callable[..., Any]


def token_of(role: str, name: str = "reports") -> tuple[ApiToken, str]:
    """A token with this role, of an owner."""
    owner, made = User.objects.get_or_create(username="owner-of-tokens")
    if made:
        give_role(owner, Role.OWNER)
    return tokens.make(owner, name, Role(role), 30)


@dataclass
class Program:
    """A program with a token; answers are read as JSON."""

    token: str
    client: Client

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        given: dict[str, Any] = {"content_type": "application/json"} if body is not None else {}
        return self.client.generic(
            method.upper(),
            f"{BASE}{path}",
            _json(body),
            headers={"Authorization": f"Bearer {self.token}", "Accept-Language": "en", **headers},
            **given,
        )

    def get(self, path: str, status: int = 200, **headers: str) -> Any:
        return self._read(self.ask("get", path, **headers), status)

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self._read(self.ask("post", path, body), status)

    @staticmethod
    def _read(answer: Any, status: int) -> Any:
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:1000])
        return answer.json() if answer.content else None


def program(role: str = "owner") -> Program:
    return Program(token_of(role)[1], Client())


def _json(body: Any) -> str:
    import json

    return "" if body is None else json.dumps(body)
