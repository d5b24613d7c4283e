"""Recipients, and a channel that only remembers what it was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

import pytest

from bridge.alerts import channels, send
from bridge.alerts.channels.refused import Refused
from bridge.alerts.letters import Letter
from bridge.alerts.models import AlertRules, Recipient
from tests.apilog.conftest import empty_log

__all__ = ["empty_log"]

NOON = datetime(2026, 5, 14, 9, tzinfo=UTC)  # 12:00 in Moscow
NIGHT = datetime(2026, 5, 14, 22, tzinfo=UTC)  # 01:00 of the next day there
MORNING = datetime(2026, 5, 15, 5, 1, tzinfo=UTC)  # 08:01


@dataclass
class Post:
    """What went to whom; `refuses` is raised instead as long as it is set."""

    sent: list[tuple[str, Letter]] = field(default_factory=list)
    refuses: Refused | None = None

    def take(self, recipient: Recipient, letter: Letter, rules: AlertRules) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.sent.append((recipient.name, letter))

    @property
    def subjects(self) -> list[str]:
        return [letter.subject.removeprefix("Sklad Bridge: ") for _name, letter in self.sent]

    def deliver(self, now: datetime) -> None:
        """What the workers would do at this moment."""
        for pk in send.due(now):
            send.send(pk, now)


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch, db: None) -> Post:
    kept = Post()
    monkeypatch.setattr(send, "CHANNELS", dict.fromkeys(channels.CHANNELS, kept.take))
    return kept


def recipient(name: str = "Anna", **fields: Any) -> Recipient:
    shops = fields.pop("shops", [])
    made = Recipient.objects.create(
        **{
            "name": name,
            "channel": "email",
            "address": f"{name.lower()}@example.test",
            "language": "en",
            "next_try_at": datetime(2026, 1, 1, tzinfo=UTC),
            **fields,
        }
    )
    made.shops.set(shops)
    return made


def at_night(name: str = "Anna", **fields: Any) -> Recipient:
    return recipient(name, quiet_from=time(22), quiet_to=time(8), time_zone="Europe/Moscow", **fields)
