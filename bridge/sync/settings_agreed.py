"""What the owner agreed to when a shop began to write its goods: chosen otherwise, it is shown before it is written.

Take `chosen` before settings are saved and call `follow` after it, in one transaction: then no worker sees the new
settings with writing still on.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

from bridge.connections.models import GoodsRule, Shop
from bridge.sync import leased
from bridge.sync.models import GoodsRun
from bridge.sync.previews import runs
from bridge.sync.settings_changed import COUNTED, SHOWN, shop_changed

WRITES = "write_goods"
# What decides which values the site is given.
DECIDING = sorted({*COUNTED, *SHOWN} - {WRITES})
WORKED_OUT = (GoodsRun.Step.COMPARING, GoodsRun.Step.READY)


class Chosen(NamedTuple):
    """Whether a shop writes, and what decides the values it would write."""

    writes: bool
    settings: dict[str, Any]
    rules: frozenset[tuple[str, str, str, str]]


class Followed(NamedTuple):
    """What a save led to. `held`: writing waits for its owner. `forgotten`: a preview of the former choices is void."""

    changed: bool = False
    held: bool = False
    forgotten: bool = False


def chosen(pk: int) -> Chosen:
    """As it is stored now."""
    shop = Shop.objects.get(pk=pk)
    rules = GoodsRule.objects.filter(shop=pk).values_list("scope", "external_id", "sets", "value")
    return Chosen(shop.write_goods, {name: _value(shop, name) for name in DECIDING}, frozenset(rules))


def follow(before: Chosen, shop: Shop, *, deliberate: bool = False) -> Followed:
    """Hold the writing of a saved shop whose values are now made otherwise, unless it is asked for (`deliberate`)."""
    now = chosen(shop.pk)
    if (now.settings, now.rules) == (before.settings, before.rules):
        return Followed()
    forgotten = _forget(shop)
    held = before.writes and now.writes and not deliberate
    if held:
        writing = copy.copy(shop)
        shop.write_goods = False
        shop.save(update_fields=[WRITES])
        shop_changed(writing, shop)
    return Followed(changed=True, held=held, forgotten=forgotten)


def _forget(shop: Shop) -> bool:
    """A preview of the former choices is no longer what would be written: one that waits is dropped, and one that is
    being written does not switch on what nobody has seen.
    """
    previews = GoodsRun.objects.filter(shop=shop, kind=GoodsRun.Kind.PREVIEW, state__in=leased.OPEN)
    unsaid = previews.filter(step=GoodsRun.Step.WRITING, then_on=True).update(then_on=False)
    dropped = [runs.drop(run) for run in previews.filter(step__in=WORKED_OUT)]
    return bool(unsaid) or any(dropped)


def _value(shop: Shop, name: str) -> Any:
    """The order of warehouses and of fields makes no other values."""
    value = getattr(shop, name)
    return sorted(value) if isinstance(value, list) else value
