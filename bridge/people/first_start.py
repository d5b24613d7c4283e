"""A bridge without an owner says on its console how one comes in."""

from __future__ import annotations

import sys

from django.conf import settings
from django.db import DatabaseError

from bridge.people import links, roles


def announce() -> None:
    """Print a one-time link where nobody is an owner yet. A database that is away or not migrated is not our matter."""
    try:
        if roles.owners().exists():
            return
        link = links.first_owner()
    except DatabaseError:
        return
    sys.stdout.write(told("Nobody can sign in yet. This link makes the owner's account:", link))
    sys.stdout.flush()


def told(says: str, link: str) -> str:
    """What the console shows of a link, apart from the log's lines."""
    lines = ["", f"  {says}", "", f"    {link}", "", f"  It works once, within {links.VALID_HOURS} hours."]
    if not settings.BRIDGE_PUBLIC_URL:
        lines.append("  Put the server's own address in place of localhost if you open it from elsewhere.")
    return "\n".join([*lines, "", ""])
