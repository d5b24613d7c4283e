"""Every stored secret is encrypted, and `rotate_secrets` encrypts all of them anew, however often it is interrupted."""

from __future__ import annotations

from importlib import import_module
from itertools import islice
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from bridge.alerts.models import AlertRules
from bridge.connections import rotation
from bridge.connections.models import Connection, Vendor
from bridge.people import second_step
from bridge.people.models import AuthenticatorApp
from bridge.people.roles import Role
from tests.people.conftest import person

pytestmark = pytest.mark.django_db
TABLES = {
    "bridge_connection": "credentials",
    "bridge_alertrules": "secrets",
    "bridge_authenticatorapp": "secret",
}


def stored(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {TABLES[table]} FROM {table}")
        return [str(row[0]) for row in cursor.fetchall()]


def some_of_everything(accounts: int = 3) -> AuthenticatorApp:
    for number in range(accounts):
        Connection.objects.create(
            vendor=Vendor.MOYSKLAD,
            name=f"a{number}",
            base_url="https://a.example",
            credentials={"token": "t"},
        )
    AlertRules.objects.create(pk=1, secrets={"telegram_token": "t"})
    return AuthenticatorApp.objects.create(user=person("olga", Role.OWNER), name="app", confirmed=True)


def test_with_the_newest_key_alone_everything_can_be_read_afterwards(settings: Any, capsys: Any) -> None:
    app = some_of_everything()
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    for keys in ([old], [new, old]):  # first away from what is made of SECRET_KEY
        settings.CREDENTIALS_KEYS = keys
        call_command("rotate_secrets")
        assert capsys.readouterr().out.splitlines()[-1].startswith("5 encrypted anew")
    settings.CREDENTIALS_KEYS, settings.SECRET_KEY = [new], "another"
    assert Connection.objects.first().credentials == {"token": "t"}  # type: ignore[union-attr]
    assert AlertRules.now().secrets == {"telegram_token": "t"}
    assert AuthenticatorApp.objects.get().bin_key == app.bin_key
    assert all(Fernet(new).decrypt(text) for table in TABLES for text in stored(table))


def test_an_interrupted_rotation_goes_on_with_what_is_left(
    settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    some_of_everything(accounts=5)
    monkeypatch.setattr(rotation, "PORTION", 2)
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode()]
    first = list(islice(rotation.rotate(), 3))
    assert sum(now.rotated for now in {now.column: now for now in first}.values()) < 7
    call_command("rotate_secrets")
    said = capsys.readouterr().out
    assert "bridge.Connection.credentials: 4 of 5" in said
    assert list(rotation.rotate())[-1].rotated == 0


def test_a_row_that_is_saved_meanwhile_keeps_what_was_saved(settings: Any) -> None:
    some_of_everything(accounts=1)
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode()]
    rows = Connection.objects.annotate(raw=rotation.Cast("credentials", rotation.TextField()))
    (pk, raw) = rows.values_list("pk", "raw").get()
    Connection.objects.update(credentials={"token": "newer"})
    assert rotation._encrypt_anew(rows, "credentials", pk, raw) == 0
    assert Connection.objects.get().credentials == {"token": "newer"}


def test_a_missing_key_is_said_and_loses_nothing(settings: Any) -> None:
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode()]
    some_of_everything()
    before = stored("bridge_connection")
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="put back"):
        call_command("rotate_secrets")
    assert stored("bridge_connection") == before
    with pytest.raises(ImproperlyConfigured):
        Connection.objects.first()


def test_the_second_step_is_unreadable_in_the_database() -> None:
    olga = person("olga", Role.OWNER)
    app = second_step.begin(olga)
    app.confirmed = True
    app.save()
    codes = second_step.new_recovery_codes(olga)
    assert app.secret not in stored("bridge_authenticatorapp")[0]
    assert list(TOTPDevice.objects.values_list("key", flat=True)) == [""]
    assert not set(codes) & set(StaticToken.objects.values_list("token", flat=True))
    assert second_step.passes(olga, codes[0])


def test_an_update_encrypts_what_is_there_and_people_notice_nothing() -> None:
    olga = person("olga", Role.OWNER)
    device = TOTPDevice.objects.create(user=olga, name="app", confirmed=True)
    TOTPDevice.objects.create(user=olga, name="another", confirmed=True)
    recovery = StaticDevice.objects.create(user=olga, name="recovery")
    StaticToken.objects.create(device=recovery, token="abcdefgh")
    import_module("bridge.migrations.0025_encrypted_second_step").encrypt(apps, None)
    assert AuthenticatorApp.objects.get(name="app").bin_key == device.bin_key
    assert set(TOTPDevice.objects.values_list("key", flat=True)) == {""}
    assert second_step.passes(olga, "abcdefgh")
    assert not StaticToken.objects.exists()
    assert second_step.passes(olga, second_step.new_recovery_codes(olga)[0])
