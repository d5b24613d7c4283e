"""Text from outside, made fit to be kept: no NUL and no half characters, never longer than its column."""

from __future__ import annotations

import re

# PostgreSQL keeps no NUL; half of a surrogate pair (JSON can write one) is no character in any encoding.
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def plain(value: object, limit: int | None = None) -> str:
    """A text or number of a message as text of at most `limit` characters; '' for none and for anything else."""
    if value is None or isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return _UNFIT.sub("", str(value))[:limit]
