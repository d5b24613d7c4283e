"""What a person is told after a shop was saved that no longer writes what was agreed to."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bridge.connections.models import Shop
from bridge.history.deeds import Value
from bridge.history.forms import switched
from bridge.sync import settings_agreed
from bridge.sync.settings_agreed import Followed


def sentence(followed: Followed) -> str:
    """'' where nothing is different for the person."""
    if followed.held:
        return _(
            "These settings change what the site is given, so stock, prices and texts are not written for now. "
            "Nothing is written until you have looked at what would change."
        )
    if followed.forgotten:
        return _("The preview was worked out with the former settings and is no longer valid.")
    return ""


def values(followed: Followed) -> list[Value]:
    """What was switched beside what the person chose, for the history."""
    return [switched(Shop, settings_agreed.WRITES, False)] if followed.held else []


def with_link(said: str, shop: Shop) -> SafeString:
    """The sentence and the way to the preview."""
    url = f"{reverse('admin:bridge_goodsrun_add')}?shop={shop.pk}"
    return format_html('{} <a class="desk-link" href="{}">{}</a>', said, url, _("See what would change"))
