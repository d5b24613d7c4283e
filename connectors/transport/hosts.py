"""Which addresses may be called at all: checked when a person types one, and again when a socket is opened.

A shop's address is typed by its owner, so without this check the bridge could be pointed at the machines
of its own network. DNS rebinding (a name that answers differently the second time) is met by
`checked_addresses`: `guarded.py` opens its sockets only to the very addresses that passed here, it never
resolves the name again. What stays open: a public machine that forwards to a private one; no client can
see that.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit, urlunsplit

from connectors.errors import TransientError, WrongHost

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_INSIDE = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_DEFAULT_PORTS = {"http": 80, "https": 443}

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_loopback(host: str) -> bool:
    """Whether the name or address of a host is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_outside(host: str) -> bool:
    """Whether a host may be on the internet, by its spelling alone: a name is not looked up."""
    try:
        return is_public(ipaddress.ip_address(host))
    except ValueError:
        name = host.lower().rstrip(".")
        return "." in name and not name.endswith(_INSIDE)


def normal_address(url: str) -> str:
    """The base address in its one spelling: lower-case ASCII host, no default port, no trailing slash.

    Raises WrongHost for everything that is not a plain http(s) address. Does not touch the network.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii").rstrip(".")
    except ValueError as exc:  # also UnicodeError of the idna codec
        detail = f"This is not an address: {exc}. Enter it like https://shop.example"
        raise WrongHost(detail, why="no_address") from exc
    if parts.scheme not in _DEFAULT_PORTS:
        raise WrongHost("The address must begin with https:// (or http://).", why="no_scheme")
    if "@" in parts.netloc:
        detail = "The address must not hold a login or password; enter them in their own fields."
        raise WrongHost(detail, why="holds_login")
    if not host or any(c.isspace() for c in url.strip()):
        raise WrongHost("The address has no host name. Enter it like https://shop.example", why="no_host")
    if parts.query or parts.fragment:
        detail = "The address must end before '?' or '#'. Enter it like https://shop.example"
        raise WrongHost(detail, why="too_long")
    if ":" in host:
        host = f"[{host}]"
    netloc = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    return urlunsplit((parts.scheme, netloc, parts.path.rstrip("/"), "", ""))


def check_address(url: str, *, allow_private: bool) -> str:
    """Refuse an address the bridge must not call; return its normal spelling.

    Raises WrongHost (with a sentence that says what to do) for other schemes, credentials in the address and,
    unless `allow_private`, for any name one of whose addresses is loopback, private, link-local or reserved.
    Raises TransientError when the name cannot be resolved just now.
    """
    normal = normal_address(url)
    parts = urlsplit(normal)
    checked_addresses(
        parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme], allow_private=allow_private
    )
    return normal


def checked_addresses(host: str, port: int, *, allow_private: bool) -> list[str]:
    """Resolve `host` and return its addresses, all of them checked. Raises as `check_address` does."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        detail = f"The name {host} cannot be found. Check the spelling and the DNS."
        raise TransientError(detail, code="net_dns", why="name_unknown") from exc
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not allow_private:
        for address in addresses:
            if not is_public(ipaddress.ip_address(address.partition("%")[0])):
                raise WrongHost(
                    f"{host} leads to {address}, an address inside a private network. Enter the public "
                    "address, or allow private hosts in the settings (BRIDGE_ALLOW_PRIVATE_HOSTS).",
                    why="private",
                    names={"host": host, "address": address},
                )
    return addresses


def is_public(address: IPAddress) -> bool:
    """Whether this address belongs to the open internet; IPv4 hidden inside IPv6 is looked at too."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(v4 is not None and not is_public(v4) for v4 in inner):
            return False
    return address.is_global and not address.is_multicast
