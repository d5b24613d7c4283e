"""Certificates are checked by every call and every e-mail; an authority of one's own is believed beside the public."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority, authority

from bridge.alerts.channels import mail, telegram
from bridge.alerts.channels.refused import Refused
from bridge.alerts.letters import Letter
from bridge.alerts.models import AlertRules, Recipient
from connectors.errors import TransientError
from connectors.transport import session, trust
from connectors.transport.call import Timeouts, perform

TOKEN = "123456789:" + "x" * 35
Serving = Callable[..., int]


@pytest.fixture
def own(tmp_path: Path) -> Authority:
    return authority(tmp_path)


@pytest.fixture(autouse=True)
def fresh_sessions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a process that has just started."""
    monkeypatch.setattr(session, "_sessions", {})
    yield
    for one in session._sessions.values():
        one.close()
    trust.trust("")


class Web(BaseHTTPRequestHandler):
    seen: list[str] = []

    def do_POST(self) -> None:
        self.seen.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b'{"ok": true, "result": {"first_name": "Bot", "username": "bot"}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class Mail(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            content = line.strip().upper() == b"DATA"
            self.wfile.write(b"354 go on\r\n" if content else b"250 good\r\n")
            if content:
                while self.rfile.readline().strip() != b".":
                    pass
                self.wfile.write(b"250 kept\r\n")


class Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not believe the certificate hangs up."""


@contextmanager
def running(certificate: Path, handler: Any) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Quiet(("127.0.0.1", 0), handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def serve() -> Iterator[Serving]:
    Web.seen = []
    with ExitStack() as stack:
        yield lambda certificate, handler=Web: stack.enter_context(running(certificate, handler))


def called(port: int) -> int:
    here = session.pooled_session(allow_private=True)
    url = f"https://127.0.0.1:{port}/"
    return perform(here, "POST", url, headers={}, body=b"x", timeouts=Timeouts(5, 5)).status


def test_a_certificate_of_nobody_known_ends_the_call_before_anything_is_sent(
    own: Authority, serve: Serving
) -> None:
    port = serve(own.signs())
    with pytest.raises(TransientError) as refused:
        called(port)
    assert refused.value.code == "net_tls"
    assert Web.seen == []


def test_an_authority_of_one_s_own_is_believed_beside_the_public_ones(own: Authority, serve: Serving) -> None:
    port = serve(own.signs())
    trust.trust(str(own.file))
    assert called(port) == 200
    adapter: Any = session.pooled_session(allow_private=True).get_adapter("https://shop.example")
    context = adapter.poolmanager.connection_pool_kw["ssl_context"]
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509_ca"] > 50


@pytest.mark.parametrize("wrong", ["name", "time"])
def test_its_certificates_are_checked_like_all_others(own: Authority, serve: Serving, wrong: str) -> None:
    over = datetime.now(UTC) - timedelta(minutes=1)
    port = serve(own.signs("127.0.0.2") if wrong == "name" else own.signs(until=over))
    trust.trust(str(own.file))
    with pytest.raises(TransientError) as refused:
        called(port)
    assert refused.value.code == "net_tls"
    assert Web.seen == []


def test_telegram_and_mail_are_held_to_the_same(own: Authority, serve: Serving, settings: Any) -> None:
    certificate = own.signs()
    settings.TELEGRAM_API_URL = f"https://127.0.0.1:{serve(certificate)}"
    rules = AlertRules(smtp_host="127.0.0.1", smtp_port=serve(certificate, Mail), smtp_sender="a@example.com")
    who = Recipient(name="Anna", channel="email", address="anna@example.com")
    letter = Letter("Subject", "text", "<p>text</p>")
    for send in (lambda: telegram.bot(TOKEN), lambda: mail.send(who, letter, rules)):
        with pytest.raises(Refused):
            send()
    assert Web.seen == []
    trust.trust(str(own.file))
    assert telegram.bot(TOKEN).username == "bot"
    mail.send(who, letter, rules)


def test_the_mail_server_of_the_environment_is_held_to_it_too(
    own: Authority, serve: Serving, settings: Any
) -> None:
    settings.EMAIL_URL, settings.EMAIL_BACKEND = "smtp+ssl://…", "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", serve(own.signs(), Mail)
    settings.EMAIL_USE_SSL = True
    who, letter = Recipient(name="Anna", address="anna@example.com"), Letter("Subject", "text", "<p>text</p>")
    with pytest.raises(Refused):
        mail.send(who, letter, AlertRules())
    trust.trust(str(own.file))
    mail.send(who, letter, AlertRules())


def test_a_file_without_a_certificate_stops_the_start(tmp_path: Path, settings: Any) -> None:
    with pytest.raises(OSError, match="No such file"):
        trust.trust(str(tmp_path / "missing.pem"))
    (tmp_path / "empty.pem").write_text("nothing\n")
    with pytest.raises(ssl.SSLError):
        trust.trust(str(tmp_path / "empty.pem"))
