"""A mail server over loopback that keeps what it is given (RFC 5321, as much of it as Django speaks)."""

from __future__ import annotations

import base64
import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage


@dataclass
class MailSink:
    """`refuse` answers a step ("AUTH", "MAIL", "RCPT", "DATA") with this line instead. `login` is asked for if set."""

    port: int = 0
    login: tuple[str, str] | None = None
    refuse: dict[str, str] = field(default_factory=dict)
    messages: list[EmailMessage] = field(default_factory=list)
    tries: int = 0

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.messages if message["To"] == address]

    def subjects(self, address: str) -> list[str]:
        return [
            str(message["Subject"]).strip().removeprefix("Sklad Bridge: ") for message in self.to(address)
        ]


@contextmanager
def mail_sink(port: int = 0) -> Iterator[MailSink]:
    sink = MailSink()

    class Handler(socketserver.StreamRequestHandler):
        timeout = 5  # the sink is closed when all lines are

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 sink")
            sink.tries += 1
            while line := self.rfile.readline():
                word, _space, rest = line.decode().strip().partition(" ")
                word = word.upper()
                if word in sink.refuse:
                    self.say(sink.refuse[word])
                elif word == "EHLO":
                    self.say("250-sink")
                    self.say("250-AUTH PLAIN" if sink.login else "250-8BITMIME")
                    self.say("250 SMTPUTF8")
                elif word == "AUTH":
                    given = base64.b64decode(rest.split()[1]).decode().split("\0")[1:]
                    good = sink.login is not None and tuple(given) == sink.login
                    self.say("235 in" if good else "535 5.7.8 authentication failed")
                elif word == "DATA":
                    self.say("354 go on")
                    body = bytearray()
                    while (part := self.rfile.readline()) not in (b".\r\n", b""):
                        body += part[1:] if part.startswith(b"..") else part
                    message = email.message_from_bytes(bytes(body), policy=email.policy.default)
                    sink.messages.append(message)
                    self.say("250 kept")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True

    with Server(("127.0.0.1", port), Handler) as server:
        sink.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield sink
        finally:
            server.shutdown()
