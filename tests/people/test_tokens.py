"""The page of API tokens: made and shown once, revoked, both kept in the history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import translation

from bridge.history import deeds
from bridge.people.models import ApiToken
from bridge.people.roles import Role
from tests.people.conftest import browser_of, person

__all__ = ["browser_of"]

PAGE = "/admin/bridge/apitoken/"
ASKED = {"name": "Отчёт", "role": "viewer", "lasts": "90"}


def made(owner: Client, **changes: str) -> tuple[ApiToken, str, str]:
    answer = owner.post(f"{PAGE}add/", {**ASKED, **changes})
    html = answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    token = html.partition('id="api-token">')[2].partition("<")[0]
    return ApiToken.objects.latest("pk"), token, html


def test_a_token_is_shown_once_and_works(browser_of: Callable[[str], Client]) -> None:
    owner = browser_of("owner")
    row, token, _html = made(owner)
    assert (row.name, row.role, row.user.get_username()) == ("Отчёт", "viewer", "a-owner")
    assert 89 <= (row.expiry - row.created).days <= 90
    answer = Client().get("/api/v1/orders/", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    for page in (PAGE, f"{PAGE}{row.pk}/change/", f"{PAGE}{row.pk}/history/", "/admin/admin/logentry/"):
        html = owner.get(page).content.decode()
        assert token not in html, page
        assert row.digest not in html, page
        assert "Отчёт" in html, page


def test_one_that_lasts_until_it_is_revoked(browser_of: Callable[[str], Client]) -> None:
    owner = browser_of("owner")
    row, token, _html = made(owner, lasts="")
    assert row.expiry is None
    assert "Revoke" in owner.get(f"{PAGE}{row.pk}/change/").content.decode()
    owner.post(f"{PAGE}{row.pk}/revoke/", {"_form_submitted": "1"})
    row.refresh_from_db()
    assert row.revoked_at is not None
    answer = Client().get("/api/v1/orders/", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    with translation.override("en"):
        said = deeds.read(LogEntry.objects.latest("pk"))
    assert said.text == "The token is revoked."
    assert [(value.before, value.after) for value in said.values] == [("valid", "revoked")]
    assert f"{row.pk}/revoke/" not in owner.get(f"{PAGE}{row.pk}/change/").content.decode()


def test_a_name_and_a_role_are_asked_for(browser_of: Callable[[str], Client]) -> None:
    owner = browser_of("owner")
    for wrong in ({"name": ""}, {"role": ""}, {"role": "god"}, {"lasts": "7"}):
        assert owner.post(f"{PAGE}add/", {**ASKED, **wrong}).status_code == 200
    assert not ApiToken.objects.exists()


def test_the_list_tells_what_became_of_each(browser_of: Callable[[str], Client]) -> None:
    owner = browser_of("owner")
    row, _token, _html = made(owner)
    somebody = person("anna", Role.OWNER)
    ApiToken.objects.filter(pk=row.pk).update(user=somebody)
    somebody.is_active = False
    somebody.save()
    html = owner.get(PAGE).content.decode()
    assert "its owner is locked out" in html


def test_only_owners_make_tokens(browser_of: Callable[[str], Client], db: Any) -> None:
    for role in ("staff", "viewer"):
        assert browser_of(role).post(f"{PAGE}add/", ASKED).status_code == 403
