"""How often one address knocked this minute at the doors anybody can reach, without proving who it is.

Counted in Redis where there is one, for all web processes together; else, and while Redis is away, by each for itself.
Never in the database: strangers must not make it work. Whoever proves who they are is not counted, however often they
come: a shop at an address with a bad neighbour loses nothing.
"""

from __future__ import annotations

import time
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from bridge.people.throttle import address_of

SECONDS = 60
GUESSES = 60
"""A minute of whoever tries tokens or one-time links; more are told to wait."""
MOST_ADDRESSES = 10_000
"""Of each process in a minute; those beyond count as one, so that inventing addresses fills no memory."""

_minute = 0
_counts: dict[tuple[str, str], int] = {}


def count(door: str, request: HttpRequest) -> int:
    """Note one more knock of this address; how many it were this minute."""
    global _minute
    minute = int(time.time() // SECONDS)
    if minute != _minute:
        _minute = minute
        _counts.clear()
    key = (door, network_of(address_of(request)))
    if key not in _counts and len(_counts) >= MOST_ADDRESSES:
        key = (door, "")
    together = 0
    if settings.REDIS_URL:  # else its library is not even read
        from bridge.people.shared_knocks import shared

        together = shared(minute, *key, expires=2 * SECONDS)
    _counts[key] = max(_counts.get(key, 0) + 1, together)
    return _counts[key]


def seconds_left() -> int:
    """Until everybody may knock again."""
    return SECONDS - int(time.time() % SECONDS)


def network_of(address: str) -> str:
    """An IPv4 address; of IPv6 the network of a household, which has 2^64 of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:45]
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)
