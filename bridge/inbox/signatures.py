"""Proof that a message comes from the shop: HMAC-SHA256 over the raw bytes, compared in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable


def _digest(secret: str, data: bytes) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), data, hashlib.sha256).digest())


def sign_event(secret: str, event_id: str, timestamp: str, body: bytes) -> str:
    """The plugin's signature, in the way of Standard Webhooks: `v1=` over `id.timestamp.body`."""
    return "v1=" + _digest(secret, f"{event_id}.{timestamp}.".encode() + body).decode()


def verify_event(secrets: Iterable[str], event_id: str, timestamp: str, body: bytes, header: str) -> bool:
    """True when any of the header's signatures (separated by spaces) was made with any of `secrets`."""
    offered = [signature.encode() for signature in header.split()[:4]]
    good = False
    for secret in secrets:
        expected = sign_event(secret, event_id, timestamp, body).encode()
        for signature in offered:
            good |= hmac.compare_digest(signature, expected)
    return good


def verify_core(secrets: Iterable[str], body: bytes, header: str) -> bool:
    """WooCommerce's own `X-WC-Webhook-Signature`: base64 of HMAC-SHA256 over the raw body."""
    good = False
    for secret in secrets:
        good |= hmac.compare_digest(header.encode(), _digest(secret, body))
    return good
