"""What an event said, for people: without secrets, and of buyers only enough to know them again, as in the API log."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bridge.connections.clients import secrets_of
from bridge.dashboard.calls import call_words
from bridge.domain import masking
from bridge.inbox.models import InboxEvent

# So much of it is shown; an event has at most EVENT_MAX_BYTES.
LIMIT = 200_000
WHOLE = "whole"


class Content(NamedTuple):
    """`size`: bytes of all of it; `cut`: the text is only its beginning."""

    text: str
    size: int
    cut: bool


def may_see_all(request: HttpRequest) -> bool:
    """The names and addresses of buyers are the owner's to look at."""
    return request.user.has_perm("bridge.change_connection")


def content(event: InboxEvent, *, whole: bool) -> Content:
    """Its text without secrets; unless `whole`, of buyers only enough to know them again."""
    data, secrets = event.body.encode(), secrets_of(event.connection)
    if whole:
        return Content(
            masking.without_secrets(event.body[:LIMIT], secrets), len(data), len(event.body) > LIMIT
        )
    text, cut = masking.body(data, secrets=secrets, limit=LIMIT, size=len(data))
    return Content(text, len(data), cut)


def html(request: HttpRequest, event: InboxEvent) -> SafeString:
    """The content, masked unless an owner asks to see all of it."""
    whole = may_see_all(request) and WHOLE in request.GET
    text, total, cut = content(event, whole=whole)
    size = call_words.size(total)
    note = _("Only the beginning is shown; in all it has %(size)s.") % {"size": size} if cut else size
    return format_html(
        '<div class="desk-small">{} {}</div><pre class="desk-code" tabindex="0">{}</pre>',
        note,
        _way(request, whole),
        call_words.body(text),
    )


def _way(request: HttpRequest, whole: bool) -> SafeString | str:
    if whole:
        return format_html('· <a class="desk-link" href="?">{}</a>', _("Hide what is of buyers"))
    said = _("· Names, addresses and phones of buyers are masked.")
    if not may_see_all(request):
        return said
    return format_html('{} <a class="desk-link" href="?{}=1">{}</a>', said, WHOLE, _("Show them"))
