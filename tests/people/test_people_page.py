"""The page of people: roles changed, people locked out, the last owner never."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from bridge.people.roles import Role, owners, role_of
from tests.people.conftest import person

AGREED = {"_form_submitted": "1"}


def form(somebody: User, role: str, **more: str) -> dict[str, str]:
    return {
        "username": somebody.username,
        "first_name": somebody.first_name,
        "email": somebody.email,
        "role": role,
        **more,
    }


def url_of(somebody: User, way: str = "change") -> str:
    return f"/admin/auth/user/{somebody.pk}/{way}/"


def test_the_list_says_who_may_what(browser_of: Callable[[str], Client]) -> None:
    owner = browser_of("owner")
    person("anna", Role.VIEWER)
    User.objects.create_user("left-over", is_staff=True)
    html = owner.get("/admin/auth/user/").content.decode()
    for word in ("a-owner", "anna", "Viewer", "no role", "may sign in"):
        assert word in html, word


def test_a_changed_role_counts_at_once(browser_of: Callable[[str], Client]) -> None:
    owner, staff = browser_of("owner"), browser_of("staff")
    somebody = User.objects.get(username="a-staff")
    assert owner.post(url_of(somebody), form(somebody, "viewer")).status_code == 302
    assert role_of(User.objects.get(pk=somebody.pk)) == Role.VIEWER
    assert staff.get("/admin/").status_code == 302, "signed in anew with the new role"


def test_the_form_gives_no_right_that_is_not_a_role(browser_of: Callable[[str], Client]) -> None:
    owner = browser_of("owner")
    anna = person("anna", Role.STAFF)
    more = {"is_superuser": "on", "is_staff": "", "user_permissions": "1", "password": "x"}
    owner.post(url_of(anna), form(anna, "staff", **more))
    fresh = User.objects.get(pk=anna.pk)
    assert role_of(fresh) == Role.STAFF
    assert fresh.password == anna.password
    assert not fresh.user_permissions.exists()


def test_the_only_owner_stays_one(browser_of: Callable[[str], Client]) -> None:
    owner = browser_of("owner")
    boss = User.objects.get(username="a-owner")
    said = owner.post(url_of(boss), form(boss, "staff")).content.decode()
    assert "only owner" in said
    owner.post(url_of(boss, "deactivate"), AGREED)
    boss.refresh_from_db()
    assert boss.is_active
    assert role_of(boss) == Role.OWNER
    person("second", Role.OWNER)
    assert owner.post(url_of(boss), form(boss, "staff")).status_code == 302
    assert [one.username for one in owners()] == ["second"]


def test_an_owner_who_is_locked_out_does_not_count(browser_of: Callable[[str], Client]) -> None:
    owner = browser_of("owner")
    second = person("second", Role.OWNER)
    owner.post(url_of(second, "deactivate"), AGREED)
    boss = User.objects.get(username="a-owner")
    assert "only owner" in owner.post(url_of(boss), form(boss, "staff")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_lock_each_other_out_at_once_leave_one() -> None:
    anna, boris = person("anna", Role.OWNER), person("boris", Role.OWNER)

    def lock_out(by: User, whom: User) -> None:
        client = Client()
        client.force_login(by)
        client.post(url_of(whom, "deactivate"), AGREED)
        connection.close()

    both = [threading.Thread(target=lock_out, args=pair) for pair in ((anna, boris), (boris, anna))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert owners().count() == 1


def test_who_is_locked_out_is_out_at_once_and_may_come_back(browser_of: Callable[[str], Client]) -> None:
    owner, staff = browser_of("owner"), browser_of("staff")
    somebody = User.objects.get(username="a-staff")
    owner.post(url_of(somebody, "deactivate"), AGREED)
    assert staff.get("/admin/").status_code == 302
    assert "locked out" in owner.get("/admin/auth/user/").content.decode()
    owner.post(url_of(somebody, "activate"), AGREED)
    again = Client()
    again.force_login(User.objects.get(pk=somebody.pk))
    assert again.get("/admin/").status_code == 200


def test_nobody_is_deleted_and_no_password_is_typed_for_another(browser_of: Callable[[str], Client]) -> None:
    owner = browser_of("owner")
    anna = person("anna", Role.STAFF)
    assert owner.post(url_of(anna, "delete"), {"post": "yes"}).status_code == 403
    html = owner.get(url_of(anna)).content.decode()
    assert 'type="password"' not in html
    assert anna.password not in html
