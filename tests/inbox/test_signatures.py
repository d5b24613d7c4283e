"""Both signatures agree with the vectors the plugin's own tests use, and with recorded WooCommerce deliveries."""

import json
from pathlib import Path
from typing import Any

import pytest

from bridge.inbox.signatures import sign_event, verify_core, verify_event

TESTS = Path(__file__).parent.parent
VECTORS = json.loads((TESTS / "contracts" / "signature_vectors.json").read_text())


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["name"]))
def test_the_plugin_and_the_bridge_sign_alike(case: dict[str, Any]) -> None:
    body, stamp = case["body"].encode(), str(case["timestamp"])
    assert (
        " ".join(sign_event(secret, case["id"], stamp, body) for secret in case["secrets"]) == case["header"]
    )
    for secret in case["secrets"]:
        assert verify_event([secret], case["id"], stamp, body, case["header"])
        assert not verify_event([secret], case["id"], stamp, body + b" ", case["header"])
    assert not verify_event(["another"], case["id"], stamp, body, case["header"])


def test_a_recorded_delivery_of_woocommerce_verifies() -> None:
    delivery = json.loads((TESTS / "payloads" / "woocommerce" / "webhook_order_created.json").read_text())
    body = delivery["raw_body"].encode()
    signature = delivery["headers"]["X-WC-Webhook-Signature"]
    assert verify_core(["labsecret"], body, signature)
    assert not verify_core(["other"], body, signature)
