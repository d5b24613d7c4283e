"""Read before processes are forked, so that what they have in common is in memory once (docs/adr/0019)."""

from __future__ import annotations

import gc

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override


def read_all() -> None:
    """What Django reads when it is first needed: translations, addresses with their pages. Opens no connection.

    What is there by then is left alone by the garbage collector, which would touch, and so copy, all of it.
    """
    for code, _name in settings.LANGUAGES:
        with override(code):  # addresses are worked out for each language
            reverse("admin:index")
    gc.collect()
    gc.freeze()
