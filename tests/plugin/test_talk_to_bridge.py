"""The plugin's PHP and the bridge's Python understand one another: a code, an event, a question about an order."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from bridge.connections.models import Connection, Shop
from bridge.inbox.models import InboxEvent
from bridge.pairing import codes
from connectors.sandbox.control import Sandbox, running_sandbox
from tests import factories

SCRIPT = Path(__file__).with_name("talk_to_bridge.php")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("php") is None, reason="needs PHP (php-cli)"),
]


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with running_sandbox(items=1, limiter=False) as sandbox:
        yield sandbox


@pytest.fixture
def account(live_server: Any, settings: Any) -> Connection:
    settings.BRIDGE_PUBLIC_URL = live_server.url.replace("localhost", "127.0.0.1")
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    cache.clear()
    return factories.AccountFactory()


def talk(box: Sandbox, code: str, order_id: str = "621", secret: str = "") -> dict[str, Any]:
    keys = (box.store.consumer_key, secret or box.store.consumer_secret)
    command = ["php", str(SCRIPT), code, box.store.url, *keys, order_id]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def test_a_code_an_event_and_a_question_go_through(box: Sandbox, account: Connection) -> None:
    site = factories.SiteFactory(base_url=box.store.url)
    shop = factories.ShopFactory(site=site, account=account, home_url=box.store.url)
    order = factories.OrderFactory(shop=shop, source_id="621", number="621")
    said = talk(box, codes.make(account, None)[1])
    assert (said["fault"], said["revoked"]) == ("", 0)
    assert said["address"].endswith(f"/api/v1/events/woocommerce/{site.pk}/")
    assert said["ping"] == "delivered"
    assert InboxEvent.objects.get(connection=site).topic == "woocommerce.ping"
    assert said["order"]["code"] == "not_sent"
    assert said["order"]["page"].endswith(f"/admin/bridge/order/{order.pk}/change/")
    assert said["again"] == "queued"
    assert Shop.objects.get().site.credentials["consumer_secret"] == box.store.consumer_secret


def test_what_the_bridge_refuses_is_said_in_russian_and_the_key_is_taken_back(
    box: Sandbox, account: Connection
) -> None:
    said = talk(box, codes.make(account, None)[1], secret="cs_" + "0" * 40)
    assert said["revoked"] == 1
    assert said["address"] == ""
    assert any("а" <= letter <= "я" for letter in said["fault"].lower())
    assert not Shop.objects.exists()
