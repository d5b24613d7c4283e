"""Flags: what both sides do not agree on, or what staff should know of an order, though nothing waits for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.domain.errors import Problem
from bridge.orders.models import Order


class Flag(models.Model):
    """`code` and `params` make a sentence of the catalogue (bridge/problems/); one flag of a code per order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="flags")
    code = models.CharField(_("reason"), max_length=60)
    params = models.JSONField(default=dict)
    raised_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        ordering = ["-raised_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["order", "code"], name="one_flag_of_a_code")]
        indexes = [models.Index(fields=["code", "order"], name="flag_code")]

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
    show_together({order.pk: only(problems, *codes)})


def only(problems: Sequence[Problem], *codes: str) -> dict[str, Problem | None]:
    """Of these codes exactly these problems, as `show_together` takes them."""
    return dict.fromkeys(codes) | {problem.code: problem for problem in problems}


def show_together(notes: Mapping[int, Mapping[str, Problem | None]]) -> None:
    """Of each order (by primary key), show these problems by their codes; a code with None is true no longer."""
    known = {
        (flag.order_id, flag.code): flag
        for flag in Flag.objects.filter(
            order__in=[pk for pk, said in notes.items() if said],
            code__in={code for said in notes.values() for code in said},
        )
    }
    wanted = {(pk, code): problem for pk, said in notes.items() for code, problem in said.items()}
    over = [flag.pk for key, flag in known.items() if key in wanted and wanted[key] is None]
    shown = [
        Flag(order_id=key[0], code=key[1], params=dict(problem.params))
        for key, problem in wanted.items()
        if problem is not None and (key not in known or known[key].params != dict(problem.params))
    ]
    if over:
        Flag.objects.filter(pk__in=over).delete()
    Flag.objects.bulk_create(
        shown, update_conflicts=True, unique_fields=["order", "code"], update_fields=["params"]
    )


def of(order: Order) -> list[Any]:
    return list(order.flags.all())
