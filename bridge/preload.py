"""Read before processes are forked, so that what they have in common is in memory once (docs/adr/0019)."""

from __future__ import annotations

import gc

from django.conf import settings
from django.urls import get_resolver
from django.utils.translation import trans_real


def read_all() -> None:
    """What Django reads when it is first needed: addresses with their pages, translations. Opens no connection.

    What is there by then is left alone by the garbage collector, which would touch, and so copy, all of it.
    """
    assert get_resolver().url_patterns
    for code, _name in settings.LANGUAGES:
        trans_real.translation(code)
    gc.collect()
    gc.freeze()
