"""A case: something that cannot go on by itself. Whose it is, until when it is put off, why it was given up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bridge.history.deeds import as_told


class Case(models.Model):
    """What people decided about a row that waits for them (messages of the outbox, events of the inbox)."""

    # Looked up among the few rows that wait for a person only, so none of these has an index.
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("assigned to"),
    )
    snoozed_until = models.DateTimeField(_("put off until"), null=True)
    # Both are empty by the database's own word too: the last release still adds rows while they are being made.
    # As a person typed it, or what follows from a decision, in every language (`why_discarded`).
    discard_reason = models.CharField(
        _("why it was discarded"), max_length=300, blank=True, default="", db_default=""
    )
    # The name of who discarded it; empty where the bridge itself did.
    discarded_by = models.CharField(_("discarded by"), max_length=150, blank=True, default="", db_default="")

    class Meta:
        abstract = True

    @property
    def why_discarded(self) -> str:
        """In the reader's language."""
        return as_told(self.discard_reason)


# The fields of a case that begins anew.
FRESH: dict[str, Any] = {"snoozed_until": None, "discard_reason": "", "discarded_by": ""}


def snoozed(now: datetime | None = None) -> Q:
    """Cases that are put off at this moment."""
    return Q(snoozed_until__gt=now or timezone.now())


def assign(rows: QuerySet[Any], person: User | None) -> int:
    """Give cases to a person, or back to nobody; returns how many."""
    return int(rows.update(assigned_to=person))


def snooze(rows: QuerySet[Any], until: datetime | None) -> int:
    """Put cases off until a moment, or take them up again; returns how many."""
    return int(rows.update(snoozed_until=until))
