"""The diagnosis: what it finds of both sandboxes, what it says to do, who may begin it, what its report leaves out."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from requests import Response, Session
from world import SLOW_MACHINE

from bridge.alerts.models import AlertRules
from bridge.connections.models import Connection, Shop
from bridge.diagnosis import report, runs, words
from bridge.diagnosis.models import Diagnosis
from bridge.diagnosis.of_site import compared
from bridge.diagnosis.table import CHECKS, checks_of
from bridge.inbox.models import InboxEvent
from bridge.people.roles import Role
from bridge.problems import CATALOGUE
from bridge.setup import accounts, sites
from bridge.sync.models import Heartbeat
from connectors.sandbox.control import Sandbox, running_sandbox
from connectors.transport.session import pooled_session
from tests import factories
from tests.admin.conftest import Desk
from tests.people.conftest import person

DIAGNOSIS = "/admin/bridge/diagnosis/"
EN = "en"
CODE = re.compile(r'(?:\b(?:ok|note|warn|bad)\(\s*f?")([a-z_]+)"')


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with running_sandbox(items=2, limiter=False) as box:
        yield box
    pooled_session(allow_private=True).close()


@pytest.fixture
def box(running: Sandbox, settings: Any) -> Iterator[Sandbox]:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    settings.BRIDGE_PUBLIC_URL = ""
    yield running
    running.moysklad.faults.clear()
    running.store.faults.clear()
    running.moysklad.configure(no_rights=[], webhook_error=0)
    running.store.configure(
        wp_cron=True, legacy_storage=False, plugin_version="", plugin_ping=True, events=True
    )


@pytest.fixture
def shop(db: None, box: Sandbox) -> Shop:
    account = accounts.by_token(box.moysklad.url, box.moysklad.token)
    keys = (box.store.consumer_key, box.store.consumer_secret)
    made = sites.by_keys(account, box.store.url, *keys)
    Heartbeat.objects.create(pk=1, at=timezone.now())
    box.store.pair("http://127.0.0.1:9/events", made.site.credentials["event_secret"])
    return made


def levels(run: Diagnosis) -> dict[str, str]:
    return {check: found["level"] for check, found in run.found.items()}


def codes(run: Diagnosis) -> dict[str, str]:
    return {check: found["code"] for check, found in run.found.items()}


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that does not come is waited for no longer."""
    monkeypatch.setattr("bridge.diagnosis.chain.EVENT_WITHIN", 0)
    monkeypatch.setattr("bridge.diagnosis.chain.HOOK_WITHIN", 0)


def test_what_works_is_good_and_nothing_is_left_out(shop: Shop, hurried: None) -> None:
    run = runs.at_once(shop, "owner")
    assert run.state == Diagnosis.State.DONE
    assert set(run.found) == {check.code for check in CHECKS}
    good = {check for check, level in levels(run).items() if level == "ok"}
    assert {"database", "queue", "site", "site_clock", "site_plugin", "site_cron", "site_hpos"} <= good
    assert {"account", "account_rights", "account_clock", "account_budget", "chain_called"} <= good
    assert codes(run)["address"] == "address_none"
    assert codes(run)["account_hooks"] == "hooks_no_address"


def test_what_is_wrong_is_named_with_its_remedy(shop: Shop, box: Sandbox, hurried: None) -> None:
    box.store.configure(wp_cron=False, legacy_storage=True, plugin_version="1.1.0", plugin_ping=False)
    box.moysklad.configure(no_rights=["customerOrder.create"])
    Heartbeat.objects.update(at=timezone.now() - timedelta(hours=1))
    Shop.objects.update(plugin_version="1.1.0")
    run = runs.at_once(Shop.objects.select_related("site", "account").get(), "owner")
    found = codes(run)
    assert found["queue"] == "queue_silent"
    assert (found["site_cron"], found["site_hpos"]) == ("site_cron_off", "site_posts")
    assert (found["site_plugin"], found["chain_asked"]) == ("plugin_old", "chain_old_plugin")
    assert found["account_rights"] == "rights_missing"
    with override("en"):
        said = words.sentence("rights_missing", run.found["account_rights"]["params"])
        assert said == "The employee lacks rights. Customer orders: create."
    for check, level in levels(run).items():
        if level in ("warn", "bad"):
            assert words.remedy(found[check]), check


def test_a_side_that_is_away_does_not_keep_the_others(shop: Shop, box: Sandbox, hurried: None) -> None:
    box.store.faults.add("status", status=503, path="/wp-json", count=None)
    run = runs.at_once(shop, "owner")
    assert levels(run)["site"] == levels(run)["site_clock"] == "bad"
    assert levels(run)["account"] == "ok"
    assert len(run.found) == len(CHECKS)
    assert codes(run)["site"] in CATALOGUE, "the reason is one of the catalogue, no word of the program"
    with override("en"):
        assert words.remedy(codes(run)["site"])


def test_a_side_that_is_away_is_asked_once_however_many_checks_need_it(
    shop: Shop, box: Sandbox, hurried: None
) -> None:
    """Each check would wait for an answer that does not come, and a look would take minutes."""
    box.store.faults.add("status", status=503, path="system_status", count=None)
    box.moysklad.faults.add("status", status=503, path="context/employee", count=None)
    box.store.reset_stats()
    box.moysklad.reset_stats()
    run = runs.at_once(shop, "owner")
    asked = [call["path"] for call in (*box.store.calls(), *box.moysklad.calls())]
    assert sum("system_status" in path for path in asked) == 1
    assert sum("context/employee" in path for path in asked) == 1
    bad = {check for check, level in levels(run).items() if level == "bad"}
    assert {"site", "site_clock", "site_plugin", "site_cron", "site_hpos"} <= bad
    assert {"account", "account_rights", "account_clock", "chain_called"} <= bad


def test_what_was_found_away_is_not_asked_again_by_the_next_portion(
    shop: Shop, box: Sandbox, hurried: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.sync.leased.BUDGET", 0.0)  # a check in each portion
    box.store.faults.add("status", status=503, path="system_status", count=None)
    box.store.reset_stats()
    run = runs.at_once(shop, "owner")
    assert len(run.found) == len(CHECKS)
    assert sum("system_status" in call["path"] for call in box.store.calls()) == 1


def test_a_side_that_hangs_is_not_waited_for_longer_than_a_look_may_take(
    shop: Shop, box: Sandbox, hurried: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.diagnosis.look.ANSWER_WITHIN", 0.5)
    box.moysklad.faults.add("slow", path="context/employee", ms=2 * int(SLOW_MACHINE) * 1000, count=1)
    began = time.monotonic()
    run = runs.at_once(shop, "owner")
    assert levels(run)["account"] == levels(run)["account_rights"] == "bad"
    assert time.monotonic() - began < SLOW_MACHINE


def test_an_event_that_the_site_could_not_deliver_is_said_so(shop: Shop, hurried: None) -> None:
    run = runs.at_once(shop, "owner")
    assert codes(run)["chain_asked"] == "chain_not_delivered"


def test_the_event_is_waited_for_and_known_by_its_time(shop: Shop, box: Sandbox, monkeypatch: Any) -> None:
    """The plugin says it was delivered: then it has to be here, and a worker has to have taken it."""
    monkeypatch.setattr(
        "connectors.woocommerce.plugin.Plugin.ping", lambda *_args, **_more: {"delivered": True, "error": ""}
    )
    run = runs.start(shop, "owner")
    Diagnosis.objects.update(running_since=timezone.now())
    run.refresh_from_db()
    assert runs.portion(run) > 0, "nothing came yet"
    now = timezone.now()
    event = InboxEvent.objects.create(
        connection=shop.site, topic="woocommerce.ping", dedup_key="p", body="{}", due_at=now
    )
    run.refresh_from_db()
    assert runs.portion(run) > 0, "no worker has taken it yet"
    event.state, event.processed_at = InboxEvent.State.DONE, now
    event.save()
    run.refresh_from_db()
    runs.portion(run)
    run.refresh_from_db()
    assert codes(run)["chain_handled"] == "chain_handled"
    assert run.state == Diagnosis.State.DONE


@pytest.mark.parametrize(("apart", "level"), [(0, "ok"), (60, "warn"), (600, "bad")])
def test_clocks_may_differ_a_little(apart: int, level: str) -> None:
    assert compared(timezone.now() - timedelta(seconds=apart), "site_clock").level == level
    assert compared(None, "site_clock").level == "note"


def test_a_look_that_was_ended_stores_nothing_more(shop: Shop) -> None:
    run = runs.start(shop, "owner")
    Diagnosis.objects.update(running_since=timezone.now())
    run.refresh_from_db()
    newer = runs.start(shop, "owner")
    assert runs.portion(run) == 0
    run.refresh_from_db()
    assert (run.state, run.found) == (Diagnosis.State.CANCELLED, {})
    assert Diagnosis.objects.filter(state=Diagnosis.State.RUNNING).get() == newer


@pytest.mark.parametrize(("behind", "code"), [(True, "address_reached"), (False, "address_proxy")])
def test_a_proxy_that_the_bridge_was_not_told_of_is_named(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, behind: bool, code: str
) -> None:
    """Without BEHIND_PROXY all callers have the proxy's address, and share what one of them pays for guessing."""

    def answers(self: Session, url: str, **_more: Any) -> Response:
        found = Response()
        found.status_code = 200
        return found

    monkeypatch.setattr(Session, "get", answers)
    settings.BRIDGE_PUBLIC_URL = "https://bridge.example.com"
    settings.BEHIND_PROXY = behind
    run = runs.at_once(None, "owner")
    assert codes(run)["address"] == code
    assert bool(words.remedy(code)) is not behind


def test_the_report_has_every_check_and_no_secret(
    shop: Shop, hurried: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.at_once(shop, "owner")
    token = shop.account.credentials["token"]
    run.found["site"] = {"level": "bad", "code": "check_failed", "params": {"detail": f"Bearer {token}"}}
    rules = AlertRules(pk=1, secrets={"telegram_token": "123456:of-the-bot", "smtp_password": "of-the-mail"})
    rules.save()
    kept = {"postgres": "of-the-database", "mail": "of-the-environment", "redis": "of-the-queue"}
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", kept["postgres"])
    settings.EMAIL_HOST_PASSWORD = kept["mail"]
    settings.REDIS_URL = f"redis://:{kept['redis']}@queue.example:6379/0"
    told = ", ".join([*rules.secrets.values(), *kept.values()])
    run.found["queue"] = {"level": "bad", "code": "check_failed", "params": {"detail": told}}
    for language in ("ru", "en"):
        with override(language):
            text = report.text(run)
        assert "Bearer •••" in text
        assert not [one for one in (*rules.secrets.values(), *kept.values()) if one in text]
        for row in Connection.objects.all():
            assert not [one for one in (*row.credentials.values(), row.hook_token) if one in text]
        assert len([line for line in text.splitlines() if line.startswith("[")]) == len(CHECKS)


def test_the_terminal_tells_the_same_and_ends_with_an_error_where_something_is_wrong(
    shop: Shop, box: Sandbox, hurried: None
) -> None:
    box.store.configure(events=False)
    said = StringIO()
    with override("en"):
        call_command("diagnose", stdout=said)
    assert "[+] Database" in said.getvalue()
    assert shop.account.credentials["token"] not in said.getvalue()
    box.moysklad.configure(no_rights=["customerOrder.create"])
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("diagnose", "--shop", shop.name, "--json", stdout=told)
    assert json.loads(told.getvalue())[shop.name]["account_rights"]["level"] == "bad"
    with pytest.raises(CommandError, match=shop.name):
        call_command("diagnose", "--shop", "another")


def test_without_a_shop_the_bridge_looks_at_itself(db: None) -> None:
    run = runs.at_once(None, "owner")
    assert set(run.found) == {check.code for check in checks_of(shop=False)}
    assert codes(run)["queue"] == "queue_never"


def test_the_page_shows_the_newest_look_and_begins_another(desk: Desk, shop: Shop, hurried: None) -> None:
    assert "diagnosis-form" in desk.get(DIAGNOSIS, EN)
    assert desk.post(f"{DIAGNOSIS}begin/", {"shop": shop.pk}, EN).status_code == 302
    assert 'hx-trigger="every 2s"' in desk.get(DIAGNOSIS, EN)
    runs.at_once(shop, "owner")
    for language in ("ru", "en"):
        html = desk.get(DIAGNOSIS, language)
        assert 'id="diagnosis-report"' in html
        assert 'hx-trigger="every 2s"' not in html.partition('id="diagnosis"')[2][:300]


def test_of_several_shops_any_can_be_chosen(desk: Desk, shop: Shop) -> None:
    other = factories.ShopFactory(account=shop.account, name="Zebra")
    html = desk.get(DIAGNOSIS, EN)
    choosing = html.partition('<form method="get" class="desk-card">')[2].partition("</form>")[0]
    assert f'<option value="{other.pk}"' in choosing
    assert 'type="submit"' in choosing
    for one in (shop, other):
        html = desk.get(f"{DIAGNOSIS}?shop={one.pk}", EN)
        assert f'<option value="{one.pk}" selected>' in html
        assert f'<input type="hidden" name="shop" value="{one.pk}">' in html


def test_where_no_worker_takes_it_the_page_says_so(desk: Desk, shop: Shop) -> None:
    runs.start(shop, "owner")
    Diagnosis.objects.update(due_at=timezone.now() - timedelta(hours=1))
    Heartbeat.objects.update(at=timezone.now() - timedelta(hours=1))
    html = desk.get(DIAGNOSIS, EN)
    assert "No worker takes the work." in html
    assert "No worker has answered for" in html


def test_staff_begin_a_look_but_have_no_item_made(shop: Shop, db: None, client: Client) -> None:
    client.force_login(person("staff", Role.STAFF))
    assert client.post(f"{DIAGNOSIS}begin/", {"shop": shop.pk, "trial": "1"}).status_code == 302
    assert not Diagnosis.objects.get().trial
    client.force_login(person("viewer", Role.VIEWER))
    assert client.get(DIAGNOSIS).status_code == 200
    assert client.post(f"{DIAGNOSIS}begin/", {"shop": shop.pk}).status_code == 403


def test_every_finding_has_its_words() -> None:
    folder = Path(runs.__file__).parent
    named = {code for file in folder.glob("*.py") for code in CODE.findall(file.read_text(encoding="utf-8"))}
    assert len(named) > 40
    clocks = {f"{side}_clock_{how}" for side in ("site", "account") for how in ("right", "off", "wrong")}
    assert named <= set(words.WORDS)
    assert set(words.WORDS) <= named | clocks
