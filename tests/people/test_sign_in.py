"""Signing in: guessing is slowed, a second step where wanted, sessions that end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client, RequestFactory
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from bridge.configuration.apply import apply
from bridge.configuration.dump import dump
from bridge.configuration.errors import ConfigurationError
from bridge.configuration.read import check
from bridge.history.deeds import read
from bridge.people import second_step, sessions, throttle
from bridge.people.models import AccessRules, AuthenticatorApp
from bridge.people.roles import Role
from tests.people.conftest import PASSWORD, person


def enter(client: Client, name: str, password: str = PASSWORD, **extra: Any) -> Any:
    client.cookies["django_language"] = "en"
    return client.post("/admin/login/", {"username": name, "password": password, "next": "/admin/"}, **extra)


def code(device: AuthenticatorApp, steps: int = 0) -> str:
    """The code an app shows now, or some half minutes later."""
    totp = TOTP(device.bin_key)
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


def with_second_step(name: str, role: Role = Role.STAFF) -> tuple[User, AuthenticatorApp, list[str]]:
    somebody = person(name, role)
    codes = second_step.switch_on(somebody, code(second_step.begin(somebody)))
    assert len(codes) == 10
    device = AuthenticatorApp.objects.get(user=somebody)
    device.last_t = -1  # as if it had been switched on long ago
    device.save()
    return somebody, device, codes


# --- guessing ---------------------------------------------------------------------------------------


def test_five_wrong_passwords_shut_a_name_for_a_quarter_of_an_hour(client: Client, db: None) -> None:
    person("anna", Role.STAFF)
    for _number in range(4):
        assert enter(client, "anna", "wrong").status_code == 200
    last = enter(client, "anna", "wrong")
    assert last.status_code == 429
    words = last.content.decode()
    assert "Too many wrong passwords" in words
    assert "in 15 minutes" in words
    assert enter(client, "anna").status_code == 429, "the right one does not open it now either"
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert enter(client, "anna").status_code == 302


def test_who_is_locked_out_does_not_lock_out_the_others(client: Client, db: None) -> None:
    person("anna", Role.STAFF)
    person("boris", Role.STAFF)
    for _number in range(6):
        enter(client, "anna", "wrong")
    assert enter(client, "boris").status_code == 302
    assert enter(Client(), "anna", REMOTE_ADDR="203.0.113.9").status_code == 302


def test_a_right_password_forgets_the_wrong_ones(client: Client, db: None) -> None:
    person("anna", Role.STAFF)
    for _round in range(3):
        for _number in range(4):
            enter(client, "anna", "wrong")
        assert enter(client, "anna").status_code == 302


@pytest.mark.parametrize(
    ("behind", "told", "address"),
    [
        (False, "198.51.100.7", "10.0.0.1"),
        (True, "198.51.100.7", "198.51.100.7"),
        (True, "1.2.3.4, 198.51.100.7", "198.51.100.7"),
        (True, "2001:db8::1", "2001:db8::1"),
        (True, "nonsense", "10.0.0.1"),
        (True, "", "10.0.0.1"),
    ],
)
def test_behind_a_proxy_the_word_of_the_proxy_counts(
    settings: Any, behind: bool, told: str, address: str
) -> None:
    settings.BEHIND_PROXY = behind
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": told})
    assert throttle.address_of(request) == address


def test_inventing_addresses_behind_a_proxy_does_not_help_guessing(
    client: Client, db: None, settings: Any
) -> None:
    settings.BEHIND_PROXY = True
    person("anna", Role.STAFF)
    for number in range(5):
        told = {"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"}
        last = enter(client, "anna", "wrong", headers=told)
    assert last.status_code == 429


# --- the second step --------------------------------------------------------------------------------


def test_the_second_step_is_set_up_with_a_picture_and_ten_codes(client: Client, db: None) -> None:
    anna = person("anna", Role.STAFF)
    elsewhere = Client()
    elsewhere.force_login(anna)
    enter(client, "anna")
    page = client.get("/people/set-up/")
    html = page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert "<svg" in html
    device = AuthenticatorApp.objects.get(user=anna)
    assert not device.confirmed
    assert second_step.typed_secret(device) in html
    assert "present code" in client.post("/people/set-up/", {"code": "000000"}).content.decode()
    assert not second_step.has_one(anna)
    AuthenticatorApp.objects.update(throttling_failure_count=0)
    shown = client.post("/people/set-up/", {"code": code(device)}).content.decode()
    kept = set(StaticToken.objects.values_list("token", flat=True))
    written = re.findall(
        r"^[a-z2-7]{8}$", shown.partition("<pre")[2].partition(">")[2].partition("</pre")[0], re.M
    )
    assert len(kept) == len(written) == 10
    assert {AuthenticatorApp.objects.get().digest(one) for one in written} == kept
    assert not any(one in shown for one in kept)
    assert client.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302, "sessions without it are over"
    again = client.get("/people/set-up/")
    assert again.status_code == 302
    assert device.secret not in client.get("/people/me/").content.decode()


def test_a_password_alone_opens_nothing(client: Client, db: None) -> None:
    _anna, device, _codes = with_second_step("anna", Role.OWNER)
    enter(client, "anna")
    for url in ("/admin/", "/admin/auth/user/", "/admin/password_change/", "/people/me/", "/people/set-up/"):
        assert client.get(url).headers["Location"] == "/people/code/", url
    assert client.get("/api/v1/status/").status_code == 403
    assert client.get("/admin/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/people/code/"
    key = client.session.session_key
    assert client.post("/people/code/", {"code": code(device)}).headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert client.session.session_key != key


def test_a_code_is_good_once_and_wrong_ones_make_wait(client: Client, db: None) -> None:
    _anna, device, _codes = with_second_step("anna")
    present = code(device)
    enter(client, "anna")
    client.post("/people/code/", {"code": present})
    other = Client()
    enter(other, "anna")
    assert "not right" in other.post("/people/code/", {"code": present}).content.decode()
    for _number in range(3):
        AuthenticatorApp.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(minutes=5))
        other.post("/people/code/", {"code": "000000"})
    said = other.post("/people/code/", {"code": code(device, 1)}).content.decode()
    assert "looked at in" in said, "even a right one is not looked at before"
    assert other.get("/admin/").status_code == 302


def test_each_recovery_code_opens_once(client: Client, db: None) -> None:
    _anna, _device, codes = with_second_step("anna")
    enter(client, "anna")
    assert client.post("/people/code/", {"code": codes[0].upper()}).status_code == 302
    assert client.get("/admin/").status_code == 200
    other = Client()
    enter(other, "anna")
    other.post("/people/code/", {"code": codes[0]})
    assert other.get("/admin/").status_code == 302
    StaticDevice.objects.update(throttling_failure_count=0)
    other.post("/people/code/", {"code": codes[1]})
    assert other.get("/admin/").status_code == 200


def test_new_codes_and_switching_off_need_a_code(client: Client, db: None) -> None:
    anna, device, codes = with_second_step("anna")
    client.force_login(anna)
    client.post("/people/code/", {"code": codes[0]})
    client.post("/people/me/", {"do": "off", "code": "000000"})
    assert second_step.has_one(anna)
    AuthenticatorApp.objects.update(throttling_failure_count=0)
    earlier = set(StaticToken.objects.values_list("token", flat=True))
    client.post("/people/me/", {"do": "codes", "code": code(device)})
    assert StaticToken.objects.count() == 10
    assert not earlier & set(StaticToken.objects.values_list("token", flat=True))
    client.post("/people/me/", {"do": "off", "code": code(device, 1)})
    assert not second_step.has_one(anna)
    assert not StaticToken.objects.exists()


def test_an_owner_asks_everybody_for_it(browser_of: Callable[[str], Client], client: Client) -> None:
    owner = browser_of("owner")
    anna, _device, _codes = with_second_step("anna")
    ready = Client()
    ready.force_login(anna)
    ready.post("/people/code/", {"code": _codes[0]})
    person("boris", Role.STAFF)
    enter(client, "boris")
    owner.post("/admin/auth/user/rules/", {"required": "1"})
    assert AccessRules.now().second_step_required
    assert owner.get("/admin/").headers["Location"] == "/people/set-up/", "also the one who asked for it"
    assert ready.get("/admin/").status_code == 200, "who has it goes on working"
    assert client.get("/admin/").headers["Location"].startswith("/admin/login/")
    enter(client, "boris")
    for url in ("/admin/", "/people/me/", "/admin/bridge/order/"):
        assert client.get(url).headers["Location"] == "/people/set-up/", url
    client.get("/people/set-up/")
    device = AuthenticatorApp.objects.get(user__username="boris")
    client.post("/people/set-up/", {"code": code(device)})
    assert client.get("/admin/").status_code == 200
    client.post("/people/me/", {"do": "off", "code": code(device, 1)})
    assert second_step.has_one(User.objects.get(username="boris")), "nobody switches off what all must have"


def test_the_rule_stands_in_the_file_too(client: Client, db: None) -> None:
    client.force_login(person("boris", Role.STAFF))
    apply(check({"people": {"second_step_required": True}}))
    assert dump()["people"] == {"second_step_required": True}
    assert client.get("/admin/").status_code == 302
    apply(check({"people": {}}))
    assert AccessRules.now().second_step_required, "a key that is left out keeps its value"
    apply(check({"people": {"second_step_required": False}}))
    assert not AccessRules.now().second_step_required
    for wrong in ({"second_step_required": "yes"}, {"other": 1}, 1):
        with pytest.raises(ConfigurationError, match="people"):
            check({"people": wrong})


def test_an_owner_takes_the_second_step_of_somebody_away(browser_of: Callable[[str], Client]) -> None:
    anna, _device, _codes = with_second_step("anna")
    browser_of("owner").post(f"/admin/auth/user/{anna.pk}/step-off/", {"_form_submitted": "1"})
    assert not second_step.has_one(anna)


# --- sessions ---------------------------------------------------------------------------------------


def age(client: Client, **values: int) -> None:
    session = client.session
    for name, seconds in values.items():
        session[name] = session[name] - seconds
    session.save()


def test_a_session_ends_after_a_week_whatever_is_done(browser_of: Callable[[str], Client]) -> None:
    client = browser_of("staff")
    age(client, signed_in_at=sessions.MOST_SECONDS - 60)
    assert client.get("/admin/").status_code == 200
    age(client, signed_in_at=120)
    assert client.get("/admin/").status_code == 302


def test_a_session_ends_twelve_hours_after_the_last_deed(
    browser_of: Callable[[str], Client], settings: Any
) -> None:
    assert settings.SESSION_COOKIE_AGE == 12 * 3600
    client = browser_of("staff")
    age(client, seen_at=sessions.TOUCH_SECONDS + 1)
    polled = client.get("/admin/", headers={"HX-Request": "true"})
    assert "sessionid" not in polled.cookies, "a page that refreshes itself is nobody's deed"
    opened = client.get("/admin/")
    assert opened.cookies["sessionid"]["max-age"] == 12 * 3600
    assert "sessionid" not in client.get("/admin/").cookies, "written once in five minutes, not at each page"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: Client, db: None) -> None:
    person("anna", Role.STAFF)
    client.get("/admin/login/")
    enter(client, "anna")
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"], name
        assert client.cookies[name]["samesite"] == "Lax", name


def test_signing_out_everywhere_leaves_this_device(browser_of: Callable[[str], Client]) -> None:
    client = browser_of("staff")
    somebody, other, stranger = User.objects.get(), Client(), browser_of("viewer")
    other.force_login(somebody)
    answer = client.post("/people/me/", {"do": "everywhere"})
    assert "1" in str(next(iter(get_messages(answer.wsgi_request))))
    assert client.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 302
    assert stranger.get("/admin/").status_code == 200


def test_one_s_own_deeds_at_the_door_are_in_the_history(client: Client, db: None) -> None:
    anna = person("anna", Role.STAFF)
    client.force_login(anna)
    client.get("/people/set-up/")
    client.cookies["django_language"] = "en"
    client.post("/people/set-up/", {"code": code(AuthenticatorApp.objects.get())})
    assert "switched on" in read(LogEntry.objects.get()).text
