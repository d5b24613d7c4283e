"""Sockets that open only to addresses `hosts.py` has passed; the session mounts them under every call.

urllib3 resolves a name when it connects. Here the name is resolved once, every answer checked, and the socket
opened to the checked number itself, so a name that changes its answer in between gains nothing. Host
header, SNI and certificate check still use the name.
"""

from __future__ import annotations

import socket
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from connectors.transport.hosts import checked_addresses
from connectors.transport.trust import TrustingAdapter


class _Guarded(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        failure: Exception | None = None
        for address in checked_addresses(name, self.port, allow_private=False):
            self._dns_host = address
            try:
                return super()._new_conn()
            except (NewConnectionError, ConnectTimeoutError) as exc:
                failure = exc
            finally:
                self._dns_host = name
        raise failure or NewConnectionError(self, f"{name} has no address")


class _GuardedTLS(_Guarded, HTTPSConnection):
    """The method order puts the check before TLS: a refused address sees no handshake either."""


class _GuardedPool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _GuardedTLSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTLS


class GuardedAdapter(TrustingAdapter):
    """The adapter of a session that may only reach the open internet."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _GuardedPool, "https": _GuardedTLSPool}
