"""Secrets and keys of a configuration file: asked for, kept, written out only when wanted, told to nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import translation

from bridge.configuration.apply import apply
from bridge.configuration.dump import dump
from bridge.configuration.errors import ConfigurationError
from bridge.configuration.read import check
from bridge.connections.models import Connection
from bridge.history import deeds
from tests.configuration.full_file import FULL, changed, directory

__all__ = ["directory"]


@pytest.mark.usefixtures("directory")
def test_a_changed_secret_keeps_the_earlier_one_valid() -> None:
    apply(check(FULL))
    apply(check(changed(event_secret="new")))
    credentials = Connection.objects.get(vendor="woocommerce").credentials
    assert (credentials["event_secret"], credentials["previous_event_secret"]) == ("new", "secret")


def without_logins(address: str = "") -> dict[str, Any]:
    """The file as it is written without secrets; `address`: the site is said to be elsewhere."""
    written = dump()
    assert not {"consumer_key", "consumer_secret", "event_secret"} & written["shop"]["site"].keys()
    assert written["moysklad"]["main"].keys() == {"base_url"}
    if address:
        written["shop"]["site"]["url"] = address
    return written


@pytest.mark.usefixtures("directory")
def test_a_file_written_without_secrets_keeps_those_that_are_stored() -> None:
    apply(check(FULL))
    before = dump(secrets=True)
    apply(check(without_logins()))
    assert dump(secrets=True) == before


@pytest.mark.usefixtures("directory")
def test_the_history_says_what_a_file_changed_without_its_logins(tmp_path: Path) -> None:
    apply(check(FULL))
    owner = User.objects.create_superuser("owner")
    settings = json.loads(json.dumps(FULL))
    settings["shop"]["site"] |= {"number_prefix": "NEW-", "consumer_secret": "cs_2"}
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(settings), encoding="utf-8")
    with translation.override("en"):
        call_command("configure", str(path))
    [entry] = LogEntry.objects.all()
    assert (entry.user, entry.object_repr) == (owner, "site")
    with translation.override("en"):
        deed = deeds.read(entry)
    assert deed.text == "Set from a file with the command configure."
    assert sorted(deed.values) == [
        ("consumer_secret", "", deeds.MASK),
        ("number_prefix", "WOO-", "NEW-"),
    ]
    call_command("configure", str(path))
    assert LogEntry.objects.count() == 1, "nothing changed, nothing is said"
    with pytest.raises(CommandError, match="Nobody signs in as someone"):
        call_command("configure", str(path), by="someone")


@pytest.mark.usefixtures("directory")
def test_stored_keys_go_to_no_other_address() -> None:
    apply(check(FULL))
    with pytest.raises(ConfigurationError, match="“consumer_key” and “consumer_secret” are missing"):
        apply(check(without_logins("https://elsewhere.example.test")))
    account = {"moysklad": {"main": {"base_url": "https://elsewhere.example.test"}}}
    with pytest.raises(ConfigurationError, match="needs a token, or login and password"):
        apply(check(account))
    assert Connection.objects.get(name="site").credentials["consumer_key"] == "ck_1"


@pytest.mark.usefixtures("directory")
def test_a_new_shop_and_a_new_account_need_their_keys() -> None:
    site = {key: value for key, value in FULL["shop"]["site"].items() if not key.startswith("consumer_")}
    with pytest.raises(ConfigurationError) as caught:
        apply(check({"moysklad": {"main": {"base_url": "https://api.example.test"}}, "shop": {"site": site}}))
    assert "[moysklad.main] needs a token, or login and password" in str(caught.value)
    assert "[shop.site] “consumer_key” and “consumer_secret” are missing" in str(caught.value)


@pytest.mark.parametrize("half", ["consumer_key", "consumer_secret"])
def test_half_a_login_is_a_mistake(half: str) -> None:
    site = {"url": "https://shop.example.test", "moysklad": "main", half: "x"}
    with pytest.raises(ConfigurationError, match="is missing"):
        check({"shop": {"site": site}})
    with pytest.raises(ConfigurationError, match="“password” is missing"):
        check({"moysklad": {"main": {"base_url": "https://api.example.test", "login": "x"}}})
