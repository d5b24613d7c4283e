"""Whose certificates are believed: those of the public authorities, and of the owner's own where one is named.

A certificate is checked on every call, and there is no way to leave that out.
"""

from __future__ import annotations

import ssl
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

_own_authorities = ""


def trust(file: str) -> None:
    """Believe the authorities of this PEM file too ("" for none). Sessions that exist already do not notice.

    Raises OSError when it cannot be read, ssl.SSLError when it holds no certificate.
    """
    global _own_authorities
    if file:
        ssl.create_default_context(cafile=file)
    _own_authorities = file


def add_own(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same context, which then believes the owner's authorities besides."""
    if _own_authorities:
        context.load_verify_locations(cafile=_own_authorities)
    return context


class TrustingAdapter(HTTPAdapter):
    """requests adds the public authorities to this context by itself, for each connection it opens."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=add_own(create_urllib3_context()), **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=add_own(create_urllib3_context()), **kwargs)


def session_of_this_machine() -> requests.Session:
    """For addresses of the environment (Telegram, the bridge's own): by the machine's proxy, not kept."""
    session = requests.Session()
    session.mount("https://", TrustingAdapter(max_retries=0))
    return session
