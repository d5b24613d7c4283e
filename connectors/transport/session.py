"""The one pooled session of a process, used by every connector's client.

Connections are kept and reused; nothing is retried here (only the caller knows whether a write may be
repeated), no cookie is kept (accounts share the session), no proxy or netrc of the machine is read.
"""

from __future__ import annotations

import os
import threading
from http.cookiejar import DefaultCookiePolicy

import requests

from connectors.transport.guarded import GuardedAdapter
from connectors.transport.trust import TrustingAdapter

POOL_HOSTS = 16
POOL_PER_HOST = 16

_sessions: dict[tuple[int, bool], requests.Session] = {}
_lock = threading.Lock()


def pooled_session(*, allow_private: bool = False) -> requests.Session:
    """The session of this process: one that may reach private addresses, one that may not.

    Safe to use from several threads, since nothing on it changes after it is made. A forked child gets its
    own: two processes must not write into one socket.
    """
    key = (os.getpid(), allow_private)
    session = _sessions.get(key)
    if session is None:
        with _lock:
            session = _sessions.get(key) or _new_session(allow_private)
            _sessions[key] = session
    return session


def _new_session(allow_private: bool) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers.clear()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter_class = TrustingAdapter if allow_private else GuardedAdapter
    for scheme in ("http://", "https://"):
        session.mount(
            scheme, adapter_class(pool_connections=POOL_HOSTS, pool_maxsize=POOL_PER_HOST, max_retries=0)
        )
    return session


def _after_fork() -> None:
    """A lock held by another thread at the moment of the fork would stay locked for ever in the child."""
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
