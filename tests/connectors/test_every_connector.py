"""What the bridge asks of any connector, whoever the vendor is (docs/connectors.md): the same calls against each."""

from __future__ import annotations

import pkgutil
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

import connectors
from bridge.connections import clients, vendor_codes
from bridge.connections.models import Vendor
from connectors import errors
from connectors.errors import ConnectorError, OutcomeUnknown, RateLimited, TransientError, WrongHost
from connectors.moysklad.auth import Token
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Budget, Governor, MemoryStore
from connectors.transport.record import CallRecord
from connectors.woocommerce.client import WooCommerce

SECRET = "never-shown-to-anybody"


class Connector(NamedTuple):
    """How a client of it is made for the server at a root, and a call of each sort."""

    client: Callable[..., Any]
    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


def account(root: str, **more: Any) -> MoySklad:
    governor = Governor(MemoryStore(), Budget(calls=1000, learn=False))
    return MoySklad(f"{root}/api/remap/1.2", Token(SECRET), governor=governor, **more)


def site(root: str, **more: Any) -> WooCommerce:
    return WooCommerce(root, "ck_key", SECRET, **more)


CONNECTORS = {
    "moysklad": Connector(
        account,
        lambda client: client.get("entity/customerorder/1"),
        lambda client: client.post("entity/customerorder", {"name": "1"}),
    ),
    "woocommerce": Connector(
        site,
        lambda client: client.get("orders/1"),
        lambda client: client.post("orders", {"status": "pending"}),
    ),
}
SORTS = ("read", "write")
every = pytest.mark.parametrize("connector", CONNECTORS.values(), ids=CONNECTORS)


def failed(connector: Connector, sort: str, client: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        getattr(connector, sort)(client)
    return caught.value


def test_every_connector_stands_here_and_is_known_to_the_bridge() -> None:
    """A new vendor's folder is red here until it keeps to all of this."""
    folders = {one.name for one in pkgutil.iter_modules(connectors.__path__) if one.ispkg}
    assert folders - {"transport", "sandbox"} == CONNECTORS.keys() == set(Vendor.values)
    for vendor in Vendor.values:
        assert callable(getattr(clients, vendor))
    assert vendor_codes.NAMES.keys() == set(Vendor)


@every
@pytest.mark.parametrize(
    ("status", "of_read", "of_write"),
    [
        (400, "PermanentError", "PermanentError"),
        (401, "AuthError", "AuthError"),
        (403, "Forbidden", "Forbidden"),
        (404, "NotFound", "NotFound"),
        (500, "TransientError", "OutcomeUnknown"),
        (502, "TransientError", "OutcomeUnknown"),
        (503, "TransientError", "TransientError"),
        (504, "TransientError", "OutcomeUnknown"),
    ],
)
@pytest.mark.parametrize("sort", SORTS)
def test_a_status_says_what_to_do_next(
    stub: Any, reply: Any, connector: Connector, sort: str, status: int, of_read: str, of_write: str
) -> None:
    stub.replies(reply(status, {}))
    error = failed(connector, sort, connector.client(stub.root, allow_private=True))
    assert type(error) is getattr(errors, of_read if sort == "read" else of_write)
    assert error.status == status
    assert error.detail
    assert len(stub.seen) == 1, "whether to ask again is the caller's to decide"


@every
def test_asked_to_slow_down_it_says_for_how_long(stub: Any, reply: Any, connector: Connector) -> None:
    stub.replies(reply(429, {}))
    error = failed(connector, "write", connector.client(stub.root, allow_private=True))
    assert isinstance(error, RateLimited)
    assert 0 < error.retry_after <= 3600


@every
@pytest.mark.parametrize("sort", SORTS)
def test_a_redirect_is_not_followed(stub: Any, reply: Any, connector: Connector, sort: str) -> None:
    stub.replies(reply(301, None, {"Location": "http://elsewhere.example/"}))
    error = failed(connector, sort, connector.client(stub.root, allow_private=True))
    assert type(error) is WrongHost
    assert len(stub.seen) == 1


@every
@pytest.mark.parametrize(("sort", "kind"), [("read", TransientError), ("write", OutcomeUnknown)])
def test_only_a_write_that_was_sent_leaves_its_outcome_open(
    stub: Any, reply: Any, connector: Connector, sort: str, kind: type[ConnectorError]
) -> None:
    stub.replies(reply(200, {}, cut="before"))
    assert type(failed(connector, sort, connector.client(stub.root, allow_private=True))) is kind
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert type(failed(connector, sort, connector.client(nobody, allow_private=True))) is TransientError


@every
def test_a_web_page_is_no_answer(stub: Any, reply: Any, connector: Connector) -> None:
    stub.replies(reply(200, b"<!doctype html><p>Welcome</p>"))
    error = failed(connector, "read", connector.client(stub.root, allow_private=True))
    assert isinstance(error, TransientError)
    assert error.code == "net_html"


@every
@pytest.mark.parametrize("sort", SORTS)
def test_the_own_network_is_out_of_reach(stub: Any, reply: Any, connector: Connector, sort: str) -> None:
    stub.replies(reply(200, {"id": 1}))
    assert isinstance(failed(connector, sort, connector.client(stub.root)), WrongHost)
    assert not stub.seen


@every
def test_no_path_leads_out_of_the_api(stub: Any, connector: Connector) -> None:
    client = connector.client(stub.root, allow_private=True)
    for path in ("../admin", "a/../../b"):
        with pytest.raises(WrongHost):
            client.get(path)
    assert not stub.seen


@every
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("status", [200, 401])
def test_each_call_is_told_to_whoever_watches_without_its_secret(
    stub: Any, reply: Any, connector: Connector, sort: str, status: int
) -> None:
    told: list[CallRecord] = []
    stub.replies(reply(status, {"id": "1"}))
    client = connector.client(stub.root, allow_private=True, observer=told.append)
    said = "" if status == 200 else str(failed(connector, sort, client))
    if status == 200:
        getattr(connector, sort)(client)
    [record] = told
    assert (record.status, record.error) == (status, "" if status == 200 else "AuthError")
    assert record.response_bytes == len(record.response_body) > 0
    assert bool(record.request_body) == (sort == "write")
    shown = f"{record!r} {record.url} {record.request_body!r} {said}"
    assert SECRET not in shown


@every
def test_the_clock_of_the_other_side_is_known(stub: Any, reply: Any, connector: Connector) -> None:
    """Watermarks are the vendor's time: a clock that differs is noticed (diagnosis)."""
    stub.replies(reply(200, {"id": "1"}))
    client = connector.client(stub.root, allow_private=True)
    assert client.server_time is None
    connector.read(client)
    assert client.server_time.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - client.server_time) < timedelta(minutes=5)


@every
def test_connections_are_kept(stub: Any, reply: Any, connector: Connector) -> None:
    stub.replies(reply(200, {"id": "1"}))
    for _n in range(2):
        connector.read(connector.client(stub.root, allow_private=True))
    assert stub.seen[0].peer == stub.seen[1].peer
