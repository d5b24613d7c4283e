"""Telegram through its HTTP API (core.telegram.org/bots/api): a bot of the owner's writes into a chat.

The token is a part of every address, so no exception of the network is let out as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings

from bridge.alerts.channels.refused import Refused
from bridge.alerts.letters import Letter
from bridge.alerts.models import AlertRules, Recipient
from bridge.apilog.outgoing import observer
from connectors.transport.record import recorded
from connectors.transport.trust import session_of_this_machine

TIMEOUT = (10, 20)
# sendMessage: "1-4096 characters after entities parsing".
MOVES = 2  # of a group, followed in one sending
LONGEST = 4096
TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,100}")
CHATS = 20


@dataclass(frozen=True)
class Bot:
    name: str
    username: str


@dataclass(frozen=True)
class Chat:
    """`title`: of a group; of a person their name."""

    id: str
    title: str


class Moved(Exception):
    """A group became a supergroup, which has another number."""

    def __init__(self, chat_id: str) -> None:
        super().__init__(chat_id)
        self.chat_id = chat_id


def send(recipient: Recipient, letter: Letter, rules: AlertRules) -> None:
    """Write into the recipient's chat. Raises Refused."""
    token = rules.secrets.get("telegram_token", "")
    if not token:
        raise Refused("telegram_not_set_up")
    text = letter.text if len(letter.text) <= LONGEST else letter.text[: LONGEST - 1] + "…"
    body = {"text": text, "link_preview_options": {"is_disabled": True}}
    chat = recipient.address
    for _try in range(MOVES + 1):
        try:
            _call(token, "sendMessage", {"chat_id": chat, **body})
        except Moved as moved:
            chat = moved.chat_id
            Recipient.objects.filter(pk=recipient.pk).update(address=chat)
        else:
            return
    raise Refused("telegram_away", why="moved_again", passing=True)


def bot(token: str) -> Bot:
    """Whose token it is (getMe). Raises Refused."""
    if not TOKEN.fullmatch(token):
        raise Refused("telegram_token_shape")
    found = _call(token, "getMe", {})
    return Bot(str(found.get("first_name", "")), str(found.get("username", "")))


def chats(token: str) -> list[Chat]:
    """Who has written to the bot lately, newest first (getUpdates; Telegram keeps them for a day). Raises Refused."""
    updates = _call(token, "getUpdates", {"offset": -100, "limit": 100, "timeout": 0})
    found: dict[str, Chat] = {}
    for update in reversed(updates):
        for part in ("message", "channel_post", "my_chat_member"):
            chat = update.get(part, {}).get("chat")
            if chat:
                found.setdefault(str(chat["id"]), Chat(str(chat["id"]), _title(chat)))
    return list(found.values())[:CHATS]


def _title(chat: dict[str, Any]) -> str:
    name = " ".join(str(chat[part]) for part in ("first_name", "last_name") if chat.get(part))
    title = str(chat.get("title") or name or chat["id"])
    return f"{title} (@{chat['username']})" if chat.get("username") else title


def _call(token: str, method: str, body: dict[str, Any]) -> Any:
    """The result of a method; "ok" is false on errors, with `error_code`, `description` and `parameters`.

    The call stands in the API log; not what Telegram tells of people who wrote to the bot, nor what alerts say, which
    have a list of their own.
    """
    url = f"{settings.TELEGRAM_API_URL}/bot{token}/{method}"
    with recorded(observer("", None, [token]), "POST", url, None) as record:
        try:
            with session_of_this_machine() as session:
                answer = session.post(url, json=body, timeout=TIMEOUT, allow_redirects=False)
            record.status, record.response_bytes = answer.status_code, len(answer.content)
            said = answer.json()
            if not isinstance(said, dict):
                raise ValueError
        except requests.Timeout:
            raise Refused("telegram_away", why="late", passing=True) from None
        except requests.ConnectionError:
            raise Refused("telegram_away", why="unreachable", passing=True) from None
        except (requests.RequestException, ValueError):
            raise Refused("telegram_away", why="not_telegram", passing=True) from None
        if said.get("ok"):
            return said.get("result")
        record.response_body = answer.content
        raise _error(answer.status_code, said, token)


def _error(status: int, said: dict[str, Any], token: str) -> Exception:
    parameters = said.get("parameters") or {}
    words = str(said.get("description", "")).replace(token, "…")
    if parameters.get("migrate_to_chat_id"):
        return Moved(str(parameters["migrate_to_chat_id"]))
    match int(said.get("error_code") or status):
        case 429:
            wait = float(parameters.get("retry_after") or 1)
            return Refused("telegram_slow_down", passing=True, retry_after=wait)
        case 401 | 404:  # a wrong token is no method's address at all
            return Refused("telegram_token")
        case 403:
            return Refused("telegram_blocked", words)
        case 409:
            return Refused("telegram_webhook")
        case code if code >= 500:
            return Refused("telegram_away", words, passing=True)
    return Refused("telegram_chat", words)
