"""What each answer forbids the browser, and that an installation on the internet passes Django's own examination."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bridge.people.roles import Role
from tests.people.conftest import person

ROOT = Path(__file__).resolve().parents[2]


def policy(client: Client, path: str) -> dict[str, list[str]]:
    """The directives of a page's Content-Security-Policy."""
    header = client.get(path).headers["Content-Security-Policy"]
    parts = [part.split() for part in header.split(";")]
    return {name: sources for name, *sources in parts}


@pytest.fixture
def owner(db: None) -> Client:
    client = Client()
    client.force_login(person("olga", Role.OWNER))
    return client


@pytest.mark.parametrize(
    "path", ["/healthz", "/nowhere", "/api/v1/orders/", "/api/v1/docs/", "/api/v1/pair/"]
)
def test_outside_the_desk_no_page_runs_or_loads_anything_of_others(owner: Client, path: str) -> None:
    directives = policy(owner, path)
    assert directives["default-src"] == directives["base-uri"] == directives["frame-ancestors"] == ["'none'"]
    assert directives["script-src"] == directives["style-src"] == directives["form-action"] == ["'self'"]
    assert "unsafe" not in str(directives)


@pytest.mark.parametrize("path", ["/api/v1/events/woocommerce/1/", "/hooks/moysklad/nothing/stock/"])
def test_at_the_doors_nothing_is_shown_at_all(owner: Client, path: str) -> None:
    nothing = ("default-src", "frame-ancestors", "base-uri", "form-action")
    assert policy(owner, path) == {one: ["'none'"] for one in nothing}


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/people/me/", "/people/welcome/nothing/"])
def test_the_desk_allows_what_unfold_needs_and_no_more(owner: Client, path: str) -> None:
    directives = policy(owner, path)
    assert directives["script-src"] == ["'self'", "'unsafe-eval'"]
    assert directives["style-src"] == ["'self'", "'unsafe-inline'"]
    assert directives["default-src"] == ["'none'"]
    assert directives["form-action"] == directives["connect-src"] == ["'self'"]


def test_only_the_step_that_leads_to_the_shop_may_send_a_form_there(
    owner: Client, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.setup.steps.answering_accounts", lambda: [shop.account])
    assert "https:" in policy(owner, reverse("admin:bridge_setup_site"))["form-action"]
    assert "https:" not in policy(owner, reverse("admin:bridge_shop_changelist"))["form-action"]


INLINE = re.compile(r"""\son[a-z]+\s*=\s*["'{]|javascript:""", re.IGNORECASE)


def test_no_template_hands_the_browser_a_script_that_it_would_not_run() -> None:
    """An `onchange="…"` does nothing under this policy, and nobody is told."""
    assert INLINE.search('<select onchange="this.form.submit()">')
    assert not INLINE.search('<button x-on:click="open = true" content="one">')
    templates = [*(ROOT / "bridge" / "templates").rglob("*.html")]
    assert len(templates) > 50
    found = [
        str(one.relative_to(ROOT)) for one in templates if INLINE.search(one.read_text(encoding="utf-8"))
    ]
    assert not found


def test_the_page_of_the_api_has_nothing_written_into_it(owner: Client) -> None:
    html = owner.get("/api/v1/docs/").content.decode()
    assert "<style" not in html
    assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []
    script = next(one for one in re.findall(r'<script src="([^"]+)"', html) if "script=" in one)
    answer = owner.get(script.replace("&amp;", "&"))
    assert answer.headers["Content-Type"].startswith("application/javascript")


@pytest.fixture
def on_the_internet(tmp_path: Path) -> dict[str, str]:
    """The environment that docs/security.md gives."""
    given = (ROOT / "docs" / "security.md").read_text().partition("```ini")[2].partition("```")[0]
    documented = dict(line.split("=", 1) for line in given.split() if "=" in line)
    documented["DATABASE_URL"] = f"sqlite:///{tmp_path / 'check.sqlite3'}"
    return {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **documented}


def manage(env: dict[str, str], *words: str) -> str:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_installation_on_the_internet_passes_the_examination(on_the_internet: dict[str, str]) -> None:
    assert "no issues" in manage(on_the_internet, "check", "--deploy", "--fail-level", "INFO")


SIGN_IN = """
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
User.objects.create_superuser("owner", password="a long enough one")
https = {"secure": True, "headers": {"host": settings.ALLOWED_HOSTS[0], "x-forwarded-proto": "https"}}
words = {"username": "owner", "password": "a long enough one"}
answer = Client().post("/admin/login/", words, **https)
print(answer.status_code, answer.headers["Strict-Transport-Security"])
for cookie in answer.cookies.values():
    print(cookie.OutputString())
"""


def test_an_installation_on_the_internet_wants_https_and_keeps_its_cookies_to_it(
    on_the_internet: dict[str, str],
) -> None:
    manage(on_the_internet, "migrate", "--verbosity", "0")
    status, *cookies = manage(on_the_internet, "shell", "--no-imports", "--command", SIGN_IN).splitlines()
    assert re.fullmatch(r"302 max-age=[1-9][0-9]{6,}", status)
    assert {"sessionid", "csrftoken"} <= {one.partition("=")[0] for one in cookies}
    assert all("Secure" in one and "SameSite=Lax" in one for one in cookies)
    assert all("HttpOnly" in one for one in cookies if one.startswith("sessionid"))
