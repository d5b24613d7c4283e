"""Addresses that must not be called are refused, in the form and again at the socket."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from connectors.errors import TransientError, WrongHost
from connectors.transport.hosts import check_address, is_outside, normal_address
from connectors.transport.session import pooled_session


def resolving_to(*addresses: str) -> Any:
    def getaddrinfo(host: str, port: int, *_args: Any, **_kwargs: Any) -> list[Any]:
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in ip], socket.SOCK_STREAM, 6, "", (ip, port)) for ip in addresses]

    return getaddrinfo


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example",
        "file:///etc/passwd",
        "shop.example",
        "https://user:secret@shop.example",
        "https://",
        "https://shop.example?x=1",
        "https://shop.example:99999",
        "https://shop .example",
    ],
)
def test_an_address_that_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(WrongHost):
        normal_address(url)


def test_one_address_has_one_spelling() -> None:
    assert normal_address(" HTTPS://Shop.Example:443/store/ ") == "https://shop.example/store"
    assert normal_address("http://магазин.рф/") == "http://xn--80aairftm.xn--p1ai"
    assert normal_address("http://[::1]:8080/") == "http://[::1]:8080"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.5",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_a_name_that_leads_inside_is_refused_unless_allowed(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.216.34", address))
    with pytest.raises(WrongHost, match="private network"):
        check_address("https://shop.example", allow_private=False)
    assert check_address("https://shop.example", allow_private=True) == "https://shop.example"


@pytest.mark.parametrize(
    ("host", "outside"),
    [
        ("bridge.example.com", True),
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("localhost", False),
        ("bridge.localhost", False),
        ("bridge", False),
        ("nas.local.", False),
        ("10.0.0.7", False),
        ("::1", False),
        ("fd00::1", False),
        ("", False),
    ],
)
def test_a_host_inside_is_known_by_its_spelling_alone(
    monkeypatch: pytest.MonkeyPatch, host: str, outside: bool
) -> None:
    monkeypatch.delattr("socket.getaddrinfo")
    assert is_outside(host) is outside


def test_a_public_name_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.216.34", "2606:2800:21f:cb07::1"))
    assert check_address("https://shop.example/", allow_private=False) == "https://shop.example"


def test_a_name_without_an_address_may_have_one_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_args: Any, **_kwargs: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", missing)
    with pytest.raises(TransientError, match="cannot be found"):
        check_address("https://shop.example", allow_private=False)


def test_the_socket_itself_opens_to_no_private_address(stub: Any, reply: Any) -> None:
    stub.replies(reply(200, b"secret"))
    with pytest.raises(WrongHost):
        pooled_session().get(f"{stub.root}/", timeout=20)
    assert stub.seen == []


def test_a_name_that_changes_its_answer_after_the_check_gains_nothing(
    stub: Any, reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.replies(reply(200, b"secret"))
    port = int(stub.root.rpartition(":")[2])
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.216.34"))
    check_address(f"http://rebound.example:{port}", allow_private=False)
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("127.0.0.1"))
    with pytest.raises(WrongHost):
        pooled_session().get(f"http://rebound.example:{port}/", timeout=20)
    assert stub.seen == []


def test_the_socket_opens_to_the_checked_number_and_the_name_stays_in_the_request(
    stub: Any, reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.replies(reply(200, b"ok"))
    port = int(stub.root.rpartition(":")[2])
    real, asked = socket.getaddrinfo, []

    def getaddrinfo(host: str, *args: Any, **kwargs: Any) -> Any:
        asked.append(host)
        return (
            resolving_to("127.0.0.1")(host, port) if host == "shop.example" else real(host, *args, **kwargs)
        )

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr("connectors.transport.hosts.is_public", lambda _address: True)
    with pooled_session() as session:
        assert session.get(f"http://shop.example:{port}/", timeout=20).status_code == 200
    assert stub.seen[0].headers["Host"] == f"shop.example:{port}"
    assert asked == ["shop.example", "127.0.0.1"], "the name is resolved once; the socket gets the number"
