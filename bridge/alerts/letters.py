"""What one recipient is sent in one go: a single alert, or several summed up; as plain text, and as HTML for e-mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from bridge.alerts.models import Alert, Recipient
from bridge.alerts.wording import Said, said

# More are only counted: the desk has them all.
MOST = 12


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def letter(recipient: Recipient, alerts: Sequence[Alert]) -> Letter:
    """In the recipient's language, with times of their time zone."""
    with translation.override(recipient.language), timezone.override(recipient.zone):
        parts = [said(alert) for alert in newest(alerts)]
        left = max(len(parts) - MOST, 0)
        subject = parts[0].title if len(parts) == 1 else _("Summary: %(count)s") % {"count": len(parts)}
        return _printed(f"Sklad Bridge: {subject}", parts[:MOST], left)


def trial_letter(recipient: Recipient) -> Letter:
    """What the button “Send a test” sends."""
    with translation.override(recipient.language):
        part = Said(_("It works"), [_("This is a test. Alerts of the bridge will come here.")])
        return _printed(f"Sklad Bridge: {part.title}", [part], 0)


def newest(alerts: Sequence[Alert]) -> list[Alert]:
    """Of each trouble only what is newest, oldest trouble first: its earlier news are no news any more."""
    latest: dict[object, Alert] = {}
    for alert in sorted(alerts, key=lambda one: (one.created_at, one.pk)):
        about = alert.incident_id or f"alert {alert.pk}"
        latest[about] = alert
    return list(latest.values())


def _printed(subject: str, parts: Sequence[Said], left: int) -> Letter:
    footer = _("Alerts are chosen on the desk: Alerts → Recipients.")
    more = _("And more: %(count)s. All of them are on the desk: Alerts.") % {"count": left} if left else ""
    desk = f"{settings.BRIDGE_PUBLIC_URL}{reverse('admin:bridge_alert_changelist')}"
    context = {
        "parts": parts,
        "more": more,
        "footer": footer,
        "desk": desk if settings.BRIDGE_PUBLIC_URL else "",
        "language": translation.get_language(),
    }
    blocks = [_text(part) for part in parts] + ([more] if more else [])
    html = render_to_string("bridge/alerts/letter.html", context)
    return Letter(subject.replace("\n", " "), "\n\n———\n\n".join(blocks), html)


def _text(part: Said) -> str:
    lines = [part.title, "", *part.lines]
    if part.remedy:
        lines += ["", _("What to do: %(remedy)s") % {"remedy": part.remedy}]
    if part.address:
        lines += ["", f"{part.page}: {part.address}"]
    elif part.page:
        lines += ["", _("On the desk: %(page)s") % {"page": part.page}]
    return "\n".join(lines)
