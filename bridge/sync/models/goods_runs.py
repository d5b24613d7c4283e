"""GoodsRun: what is to change on the goods of a site. GoodsChange: one field of one item of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Shop
from bridge.sync.models.long_work import LongWork


class GoodsRun(LongWork):
    """What is to be, or was, changed on the goods of a site: a preview the owner confirms, or the undoing of one.

    Its rows are GoodsChange. A preview is COMPARING while it is worked out, then READY until the owner confirms it
    (WRITING, WRITTEN) or drops it. `counts`: {field: {state: rows}}, for people (sync/previews/totals.py).
    """

    class Kind(models.TextChoices):
        PREVIEW = "preview", _("preview")
        UNDO = "undo", _("undone")

    class Step(models.TextChoices):
        COMPARING = "comparing", _("being worked out")
        READY = "ready", _("waits for you")
        WRITING = "writing", _("being written")
        WRITTEN = "written", _("written")
        DROPPED = "dropped", _("dropped")

    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, related_name="goods_runs", verbose_name=_("shop")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PREVIEW)
    step = models.CharField(_("step"), max_length=10, choices=Step.choices, default=Step.COMPARING)
    undoes = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="undone_by")
    # Once it is written, the shop's goods are written by themselves (Shop.write_goods).
    then_on = models.BooleanField(_("from then on by itself"), default=False)
    # The history names them when the shop begins to write.
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    total = models.PositiveIntegerField(_("goods"), default=0)
    done = models.PositiveIntegerField(_("looked at"), default=0)
    counts = models.JSONField(default=dict)

    class Meta(LongWork.Meta):
        verbose_name = _("change of goods on the site")
        verbose_name_plural = _("changes of goods on the site")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class GoodsChange(models.Model):
    """One field of one item on the site: what it was, what it is to be, why, and what came of it.

    `field`: "stock", "backorders", a name of domain/fields.py, "publish" or "hide". `old` and `new` are texts as people
    read them, `values` what they stand for (sync/previews/planned.py). Without a run: written by itself, kept for
    people to see (sync/last_writes.py).
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        LEFT = "left", _("left as it is")
        KEPT = "kept", _("not written")
        WRITTEN = "written", _("written")
        REFUSED = "refused", _("refused by the site")
        OVERTAKEN = "overtaken", _("changed meanwhile")
        UNDONE = "undone", _("undone")

    class Mark(models.TextChoices):
        ZERO = "zero", _("to zero")
        JUMP = "jump", _("a big jump")

    run = models.ForeignKey(GoodsRun, on_delete=models.CASCADE, null=True, related_name="changes")
    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, related_name="goods_changes", verbose_name=_("shop")
    )
    listing = models.ForeignKey("bridge.Listing", on_delete=models.CASCADE, null=True, related_name="changes")
    # An item that is not on the site yet.
    product = models.ForeignKey("bridge.Product", on_delete=models.CASCADE, null=True, related_name="+")
    field = models.CharField(_("field"), max_length=20)
    old = models.CharField(_("now"), max_length=500, blank=True)
    new = models.CharField(_("then"), max_length=500, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    reason_params = models.JSONField(default=dict)
    mark = models.CharField(_("worth a look"), max_length=10, choices=Mark.choices, blank=True)
    values = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    detail = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(_("written at"), null=True)

    class Meta:
        verbose_name = _("change of an item")
        verbose_name_plural = _("changes of items")
        indexes = [
            models.Index(fields=["run", "state", "id"], name="goods_change_state"),
            models.Index(fields=["shop", "at"], name="goods_change_at", condition=models.Q(run=None)),
            models.Index(fields=["at", "id"], name="goods_change_by_itself", condition=models.Q(run=None)),
            models.Index(fields=["run", "id"], name="goods_change_of_run"),
            models.Index(
                fields=["at", "id"],
                name="goods_change_tried",
                condition=models.Q(state__in=["written", "refused", "undone"]),
            ),
            models.Index(fields=["state", "at", "id"], name="goods_change_came_to"),
            models.Index(fields=["mark", "at"], name="goods_change_mark", condition=~models.Q(mark="")),
            models.Index(fields=["field", "at"], name="goods_change_field"),
            models.Index(fields=["reason", "at"], name="goods_change_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.old} → {self.new}"
