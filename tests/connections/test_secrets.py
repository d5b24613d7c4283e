"""Credentials are unreadable in the database, survive a change of keys, and a lost key is named."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from bridge.connections.models import Connection, Vendor

pytestmark = pytest.mark.django_db
SECRET = "token-that-nobody-may-read"


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM bridge_connection")
        return str(cursor.fetchone()[0])


@pytest.fixture
def account(db: None) -> Connection:
    return Connection.objects.create(
        vendor=Vendor.MOYSKLAD,
        name="main",
        base_url="https://api.example.test",
        credentials={"token": SECRET},
    )


def test_the_column_holds_no_readable_secret(account: Connection) -> None:
    assert SECRET not in stored()
    assert Connection.objects.get().credentials == {"token": SECRET}


def test_an_older_key_still_reads_and_the_newest_writes(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.CREDENTIALS_KEYS = [old]
    account = Connection.objects.create(
        vendor=Vendor.MOYSKLAD,
        name="main",
        base_url="https://api.example.test",
        credentials={"token": SECRET},
    )
    settings.CREDENTIALS_KEYS = [new, old]
    account.refresh_from_db()
    account.save()
    settings.CREDENTIALS_KEYS = [new]
    assert Connection.objects.get().credentials == {"token": SECRET}


@pytest.mark.usefixtures("account")
def test_a_lost_key_says_what_to_put_back(settings: Any) -> None:
    settings.SECRET_KEY = "another"
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        Connection.objects.get()
