"""`desk_title`: what the desk calls a row or a list in the line above its page; `pause_notices`: a shop's pauses."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib import admin
from django.db.models import Model
from django.utils.text import capfirst

from bridge.dashboard import navigation
from bridge.dashboard.pauses import pause_words

register = template.Library()


@register.filter
def desk_title(thing: Any, link: object = "") -> str:
    """The page's own name for a row; for a list what the sidebar calls it; for anything else its text."""
    if not isinstance(thing, Model):
        return capfirst(navigation.title_at(str(link)) or str(thing))
    page = admin.site.get_model_admin(type(thing))
    naming = getattr(page, "title_of", str)
    return str(naming(thing))  # it may begin with what somebody named: a shop is called as it is


@register.inclusion_tag("admin/bridge/pause/notices.html", takes_context=True)
def pause_notices(context: Any, shop: Any, of: str = "") -> dict[str, Any]:
    """The pauses of a shop that are on; with "orders" only those that keep something of orders in."""
    return {
        "pauses": pause_words.notices(shop, pause_words.OF_ORDERS if of == "orders" else ()),
        "may_end": context["request"].user.has_perm("bridge.change_pause"),
    }
