"""Who may not open a page, or opens one that is not there, reads so in their language and finds the way back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from bridge.people.roles import Role
from tests.people.conftest import Rows, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "Для вашей роли закрыто"), ("en", "Not for your role")]
)
def test_a_page_that_is_not_for_the_role_says_so(rows: Rows, language: str, words: str) -> None:
    client = Client()
    client.force_login(person("viktor", Role.VIEWER))
    client.cookies["django_language"] = language
    answer = client.get(reverse("admin:bridge_shop_add"))
    assert answer.status_code == 403
    assert words in answer.content.decode()
    assert f'href="{reverse("admin:index")}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "Такой страницы нет"), ("en", "There is no such page")]
)
def test_a_page_that_is_not_there_says_so(language: str, words: str) -> None:
    client = Client()
    client.cookies["django_language"] = language
    answer = client.get("/people/nowhere/")
    assert answer.status_code == 404
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "Это нельзя прочитать"), ("en", "This cannot be read")]
)
def test_what_cannot_be_read_says_so(language: str, words: str, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1
    client = Client(raise_request_exception=False)
    client.cookies["django_language"] = language
    answer = client.post(reverse("admin:login"), {"username": "anna", "password": "x"})
    assert answer.status_code == 400
    ours(answer, language, words)


@pytest.mark.parametrize(
    ("language", "words"),
    [("ru", "Страница была открыта слишком долго"), ("en", "The page was open for too long")],
)
def test_a_form_without_its_token_says_so(language: str, words: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["django_language"] = language
    answer = client.post(reverse("admin:login"), {"username": "anna", "password": "x"})
    assert answer.status_code == 403
    ours(answer, language, words)


def ours(answer: Any, language: str, words: str) -> None:
    """In the reader's language and the desk's look, with the way home, and with nothing from elsewhere."""
    html = answer.content.decode()
    assert f'<html lang="{language}">' in html
    assert f"<h1>{words}</h1>" in html
    assert f'href="{reverse("admin:index")}"' in html
    assert "bridge/refused.css" in html
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", html) == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_page_that_fails_says_what_to_do(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.people.coming_in.links.find", lambda *_a, **_k: 1 / 0)
    client = Client(raise_request_exception=False)
    client.cookies["django_language"] = language
    answer = client.get(reverse("people:welcome", args=["a-token"]))
    assert answer.status_code == 500
    html = answer.content.decode()
    assert f'<html lang="{language}">' in html
    with override(language):
        assert gettext("This page could not be shown") in html
    assert f'href="{reverse("admin:index")}"' in html
