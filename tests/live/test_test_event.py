"""The bridge asks the plugin of a real shop for its test event: the whole way there and back, and each way it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bridge.demo.launch import stop
from connectors.errors import AuthError, NotFound, PermanentError
from connectors.woocommerce.client import WooCommerce
from tests.live.conftest import KEY, SECRET, eventually
from tests.live.shop_stock import plugin_off

HANDLED = (
    "from bridge.models import InboxEvent;"
    " print('handled', InboxEvent.objects.filter(topic='woocommerce.ping', state=InboxEvent.State.DONE).count())"
)
UNREACHABLE = "http://127.0.0.1:9/events/"
OTHER_SITE = "https://shop.example.com"


def handled(live: Any) -> int:
    """Test events that a worker has taken."""
    return int(live.bridge.manage("shell", "-c", HANDLED).partition("handled ")[2])


def shop(live: Any) -> WooCommerce:
    return WooCommerce(live.lab.url, KEY, SECRET, allow_private=True)


@pytest.mark.timeout(300)
def test_event_that_was_asked_for_comes_and_is_handled(live: Any) -> None:
    before = handled(live)
    assert shop(live).plugin.ping(live.lab.url, secrets=[live.secret]) == {"delivered": True, "error": ""}
    eventually(lambda: handled(live) == before + 1, "a worker has taken the test event")


@pytest.mark.timeout(300)
def test_nobody_without_the_secret_and_no_request_for_another_site_makes_the_plugin_call(live: Any) -> None:
    before = handled(live)
    with pytest.raises(AuthError) as refused:
        shop(live).plugin.ping(live.lab.url, secrets=["not the secret"])
    assert refused.value.code == "sklad_bridge_signature"
    with pytest.raises(AuthError) as refused:
        shop(live).plugin.ping(OTHER_SITE, secrets=[live.secret])
    assert refused.value.code == "sklad_bridge_site"
    live.quiet()
    assert handled(live) == before


@pytest.mark.timeout(300)
def test_event_that_cannot_be_delivered_is_said_in_words(live: Any) -> None:
    stop(live.bridge.web)
    try:
        told = shop(live).plugin.ping(live.lab.url, secrets=[live.secret])
    finally:
        live.bridge.start_web()
        live.bridge.wait_ready()
    assert told["delivered"] is False
    assert told["error"]
    live.note("test event while the bridge is away", repr(told["error"]))


@pytest.mark.timeout(300)
def test_site_that_may_be_a_copy_does_not_call(live: Any) -> None:
    script = str(Path(__file__).with_name("paired_at.php"))
    live.lab.run("php", script, OTHER_SITE)
    try:
        with pytest.raises(PermanentError) as refused:
            shop(live).plugin.ping(live.lab.url, secrets=[live.secret])
    finally:
        live.lab.run("php", script, live.lab.url)
    assert refused.value.code == "sklad_bridge_copy"
    assert shop(live).plugin.ping(live.lab.url, secrets=[live.secret])["delivered"] is True


@pytest.mark.timeout(300)
def test_site_without_the_plugin_does_not_know_the_call(live: Any, tmp_path: Path) -> None:
    with plugin_off(live, tmp_path), pytest.raises(NotFound):
        shop(live).plugin.ping(live.lab.url, secrets=[live.secret])
    assert shop(live).plugin.ping(live.lab.url, secrets=[live.secret])["delivered"] is True
