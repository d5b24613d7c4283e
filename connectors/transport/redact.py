"""Taking secrets and personal data out of what is logged; every URL in a CallRecord passes here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

MASK = "***"

_SECRET_KEY = re.compile(
    r"^(oauth_.*|consumer_key|consumer_secret|.*token|.*password|.*secret|authorization|cookie|set-cookie"
    r"|order_key|key|signature|x-lognex-auth.*)$",
    re.IGNORECASE,
)
_PERSONAL_KEY = re.compile(
    r"^(email|phone|fax|first_name|last_name|company|address_1|address_2|postcode|customer_ip_address"
    r"|customer_user_agent|customer_note|legalfirstname|legallastname|legalmiddlename|legaltitle|legaladdress"
    r"|legaladdressfull|actualaddress|actualaddressfull|shipmentaddress|shipmentaddressfull|inn|birthdate"
    r"|uid|fullname|shortfio)$",
    re.IGNORECASE,
)
_SECRET_TEXT = re.compile(
    r"(?P<lead>(?:Bearer|Basic)\s+|\b(?:oauth_\w+|access_token|token|password|consumer_(?:key|secret))=)"
    r"[^\s&\"']+|\bc[ks]_[0-9A-Za-z]{8,}",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w.-])(?:\+\d[\d\s()-]{7,15}\d|[78][\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2})(?![\w.-])"
)


def _is_private(key: str) -> bool:
    return bool(_SECRET_KEY.match(key) or _PERSONAL_KEY.match(key))


def redact_url(url: str) -> str:
    """The URL without login, secrets of the query, or e-mails and phones in it (MoySklad filters by them)."""
    parts = urlsplit(url)
    netloc = f"{MASK}@{parts.netloc.rpartition('@')[2]}" if "@" in parts.netloc else parts.netloc
    pairs = [
        (key, MASK if _is_private(key) else redact_personal(value))
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    query = "&".join(f"{quote(key)}={quote(value, safe='*,:;=<>~!/ ')}" for key, value in pairs)
    return urlunsplit((parts.scheme, netloc, parts.path, query, ""))


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with credentials masked; `Link` goes through `redact_url` rules (it echoes OAuth
    parameters).
    """
    return {
        name: MASK if _SECRET_KEY.match(name) else redact_secrets(str(value))
        for name, value in headers.items()
    }


def redact_secrets(text: str) -> str:
    """Free text with tokens, passwords and keys masked."""
    return _SECRET_TEXT.sub(lambda found: f"{found['lead'] or ''}{MASK}", text)


def redact_personal(text: str) -> str:
    """Free text with e-mail addresses and phone numbers masked."""
    return _PHONE.sub(MASK, _EMAIL.sub(MASK, text))


def redact_data(value: Any) -> Any:
    """A copy of decoded JSON with the values of secret and personal keys masked, at any depth."""
    if isinstance(value, Mapping):
        return {
            key: MASK
            if item not in (None, "", [], {})
            and (_SECRET_KEY.match(str(key)) or _PERSONAL_KEY.match(str(key)))
            else redact_data(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [redact_data(item) for item in value]
    if isinstance(value, str):
        return redact_personal(redact_secrets(value))
    return value


def redact_body(body: bytes, *, limit: int = 20_000) -> str:
    """A wire body as text for a log: JSON masked by key, anything else by pattern, cut at `limit`
    characters.
    """
    text = body.decode("utf-8", errors="replace")
    try:
        text = json.dumps(redact_data(json.loads(text)), ensure_ascii=False)
    except ValueError:
        text = redact_personal(redact_secrets(text))
    return text if len(text) <= limit else f"{text[:limit]}… ({len(body)} bytes)"
