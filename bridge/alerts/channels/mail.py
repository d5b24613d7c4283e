"""E-mail through an SMTP server: the one entered on the desk, else the one of the environment (EMAIL_URL)."""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils.functional import cached_property

from bridge.alerts.channels.refused import Refused
from bridge.alerts.letters import Letter
from bridge.alerts.models import AlertRules, Recipient
from connectors.transport.trust import add_own

TIMEOUT = 20
Security = AlertRules.Security


def is_set_up(rules: AlertRules) -> bool:
    return bool(rules.smtp_host or settings.EMAIL_URL)


def sender(rules: AlertRules) -> str:
    """From whom: as entered, else the login where that is an address, else what the environment says."""
    if rules.smtp_host:
        return rules.smtp_sender or (
            rules.smtp_user if "@" in rules.smtp_user else settings.DEFAULT_FROM_EMAIL
        )
    return str(settings.DEFAULT_FROM_EMAIL)


def send(recipient: Recipient, letter: Letter, rules: AlertRules) -> None:
    """Hand the letter to the SMTP server. Raises Refused."""
    if not is_set_up(rules):
        raise Refused("mail_not_set_up")
    server = _server(rules)
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        sender(rules),
        [recipient.address],
        connection=server,
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(letter.html, "text/html")
    try:
        message.send()
    except smtplib.SMTPAuthenticationError as error:
        raise Refused("mail_login", _words(error.smtp_error)) from None
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise Refused("mail_recipient", _words(words), passing=code < 500) from None
    except smtplib.SMTPSenderRefused as error:
        raise Refused("mail_sender", _words(error.smtp_error), passing=error.smtp_code < 500) from None
    except smtplib.SMTPResponseException as error:
        raise Refused("mail_refused", _words(error.smtp_error), passing=error.smtp_code < 500) from None
    except smtplib.SMTPNotSupportedError:
        raise Refused("mail_security", why="not_offered") from None
    except ssl.SSLCertVerificationError:
        raise Refused("mail_security", why="certificate") from None
    except ssl.SSLError:
        raise Refused("mail_security", why="not_encrypted") from None
    except (OSError, smtplib.SMTPException) as error:
        raise Refused("mail_away", why=_of_network(error), passing=True) from None
    finally:
        _hang_up(server)


class Smtp(EmailBackend):
    """Believes the owner's own certificate authorities too."""

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        return add_own(ssl.create_default_context())


def _server(rules: AlertRules) -> Any:
    if not rules.smtp_host:
        of_environment = settings.EMAIL_BACKEND
        by_smtp = of_environment == f"{EmailBackend.__module__}.{EmailBackend.__qualname__}"
        return get_connection(f"{Smtp.__module__}.{Smtp.__qualname__}" if by_smtp else None, timeout=TIMEOUT)
    return Smtp(
        host=rules.smtp_host,
        port=rules.smtp_port,
        username=rules.smtp_user,
        password=rules.secrets.get("smtp_password", ""),
        use_ssl=rules.smtp_security == Security.TLS,
        use_tls=rules.smtp_security == Security.STARTTLS,
        timeout=TIMEOUT,
    )


def _hang_up(server: Any) -> None:
    """Django leaves the line open when the login is refused."""
    with suppress(OSError):
        server.close()


def _words(answer: bytes | str) -> str:
    """A server's own words, on one line."""
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(text.split())


def _of_network(error: Exception) -> str:
    match error:
        case socket.gaierror():
            return "name_unknown"
        case TimeoutError():
            return "late"
        case smtplib.SMTPServerDisconnected() | ConnectionResetError() | BrokenPipeError():
            return "cut"
        case smtplib.SMTPException():
            return "not_offered"
    return "unreachable"
