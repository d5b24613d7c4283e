"""An alert that cannot be brought to its recipient."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Entry, Kind, Retry

_ITSELF = _("Nothing to do: it is tried again by itself.")

ENTRIES: dict[str, Entry] = {
    "mail_not_set_up": Entry(
        _("No mail server is entered, so no e-mail can be sent."),
        _("Enter it on the desk: Alerts → Settings → E-mail."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "mail_away": Entry(
        _("The mail server does not answer: %(detail)s"),
        _("It is tried again by itself. If it lasts, check the server's name and port: Alerts → Settings."),
        Kind.WAIT,
        Retry.ITSELF,
    ),
    "mail_login": Entry(
        _("The mail server does not accept the login: %(detail)s"),
        _(
            "Enter login and password anew: Alerts → Settings. Many mail services want a password "
            "made for apps instead of the usual one."
        ),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "mail_security": Entry(
        _("No secure connection to the mail server: %(detail)s"),
        _("Check port and encryption: Alerts → Settings. Mostly 465 goes with SSL/TLS, 587 with STARTTLS."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "mail_recipient": Entry(
        _("The mail server does not take mail for this address: %(detail)s"),
        _("Check the recipient's address."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "mail_sender": Entry(
        _("The mail server does not take mail from our address: %(detail)s"),
        _("Enter as the sender the address the login belongs to: Alerts → Settings."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "mail_refused": Entry(
        _("The mail server refused the message: %(detail)s"),
        _("Ask the mail service why; the words after the colon are theirs."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "telegram_not_set_up": Entry(
        _("No Telegram bot is connected."),
        _("Connect it: Alerts → Connect Telegram."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "telegram_token_shape": Entry(
        _("This is not a bot's token."),
        _("Copy it from BotFather whole: digits, a colon, then letters and digits."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "telegram_token": Entry(
        _("Telegram does not know this token."),
        _("Copy the bot's token from BotFather again: Alerts → Connect Telegram."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "telegram_away": Entry(
        _("Telegram does not answer: %(detail)s"),
        _(
            "It is tried again by itself. If it lasts, Telegram may be closed to this server; whoever runs the bridge "
            "can set another address (TELEGRAM_API_URL) or a proxy (HTTPS_PROXY)."
        ),
        Kind.WAIT,
        Retry.ITSELF,
    ),
    "telegram_slow_down": Entry(_("Telegram asks to write less often."), _ITSELF, Kind.WAIT, Retry.ITSELF),
    "telegram_blocked": Entry(
        _("The bot may not write into this chat: %(detail)s"),
        _(
            "The person has stopped the bot, or it was taken out of the group. Open the bot in Telegram, press "
            "“Start”, then “Send a test” here."
        ),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "telegram_chat": Entry(
        _("Telegram does not take messages for this chat: %(detail)s"),
        _("Find the chat again: Alerts → Connect Telegram."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "telegram_webhook": Entry(
        _("This bot already works for another service."),
        _("Make a bot of its own for the bridge with BotFather."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
}
