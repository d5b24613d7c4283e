"""Flags: what both sides do not agree on, or what staff should know of an order, though nothing waits for them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.domain.errors import Problem
from bridge.orders.models import Order


class Flag(models.Model):
    """`code` and `params` make a sentence of the catalogue (bridge/problems.py); one flag of a code per order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="flags")
    code = models.CharField(_("reason"), max_length=60)
    params = models.JSONField(default=dict)
    raised_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        ordering = ["-raised_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["order", "code"], name="one_flag_of_a_code")]

    def __str__(self) -> str:
        return self.code


def show(order: Order, problem: Problem) -> None:
    """Flag an order; a flag of this code gets the new figures."""
    Flag.objects.update_or_create(order=order, code=problem.code, defaults={"params": dict(problem.params)})


def lower(order: Order, *codes: str) -> None:
    """What these flags say is true no longer."""
    Flag.objects.filter(order=order, code__in=codes).delete()


def show_only(order: Order, problems: list[Problem], *codes: str) -> None:
    """Of these codes, show exactly these problems."""
    lower(order, *(set(codes) - {problem.code for problem in problems}))
    for problem in problems:
        show(order, problem)


def of(order: Order) -> list[Any]:
    return list(order.flags.all())
