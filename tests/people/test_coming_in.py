"""Coming in by a one-time link: the first owner, invitations, new passwords; each link once, for a day."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from world import database_url

from bridge.demo.launch import Bridge
from bridge.people import links, second_step, sessions
from bridge.people.first_start import announce
from bridge.people.models import OneTimeLink
from bridge.people.roles import Role, role_of
from tests.people.conftest import PASSWORD, person

CHOSEN = {"username": "maria", "first_name": "Мария", "password1": PASSWORD, "password2": PASSWORD}
NEW = {"new_password1": "another long one 1", "new_password2": "another long one 1"}


def printed(*arguments: str) -> str:
    """The path of the link that the command prints."""
    out = StringIO()
    call_command("owner_link", *arguments, stdout=out)
    return path_of(out.getvalue())


def path_of(text: str) -> str:
    found = re.search(r"https?://\S+/people/welcome/[\w-]+/", text)
    assert found, text
    return urlsplit(found.group()).path


def signed_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_the_printed_link_makes_the_owner_once(client: Client, db: None) -> None:
    assert not User.objects.exists(), "there is no account that anybody could know"
    path = printed()
    page = client.get(path, headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert client.post(path, CHOSEN).headers["Location"] == "/admin/"
    assert signed_in(client)
    assert role_of(User.objects.get(username="maria")) == Role.OWNER
    again = Client()
    assert again.get(path).status_code == 410
    assert again.post(path, CHOSEN | {"username": "eve"}).status_code == 410
    assert User.objects.count() == 1


def test_a_weak_password_or_a_taken_name_uses_nothing_up(client: Client, db: None) -> None:
    path = printed()
    for wrong in (
        {"password1": "12345678", "password2": "12345678"},
        {"password2": "other"},
        {"username": ""},
    ):
        assert client.post(path, CHOSEN | wrong).status_code == 200
        assert not User.objects.exists()
    assert client.post(path, CHOSEN).status_code == 302


def test_the_first_link_ends_with_a_day_a_newer_link_or_an_owner(client: Client, db: None) -> None:
    old = printed()
    path = printed()
    assert client.get(old).status_code == 410
    OneTimeLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(path).status_code == 410
    path = printed()
    person("boss", Role.OWNER)
    assert client.get(path).status_code == 410
    assert client.post(path, CHOSEN).status_code == 410
    assert not User.objects.filter(username="maria").exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_with_the_same_link_make_one_owner() -> None:
    path, statuses = printed(), []

    def use(name: str) -> None:
        statuses.append(Client().post(path, CHOSEN | {"username": name}).status_code)
        connection.close()

    both = [threading.Thread(target=use, args=(name,)) for name in ("anna", "boris")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(statuses) == [302, 410]
    assert User.objects.filter(is_superuser=True).count() == 1


def test_a_server_that_starts_without_an_owner_says_how_to_come_in(
    transactional_db: None, tmp_path: Path
) -> None:
    bridge = Bridge(tmp_path, {"DATABASE_URL": database_url()}, web_workers=2)
    try:
        bridge.start_web()
        log = _log_with(bridge, "/people/welcome/")
        assert log.count("/people/welcome/") == 1, "one process speaks, not each"
        found = re.search(r"http://\S+/people/welcome/\S+", log)
        assert found
        assert requests.get(found.group(), timeout=20).status_code == 200
    finally:
        bridge.stop()


def _log_with(bridge: Bridge, wanted: str, seconds: float = 60) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        log = (bridge.directory / "web.log").read_text()
        if wanted in log:
            time.sleep(2)  # time for a second process to say it too
            return (bridge.directory / "web.log").read_text()
        time.sleep(0.2)
    raise AssertionError(bridge.log_tail("web.log"))


def test_an_owner_who_is_locked_out_comes_back_by_the_console(client: Client, db: None) -> None:
    boss = person("boss", Role.OWNER)
    device = second_step.begin(boss)
    device.confirmed = True
    device.save()
    elsewhere = Client()
    elsewhere.force_login(boss)
    path = printed()
    assert client.post(path, NEW).status_code == 302
    assert signed_in(client)
    boss.refresh_from_db()
    assert boss.check_password(NEW["new_password1"])
    assert not second_step.has_one(boss)
    assert not signed_in(elsewhere)
    assert client.post(path, NEW).status_code == 410


def test_the_console_says_it_in_both_languages(capsys: pytest.CaptureFixture[str], db: None) -> None:
    announce()
    text = capsys.readouterr().out
    path_of(text)
    for said in (
        "По этой ссылке создаётся учётная запись владельца:",
        "This link makes the owner's account:",
        "Сработает один раз, в течение 24 часов.",
        "It works once, within 24 hours.",
    ):
        assert said in text
    person("anna", Role.OWNER)
    announce()
    assert capsys.readouterr().out == ""
    out = StringIO()
    call_command("owner_link", stdout=out)
    assert "По этой ссылке anna выбирает новый пароль" in out.getvalue()
    assert "With this link anna chooses a new password" in out.getvalue()


def test_a_console_that_cannot_write_russian_keeps_nothing_from_starting(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    narrow = TextIOWrapper(BytesIO(), encoding="latin-1")
    monkeypatch.setattr("sys.stdout", narrow)
    announce()
    narrow.seek(0)
    assert "This link makes the owner's account:" in narrow.read()


def test_with_several_owners_the_console_asks_which(client: Client, db: None) -> None:
    person("anna", Role.OWNER)
    person("boris", Role.OWNER)
    with pytest.raises(CommandError, match="anna, boris"):
        call_command("owner_link")
    client.post(printed("--name", "boris"), NEW)
    assert User.objects.get(username="boris").check_password(NEW["new_password1"])
    assert User.objects.get(username="anna").check_password(PASSWORD)


@pytest.mark.parametrize("role", ["owner", "staff", "viewer"])
def test_an_invitation_gives_its_role_and_no_more(
    browser_of: Callable[[str], Client], client: Client, role: str
) -> None:
    owner = browser_of("owner")
    page = owner.post("/admin/auth/user/add/", {"role": role}).content.decode()
    path = path_of(page)
    client.post(path, CHOSEN | {"is_superuser": "1", "role": "owner"})
    assert role_of(User.objects.get(username="maria")) == role
    assert client.get(path).status_code == 410


def test_an_invitation_ends_when_withdrawn_or_when_its_giver_is_no_owner_any_more(
    browser_of: Callable[[str], Client], client: Client
) -> None:
    owner = browser_of("owner")
    giver = User.objects.get(username="a-owner")
    path = urlsplit(links.invitation(Role.OWNER, giver)).path
    other = urlsplit(links.invitation(Role.STAFF, giver)).path
    row = OneTimeLink.objects.get(role="staff")
    assert "Withdraw" in owner.get("/admin/auth/user/").content.decode()
    owner.post(f"/admin/auth/user/{row.pk}/withdraw/")
    assert client.get(other).status_code == 410
    assert client.get(path).status_code == 200
    giver.is_superuser = False
    giver.save()
    assert client.post(path, CHOSEN).status_code == 410


def test_a_link_for_a_password_leaves_the_second_step_and_dies_with_a_lock_out(
    browser_of: Callable[[str], Client], client: Client
) -> None:
    owner = browser_of("owner")
    worker = person("worker", Role.STAFF)
    device = second_step.begin(worker)
    device.confirmed = True
    device.save()
    url = f"/admin/auth/user/{worker.pk}/password/"
    first = path_of(owner.post(url, {"_form_submitted": "1"}).content.decode())
    second = path_of(owner.post(url, {"_form_submitted": "1"}).content.decode())
    assert client.get(first).status_code == 410
    client.post(second, NEW)
    assert client.session[sessions.STEP] == sessions.CODE
    third = path_of(owner.post(url, {"_form_submitted": "1"}).content.decode())
    owner.post(f"/admin/auth/user/{worker.pk}/deactivate/", {"_form_submitted": "1"})
    assert Client().get(third).status_code == 410


def test_only_a_hash_of_a_link_is_kept(db: None) -> None:
    token = printed().rstrip("/").rsplit("/", 1)[1]
    stored: dict[str, Any] = OneTimeLink.objects.values().get()
    assert token not in str(stored)
