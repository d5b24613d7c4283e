"""Trouble of our own database that ends by itself: what was being done is tried again, nobody is asked."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError, connection

# A deadlock, a lock held too long, a server that was restarted.
PASSING = (OperationalError, InterfaceError)


def mend() -> None:
    """After an error: let a connection to the database go that is of no use any more; the next query opens one."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
