"""How far an alert is, in words; time zones by their cities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bridge.alerts.models import AlertDelivery, Kind
from bridge.dashboard import shown
from bridge.history.deeds import Text

State = AlertDelivery.State
COLOURS = {
    Kind.FAILURE: "danger",
    Kind.AGAIN: "warning",
    Kind.OVER: "success",
    Kind.AWAY: "danger",
    Kind.AUTH: "danger",
    Kind.BACKLOG: "warning",
    Kind.BUDGET: "warning",
    Kind.WORKER: "danger",
    Kind.DIGEST: "info",
}
SHORT: dict[str, str | Promise] = {
    Kind.FAILURE: gettext_lazy("needs somebody"),
    Kind.AGAIN: gettext_lazy("goes on"),
    Kind.OVER: gettext_lazy("is over"),
    Kind.AWAY: gettext_lazy("no answer"),
    Kind.AUTH: gettext_lazy("login"),
    Kind.BACKLOG: gettext_lazy("late"),
    Kind.BUDGET: gettext_lazy("many calls"),
    Kind.WORKER: gettext_lazy("no exchange"),
    Kind.DIGEST: gettext_lazy("the week"),
}
# Those of our shops and their neighbours; the file of settings may name any other.
ZONES: dict[str, str | Promise] = {
    "Europe/Kaliningrad": gettext_lazy("Kaliningrad"),
    "Europe/Moscow": gettext_lazy("Moscow"),
    "Europe/Samara": gettext_lazy("Samara"),
    "Asia/Yekaterinburg": gettext_lazy("Yekaterinburg"),
    "Asia/Omsk": gettext_lazy("Omsk"),
    "Asia/Novosibirsk": gettext_lazy("Novosibirsk"),
    "Asia/Krasnoyarsk": gettext_lazy("Krasnoyarsk"),
    "Asia/Irkutsk": gettext_lazy("Irkutsk"),
    "Asia/Yakutsk": gettext_lazy("Yakutsk"),
    "Asia/Vladivostok": gettext_lazy("Vladivostok"),
    "Asia/Magadan": gettext_lazy("Magadan"),
    "Asia/Kamchatka": gettext_lazy("Kamchatka"),
    "Europe/Minsk": gettext_lazy("Minsk"),
    "Asia/Almaty": gettext_lazy("Almaty"),
    "Asia/Tashkent": gettext_lazy("Tashkent"),
    "Asia/Bishkek": gettext_lazy("Bishkek"),
    "Asia/Yerevan": gettext_lazy("Yerevan"),
    "Asia/Tbilisi": gettext_lazy("Tbilisi"),
    "Asia/Baku": gettext_lazy("Baku"),
    "Europe/Berlin": gettext_lazy("Berlin"),
    "UTC": gettext_lazy("Universal time"),
}


def tag(kind: str) -> SafeString:
    return shown.tag(SHORT[kind], COLOURS[Kind(kind)])


def progress(delivery: AlertDelivery, now: datetime) -> str:
    """'Anna — sent 14.05.2026 9:12', 'Anna — held until 8:00'."""
    return f"{delivery.recipient.name} — {state(delivery, now)}"


def state(delivery: AlertDelivery, now: datetime) -> str:
    """'sent 14.05.2026 9:12'"""
    recipient = delivery.recipient
    if delivery.state == State.SENT:
        return _("sent %(time)s") % {"time": shown.when(delivery.sent_at)}
    if delivery.state == State.GIVEN_UP:
        return _("could not be sent in three days")
    if not recipient.active:
        return _("not sent: switched off")
    if recipient.problem:
        return _("not sent yet: the channel does not work")
    quiet = recipient.quiet_hours
    until = quiet.over_at(now) if quiet is not None else None
    if until is not None and delivery.alert.kind not in recipient.urgent:
        return _("held in quiet hours until %(time)s") % {"time": shown.when(until)}
    return _("is on its way")


def zones(more: Sequence[str] = ()) -> list[tuple[str, Text]]:
    """For a select box; `more` are shown by the names they are kept under."""
    found: list[tuple[str, Text]] = list(ZONES.items())
    return found + [(name, name) for name in more if name and name not in ZONES]
