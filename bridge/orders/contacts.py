"""What a site last said of its buyers' contacts, and was written to the counterparty: only later changes go there."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection


class BuyerContacts(models.Model):
    """`written`: the parts of the counterparty's body, as of the order placed at `as_of`."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="buyer_contacts")
    external_id = models.CharField(max_length=64)
    written: Any = models.JSONField(default=dict)
    as_of = models.DateTimeField()

    class Meta:
        verbose_name = _("contacts of a buyer")
        verbose_name_plural = _("contacts of buyers")
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="contacts_of_a_buyer")
        ]

    def __str__(self) -> str:
        return self.external_id
