"""What broke on the way decides whether a write may have been carried out."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest
from world import SLOW_MACHINE

from connectors.errors import ConnectorError, OutcomeUnknown, PermanentError, TransientError
from connectors.transport import call
from connectors.transport.call import Answer, Timeouts, perform
from connectors.transport.record import CallRecord, recorded
from connectors.transport.session import pooled_session


def send(method: str, url: str, body: bytes | None = None, connect: float = 10, read: float = 10) -> Answer:
    session = pooled_session(allow_private=True)
    return perform(session, method, url, headers={}, body=body, timeouts=Timeouts(connect, read))


def failure(method: str, url: str, **more: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        send(method, url, **more)
    return caught.value


def test_a_good_answer_comes_whole_and_unpacked(stub: Any, reply: Any) -> None:
    stub.replies(reply(201, {"имя": "Кружка"}, {"X-One": "1"}))
    answer = send("POST", stub.root, b"{}")
    assert (answer.status, answer.json(), answer.headers["x-one"]) == (201, {"имя": "Кружка"}, "1")
    assert stub.seen[0].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_nothing_was_sent_when_nobody_listens(method: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        error = failure(method, url)
    assert type(error) is TransientError
    assert error.code == "net_refused"


@pytest.mark.parametrize("cut", ["before", "middle"])
@pytest.mark.parametrize(
    ("method", "kind"), [("GET", TransientError), ("POST", OutcomeUnknown), ("PUT", OutcomeUnknown)]
)
def test_a_connection_cut_after_sending(stub: Any, reply: Any, cut: str, method: str, kind: type) -> None:
    stub.replies(reply(200, {"text": "x" * 500}, cut=cut))
    error = failure(method, stub.root, body=None if method == "GET" else b"{}")
    assert type(error) is kind
    assert error.code == "net_cut"


@pytest.mark.parametrize(("method", "kind"), [("GET", TransientError), ("POST", OutcomeUnknown)])
def test_no_answer_in_time(stub: Any, reply: Any, method: str, kind: type) -> None:
    def slow(_request: Any) -> Any:
        time.sleep(0.7)
        return reply(200, {})

    stub.script = slow
    error = failure(method, stub.root, read=0.3)
    assert type(error) is kind
    assert error.code == "net_timeout"


def test_a_server_that_drips_does_not_hold_the_call_for_ever() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        peer, _address = listener.accept()
        with peer:
            peer.recv(65536)
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            try:
                while True:
                    peer.sendall(b"x")
                    time.sleep(0.05)
            except OSError:
                return  # the client has hung up, as it should

    thread = threading.Thread(target=drip)
    thread.start()
    began = time.monotonic()
    error = failure("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/", connect=0.5, read=0.3)
    assert error.code == "net_timeout"
    assert time.monotonic() - began < SLOW_MACHINE, "and not until its last byte, in a year"
    thread.join()
    listener.close()


def test_an_endless_answer_is_cut_off(stub: Any, reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "MAX_ANSWER_BYTES", 100_000)
    stub.replies(reply(200, b"0" * 3_000_000))  # small on the wire: it is gzip that blows it up
    assert failure("GET", stub.root).code == "net_too_big"


def test_plain_text_on_a_tls_port_fails_before_a_write_is_carried_out(stub: Any, reply: Any) -> None:
    stub.replies(reply(200, {}))
    error = failure("GET", stub.root.replace("http:", "https:"))
    assert (type(error), error.code) == (TransientError, "net_tls")
    assert stub.seen == []


def test_an_address_that_is_none_is_permanent() -> None:
    assert type(failure("GET", "http://")) is PermanentError


def test_redirects_are_answers_and_never_followed(stub: Any, reply: Any) -> None:
    stub.replies(reply(302, b"", {"Location": f"{stub.root}/elsewhere"}))
    assert send("POST", stub.root, b"{}").status == 302
    assert len(stub.seen) == 1


def test_a_record_tells_how_the_call_went_without_its_secrets() -> None:
    records: list[CallRecord] = []
    with recorded(records.append, "GET", "https://shop.example/x?oauth_signature=abc&a=1", b"12") as record:
        record.status = 200
    with (
        pytest.raises(OutcomeUnknown),
        recorded(records.append, "POST", "https://shop.example/", None),
    ):
        raise OutcomeUnknown("lost")
    good, bad = records
    assert (good.status, good.error) == (200, "")
    assert "abc" not in repr(good)
    assert (good.request_bytes, good.started_at.tzinfo is not None, good.duration_ms >= 0) == (2, True, True)
    assert (bad.error, bad.status) == ("OutcomeUnknown", 0)


def test_an_observer_that_fails_does_not_fail_the_call(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_record: CallRecord) -> None:
        raise RuntimeError("the log is full")

    with recorded(broken, "POST", "https://shop.example/", None) as record:
        record.status = 201
    assert "the observer of calls failed" in caplog.text
