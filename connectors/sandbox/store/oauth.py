"""OAuth 1.0a as WooCommerce checks it over plain http; Basic keys are heard only over TLS, so here they are no
login."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from urllib.parse import quote, unquote

from connectors.sandbox.http import Request
from connectors.sandbox.store.errors import RestError, not_authenticated
from connectors.sandbox.store.shop import ApiKey, Shop

WINDOW = 15 * 60
NEEDED = ("oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")
HASHES = {"HMAC-SHA256": hashlib.sha256, "HMAC-SHA1": hashlib.sha1}
HEADER_PAIR = re.compile(r'(oauth_\w+)="([^"]*)"')


def authenticate(shop: Shop, request: Request) -> ApiKey:
    """The key that signed the call. 401 cannot_view without a signature, authentication_error with a wrong one."""
    parameters = request.query
    if request.header("authorization").lower().startswith("oauth "):
        pairs = HEADER_PAIR.findall(request.header("authorization"))
        parameters = [*parameters, *((name, unquote(value)) for name, value in pairs)]
    given = dict(parameters)
    if not given.get("oauth_consumer_key"):
        raise RestError(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
    missing = [name for name in NEEDED if not given.get(name)]
    if missing:
        raise not_authenticated(f"Missing OAuth parameter {', '.join(missing)}")
    key = next((key for key in shop.keys if key.consumer_key == given["oauth_consumer_key"]), None)
    if key is None:
        raise not_authenticated("Consumer key is invalid.")
    check_signature(key, request, parameters, origin_of(shop, request))
    check_time(shop, key, given["oauth_timestamp"], given["oauth_nonce"])
    if key.permissions == "read" and request.method not in ("GET", "HEAD", "OPTIONS"):
        raise not_authenticated("The API key provided does not have write permissions.")
    return key


def origin_of(shop: Shop, request: Request) -> str:
    """The address the client believes it called: the Host header decides, port included."""
    return f"http://{request.header('host')}" if request.header("host") else shop.origin


def check_signature(key: ApiKey, request: Request, parameters: list[tuple[str, str]], origin: str) -> None:
    given = dict(parameters)
    algorithm = HASHES.get(given["oauth_signature_method"])
    if algorithm is None:
        raise not_authenticated("Invalid signature - signature method is invalid.")
    pairs = sorted((encode(name), encode(value)) for name, value in parameters if name != "oauth_signature")
    query = "&".join(f"{name}={value}" for name, value in pairs)
    base = f"{request.method}&{encode(origin + request.path)}&{encode(query)}"
    digest = hmac.new(f"{key.consumer_secret}&".encode(), base.encode(), algorithm).digest()
    if not hmac.compare_digest(base64.b64encode(digest).decode(), given["oauth_signature"]):
        raise not_authenticated("Invalid signature - provided signature does not match.")


def check_time(shop: Shop, key: ApiKey, timestamp: str, nonce: str) -> None:
    """At most 15 minutes off, and every nonce once."""
    now = int(time.time())
    if not timestamp.isdecimal() or abs(now - int(timestamp)) > WINDOW:
        raise not_authenticated("Invalid timestamp.")
    if shop.options.check_nonce and nonce in key.nonces:
        raise not_authenticated("Invalid nonce - nonce has already been used.")
    key.nonces[nonce] = int(timestamp)
    if len(key.nonces) > 20_000:
        key.nonces = {name: at for name, at in key.nonces.items() if at > now - WINDOW}


def encode(text: str) -> str:
    return quote(text, safe="~")
