"""A bridge without an owner says on its console how one comes in, in both languages: nobody has chosen one yet."""

from __future__ import annotations

import sys

from django.conf import settings
from django.db import DatabaseError
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from bridge.people import links, roles


def announce() -> None:
    """Print a one-time link where nobody is an owner yet. A database that is away or not migrated is not our matter."""
    try:
        if roles.owners().exists():
            return
        link = links.first_owner()
    except DatabaseError:
        return
    said = told(_("Nobody can sign in yet. This link makes the owner's account:"), link)
    # A console of another encoding must not keep the bridge from starting.
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(said.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()


def told(says: Promise, link: str) -> str:
    """What the console shows of a link, apart from the log's lines."""
    before, after = [], []
    for language, _name in settings.LANGUAGES:
        with override(language):
            before.append(str(says))
            after.append(gettext("It works once, within %(hours)s hours.") % {"hours": links.VALID_HOURS})
            if not settings.BRIDGE_PUBLIC_URL:
                after[-1] += " " + gettext(
                    "Put the server's own address in place of localhost if you open it from elsewhere."
                )
    return "\n".join(f"  {line}".rstrip() for line in ["", *before, "", f"  {link}", "", *after, "", ""])
