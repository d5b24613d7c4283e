"""Causes that lie in the settings of the shop, not in an item: a preview says them once, with how many they keep."""

from __future__ import annotations

from django.db.models import Count

from bridge.sync.models import GoodsChange, GoodsRun

OF_THE_SHOP = ("sale_price_type_missing", "site_settings_not_read")


def said_once(run: GoodsRun) -> None:
    """In the place of a row per item comes one without an item: {"items": how many} in its `values`."""
    rows = run.changes.filter(state=GoodsChange.State.KEPT, reason__in=OF_THE_SHOP)
    for cause in list(rows.order_by().values("field", "reason").annotate(items=Count("pk"))):
        alike = rows.filter(field=cause["field"], reason=cause["reason"])
        params = alike.values_list("reason_params", flat=True)[0]
        alike.delete()
        GoodsChange.objects.create(
            run=run,
            shop_id=run.shop_id,
            field=cause["field"],
            reason=cause["reason"],
            reason_params=params,
            values={"items": cause["items"]},
            state=GoodsChange.State.KEPT,
        )
