"""`desk_title`: what the desk calls a row in the line above its page."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib import admin
from django.db.models import Model

register = template.Library()


@register.filter
def desk_title(thing: Any) -> str:
    """The page's own name for a row; for anything else its text."""
    page = admin.site.get_model_admin(type(thing)) if isinstance(thing, Model) else None
    naming = getattr(page, "title_of", str)
    return str(naming(thing))
