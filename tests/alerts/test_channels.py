"""Each way a mail server or Telegram refuses a message has a name, and no secret gets out with it."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.translation import override

from bridge.alerts.channels import mail, telegram
from bridge.alerts.channels.refused import Refused
from bridge.alerts.letters import trial_letter
from bridge.alerts.models import AlertRules, Recipient
from bridge.apilog import buffer
from bridge.problems import CATALOGUE, sentence
from tests.admin.test_pages import english_in
from tests.alerts.mail_sink import MailSink, mail_sink
from tests.alerts.telegram_box import TOKEN, TelegramBox, telegram_box

ANNA = Recipient(name="Anna", channel="email", address="anna@example.test", language="en")
CHAT = Recipient(name="Chat", channel="telegram", address="77", language="ru")


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with mail_sink() as found:
        yield found


@pytest.fixture
def box(settings: Any) -> Iterator[TelegramBox]:
    with telegram_box() as found:
        settings.TELEGRAM_API_URL = found.url
        yield found


def rules(sink: MailSink | None = None, **fields: Any) -> AlertRules:
    made = AlertRules(smtp_security="none", secrets={"telegram_token": TOKEN, "smtp_password": "geheim"})
    if sink is not None:
        made.smtp_host, made.smtp_port = "127.0.0.1", sink.port
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def test_a_letter_is_a_mail_in_both_shapes(sink: MailSink) -> None:
    mail.send(ANNA, trial_letter(ANNA), rules(sink, smtp_sender="bridge@example.test"))
    [message] = sink.to("anna@example.test")
    assert message["From"] == "bridge@example.test"
    assert message["Auto-Submitted"] == "auto-generated"
    assert {part.get_content_type() for part in message.iter_parts()} == {"text/plain", "text/html"}
    assert "This is a test." in message.get_body(("plain",)).get_content()


def test_the_login_of_the_desk_is_used(sink: MailSink) -> None:
    sink.login = ("bridge@example.test", "geheim")
    mail.send(ANNA, trial_letter(ANNA), rules(sink, smtp_user="bridge@example.test"))
    assert sink.to("anna@example.test")[0]["From"] == "bridge@example.test"
    sink.login = ("bridge@example.test", "another")
    refused = refusal(
        lambda: mail.send(ANNA, trial_letter(ANNA), rules(sink, smtp_user="bridge@example.test"))
    )
    assert (refused.problem.code, refused.passing) == ("mail_login", False)


@pytest.mark.parametrize(
    ("step", "line", "code", "passing"),
    [
        ("RCPT", "550 5.1.1 no such user", "mail_recipient", False),
        ("RCPT", "451 4.7.1 greylisted, come back later", "mail_recipient", True),
        ("MAIL", "553 5.7.1 sender rejected", "mail_sender", False),
        ("DATA", "554 5.7.1 looks like spam", "mail_refused", False),
        ("DATA", "452 4.3.1 out of space", "mail_refused", True),
        ("EHLO", "421 too busy", "mail_refused", True),
    ],
)
def test_a_refusing_mail_server(sink: MailSink, step: str, line: str, code: str, passing: bool) -> None:
    sink.refuse = {step: line, **({"HELO": line} if step == "EHLO" else {})}
    refused = refusal(lambda: mail.send(ANNA, trial_letter(ANNA), rules(sink)))
    assert (refused.problem.code, refused.passing) == (code, passing)
    assert sink.messages == []


def test_a_mail_server_that_is_not_there() -> None:
    gone = rules(smtp_host="127.0.0.1", smtp_port=9)
    refused = refusal(lambda: mail.send(ANNA, trial_letter(ANNA), gone))
    assert (refused.problem.code, refused.passing) == ("mail_away", True)


def test_encryption_the_server_does_not_know(sink: MailSink) -> None:
    starttls = rules(sink, smtp_security="starttls")
    assert refusal(lambda: mail.send(ANNA, trial_letter(ANNA), starttls)).problem.code == "mail_security"


def test_without_a_mail_server_it_says_so() -> None:
    assert refusal(lambda: mail.send(ANNA, trial_letter(ANNA), rules())).problem.code == "mail_not_set_up"


def test_a_message_in_telegram(box: TelegramBox) -> None:
    box.chats.add("77")
    telegram.send(CHAT, trial_letter(CHAT), rules())
    [text] = box.texts(77)
    assert text
    assert box.messages[0]["link_preview_options"] == {"is_disabled": True}


def test_a_long_message_is_cut_to_what_telegram_takes(box: TelegramBox) -> None:
    box.chats.add("77")
    letter = trial_letter(CHAT)
    telegram.send(CHAT, type(letter)(letter.subject, "я" * 9000, ""), rules())
    assert len(box.texts(77)[0]) == 4096


@pytest.mark.parametrize(
    ("given", "code", "passing", "wait"),
    [
        ({"chats": {"77"}, "slow_down": 31}, "telegram_slow_down", True, 31),
        ({"chats": {"77"}, "blocked": {"77"}}, "telegram_blocked", False, 0),
        ({}, "telegram_chat", False, 0),
        ({"token": "1:x"}, "telegram_token", False, 0),
        ({"down": True}, "telegram_away", True, 0),
    ],
)
def test_a_refusing_telegram(
    box: TelegramBox, given: dict[str, Any], code: str, passing: bool, wait: float
) -> None:
    for name, value in given.items():
        setattr(box, name, value)
    refused = refusal(lambda: telegram.send(CHAT, trial_letter(CHAT), rules()))
    assert (refused.problem.code, refused.passing, refused.retry_after) == (code, passing, wait)


def test_a_telegram_that_is_not_there_keeps_the_token_to_itself(settings: Any) -> None:
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    refused = refusal(lambda: telegram.send(CHAT, trial_letter(CHAT), rules()))
    assert refused.problem.code == "telegram_away"
    assert refused.__cause__ is None
    assert refused.__suppress_context__
    assert TOKEN not in f"{refused.problem} {refused!r}"


def test_a_group_that_moved_is_followed(box: TelegramBox, db: None) -> None:
    chat = Recipient.objects.create(name="Group", channel="telegram", address="-5")
    box.moved, box.chats = {"-5": "-1005"}, {"-1005"}
    telegram.send(chat, trial_letter(chat), rules())
    chat.refresh_from_db()
    assert (chat.address, len(box.texts(-1005))) == ("-1005", 1)


def test_a_group_that_is_said_to_move_for_ever_is_tried_again_later(box: TelegramBox, db: None) -> None:
    chat = Recipient.objects.create(name="Group", channel="telegram", address="-5")
    box.moved, box.chats = {"-5": "-1005", "-1005": "-5"}, {"-5", "-1005"}
    refused = refusal(lambda: telegram.send(chat, trial_letter(chat), rules()))
    assert (refused.problem.code, refused.passing) == ("telegram_away", True)
    box.moved = {"-5": "-1005", "-1005": "-1006"}
    box.chats.add("-1006")
    telegram.send(chat, trial_letter(chat), rules())
    chat.refresh_from_db()
    assert (chat.address, len(box.texts(-1006))) == ("-1006", 1)


def test_the_bot_and_who_wrote_to_it(box: TelegramBox) -> None:
    assert telegram.bot(TOKEN).username == "sklad_alerts_bot"
    box.write_to_bot(77, first_name="Анна", last_name="П.", username="anna")
    box.write_to_bot(-5, title="Магазин")
    box.write_to_bot(77, first_name="Анна", last_name="П.", username="anna")
    assert [(chat.id, chat.title) for chat in telegram.chats(TOKEN)] == [
        ("77", "Анна П. (@anna)"),
        ("-5", "Магазин"),
    ]
    box.webhook = True
    assert refusal(lambda: telegram.chats(TOKEN)).problem.code == "telegram_webhook"


@pytest.mark.parametrize("token", ["", "hello", "../getMe", "123:short", f"{TOKEN}/x"])
def test_what_is_no_token_is_not_sent_anywhere(box: TelegramBox, token: str) -> None:
    assert refusal(lambda: telegram.bot(token)).problem.code == "telegram_token_shape"
    assert box.calls == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), "Имя сервера не найдено."),
        (TimeoutError("timed out"), "Ответ не пришёл вовремя."),
        (ConnectionRefusedError(111, "Connection refused"), "До сервера не удаётся достучаться."),
        (ConnectionResetError(104, "Connection reset by peer"), "Соединение оборвалось"),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), "Соединение оборвалось"),
        (smtplib.SMTPNotSupportedError("SMTP AUTH extension not supported"), "Сервер не предлагает"),
        (smtplib.SMTPException("No suitable authentication method found."), "Сервер не предлагает"),
        (ssl.SSLCertVerificationError("certificate verify failed"), "Сертификат сервера недействителен."),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "Зашифрованное соединение не удалось."),
    ],
)
def test_a_mail_server_that_said_nothing_is_told_of_in_russian(
    sink: MailSink, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fails(*_args: Any, **_more: Any) -> None:
        raise error

    monkeypatch.setattr(smtplib, "SMTP", fails)
    problem = refusal(lambda: mail.send(ANNA, trial_letter(ANNA), rules(sink))).problem
    with override("ru"):
        told = sentence(problem.code, problem.params)
    assert said in told
    assert english_in(told) == set()


def test_a_telegram_that_said_nothing_is_told_of_in_russian(box: TelegramBox, settings: Any) -> None:
    box.down = True
    problems = [refusal(lambda: telegram.send(CHAT, trial_letter(CHAT), rules())).problem]
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    problems.append(refusal(lambda: telegram.send(CHAT, trial_letter(CHAT), rules())).problem)
    with override("ru"):
        told = [sentence(one.code, one.params) for one in problems]
    assert [one.removeprefix("Telegram не отвечает: ") for one in told] == [
        "По этому адресу отвечает не Telegram.",
        "До сервера не удаётся достучаться.",
    ]


def refusal(act: Any) -> Refused:
    with pytest.raises(Refused) as found:
        act()
    assert found.value.problem.code in CATALOGUE
    return found.value


def test_calls_to_telegram_stand_in_the_api_log_without_token_and_people(db: None, box: TelegramBox) -> None:
    box.write_to_bot(77, first_name="Пётр", last_name="Кузнецов")
    telegram.chats(TOKEN)
    telegram.send(CHAT, trial_letter(CHAT), rules())
    box.blocked.add("77")
    refusal(lambda: telegram.send(CHAT, trial_letter(CHAT), rules()))
    box.down = True
    refusal(lambda: telegram.bot(TOKEN))
    found = [entry.row() for entry in buffer._waiting if entry.direction == "out"]
    assert [(row.path, row.status, row.error) for row in found] == [
        ("/bot***/getUpdates", 200, ""),
        ("/bot***/sendMessage", 200, ""),
        ("/bot***/sendMessage", 403, "Refused"),
        ("/bot***/getMe", 502, "Refused"),
    ]
    kept = " ".join(f"{row.path} {row.query} {row.request_body} {row.response_body}" for row in found)
    assert "blocked by the user" in kept
    assert not any(word in kept for word in (TOKEN, TOKEN.partition(":")[2], "Пётр", "Кузнецов"))
