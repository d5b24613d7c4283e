"""Diagnosis: one look at everything, and what it found."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Shop
from bridge.sync.models.long_work import LongWork


class Diagnosis(LongWork):
    """`found`: {check: {"level", "code", "params"}} of the checks that are over, in words.py's words. `trial`: it also
    makes an item in MoySklad and takes it away again, to see whether MoySklad tells of it. `place` holds what checks
    that wait for an answer have begun.
    """

    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, null=True, related_name="diagnoses", verbose_name=_("shop")
    )
    by = models.CharField(_("by"), max_length=150, blank=True)
    trial = models.BooleanField(default=False)
    found: Any = models.JSONField(default=dict)

    class Meta(LongWork.Meta):
        verbose_name = _("diagnosis")
        verbose_name_plural = _("diagnoses")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
