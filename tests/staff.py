"""A person with a browser at the desk of a running bridge, over HTTP."""

from __future__ import annotations

import re
from typing import Any

import requests
from django.contrib.auth.models import User
from django.test import Client
from world import SLOW_MACHINE

from bridge.people.roles import Role, give_role


def session_of(person: User) -> str:
    """The cookie of this person's browser once they have signed in."""
    browser = Client()
    browser.force_login(person)
    return browser.cookies["sessionid"].value


class Staff:
    """A shop assistant; signs in without the form."""

    def __init__(self, url: str) -> None:
        self.url, self.session = url, requests.Session()
        self.session.cookies.set("django_language", "en")

    def sign_in(self) -> Staff:
        person, _made = User.objects.get_or_create(username="anna")
        give_role(person, Role.STAFF)
        self.session.cookies.set("sessionid", session_of(person))
        return self

    def get(self, path: str, **params: Any) -> str:
        answer = self.session.get(f"{self.url}{path}", params=params, timeout=SLOW_MACHINE)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def press(self, path: str, page: str, **answers: str) -> requests.Response:
        """Send the form of a page as it stands there, with the answers."""
        html = self.get(page)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
        data = {**hidden, **answers}
        headers = {"Referer": f"{self.url}{page}"}
        return self.session.post(f"{self.url}{path}", data=data, headers=headers, timeout=SLOW_MACHINE)
