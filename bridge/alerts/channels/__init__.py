"""The ways to reach a recipient, one file each: a function that sends a letter, or raises Refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bridge.alerts.channels import mail, telegram
from bridge.alerts.letters import Letter
from bridge.alerts.models import AlertRules, Recipient

Send = Callable[[Recipient, Letter, AlertRules], None]

CHANNELS: Mapping[str, Send] = {
    Recipient.Channel.EMAIL: mail.send,
    Recipient.Channel.TELEGRAM: telegram.send,
}
