"""A person at the desk, and a shop with one of everything to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client

from tests.everything import Rows, a_shop_at_work

__all__ = ["Rows"]


@dataclass
class Desk:
    """The desk as its owner sees it, in Russian unless asked otherwise."""

    client: Client

    def get(self, url: str, language: str = "ru", **params: Any) -> str:
        self.client.cookies["django_language"] = language
        response = self.client.get(url, params)
        assert response.status_code == 200, (url, response.status_code)
        return str(response.content.decode())

    def post(self, url: str, data: dict[str, Any], language: str = "ru") -> Any:
        self.client.cookies["django_language"] = language
        return self.client.post(url, data)

    def press(self, model: str, pk: int, path: str, **answers: str) -> list[str]:
        """Press a button of a row's page, answer what its dialog asks and agree; what the desk then says."""
        url = f"/admin/bridge/{model}/{pk}/{path}/"
        assert 'name="_form_submitted"' in self.get(url)
        return self.said(self.post(url, {"_form_submitted": "1", **answers}))

    def do(self, model: str, action: str, rows: list[Any], **more: Any) -> list[str]:
        """Run an action on selected rows; what the desk then says."""
        data = {"action": action, "_selected_action": [row.pk for row in rows], "index": "0", **more}
        return self.said(self.post(f"/admin/bridge/{model}/", data))

    @staticmethod
    def said(response: Any) -> list[str]:
        assert response.status_code == 302, response.content.decode()[:2000]
        return [str(message) for message in get_messages(response.wsgi_request)._queued_messages]


@pytest.fixture
def desk(db: None, client: Client) -> Desk:
    client.force_login(User.objects.create_superuser("owner", "owner@example.test", "a long password"))
    return Desk(client)


@pytest.fixture
def rows(db: None) -> Rows:
    return a_shop_at_work()
