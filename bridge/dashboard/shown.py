"""How the desk writes things: money and time in the reader's way, coloured tags, links, two lines in a cell."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bridge.wording import money as money

EMPTY = "—"


def when(moment: datetime | None) -> str:
    """Local date and time, short; a dash for never."""
    if moment is None:
        return EMPTY
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def precisely(moment: datetime) -> str:
    """Local date and time to the second, for timelines."""
    local = timezone.localtime(moment)
    return f"{date_format(local, 'SHORT_DATE_FORMAT')}, {local:%H:%M:%S}"


def ago(seconds: float | None) -> str:
    """'12 s ago', '5 min ago', '3 h ago', '2 d ago', in whole units; a dash for never."""
    if seconds is None:
        return EMPTY
    for size, text in (
        (86400, _("%(n)s d ago")),
        (3600, _("%(n)s h ago")),
        (60, _("%(n)s min ago")),
    ):
        if seconds >= size:
            return text % {"n": int(seconds // size)}
    return _("%(n)s s ago") % {"n": int(seconds)}


def quantity(value: Decimal) -> str:
    """'2', '0,5': no zeros after the point."""
    text = number_format(value.normalize() if value else Decimal(0), use_l10n=True)
    return str(text)


def pieces(value: Decimal) -> str:
    """A number of a site: '7', '0,5'; below zero what is owed, '−2 (owed to buyers)'."""
    if value >= 0:
        return quantity(value)
    return _("−%(count)s (owed to buyers)") % {"count": quantity(-value)}


def tag(text: object, colour: str = "muted") -> SafeString:
    """A small coloured label: success, warning, danger, info or muted."""
    return format_html('<span class="desk-tag desk-{}">{}</span>', colour, text)


def link(url: str, text: object, *, outside: bool = False) -> SafeString:
    """A link; `outside` opens the other system in a new tab."""
    if not outside:
        return format_html('<a class="desk-link" href="{}">{}</a>', url, text)
    return format_html(
        '<a class="desk-link" href="{}" target="_blank" rel="noopener">{}&nbsp;↗</a>', url, text
    )


def page_of(model_name: str, pk: object, text: object) -> SafeString:
    """A link to a page of the desk: 'order', 12 → /admin/bridge/order/12/change/."""
    return link(reverse(f"admin:bridge_{model_name}_change", args=[pk]), text)


def lines(*parts: object) -> SafeString:
    """Lines under one another in a cell, the first one plain, the others smaller; empty ones are left out."""
    first, *rest = [part for part in parts if part] or [EMPTY]
    return format_html(
        '<div class="desk-lines"><div>{}</div>{}</div>',
        first,
        format_html_join("", '<div class="desk-small">{}</div>', ((part,) for part in rest)),
    )
