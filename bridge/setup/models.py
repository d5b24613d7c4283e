"""Setup: how far its owner has come with a shop. What they chose is in the shop itself."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Shop


class Setup(models.Model):
    """`passed`: the steps its owner has agreed to (setup/steps.py). `site`: what the site has that settings name, as it
    was read last: {"statuses": [[slug, name]], "payments": [[slug, title]], "shipping": [[code, title, zone]]}.
    """

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, related_name="setup", verbose_name=_("shop"))
    passed: Any = models.JSONField(default=list)
    site: Any = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("set-up of a shop")
        verbose_name_plural = _("set-up of shops")

    def __str__(self) -> str:
        return str(self.shop)
