"""Changes that a person takes out of a preview: this time, or for good by a rule for the item."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from bridge.connections.models import GoodsRule, Shop
from bridge.domain.changed_values import BACKORDERS, STOCK
from bridge.domain.fields import FIELDS, SITE
from bridge.portions import OF_QUERY
from bridge.sync.fields import wishes
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews.totals import totals
from bridge.sync.stock import news

State = GoodsChange.State
# What a rule can leave to the site for good; backorders go with the number they belong to.
RULES = {STOCK: STOCK, BACKORDERS: STOCK} | {field: field for field in FIELDS}
FOR_GOOD = "left_for_good"


def leave(rows: QuerySet[GoodsChange]) -> int:
    """These are not written with their preview; returns how many that were. The next preview shows them again."""
    return _turn(rows, State.PLANNED, State.LEFT)


def take_again(rows: QuerySet[GoodsChange]) -> int:
    """These are written with their preview after all; what a rule left to the site stays so."""
    return _turn(rows.exclude(reason=FOR_GOOD), State.LEFT, State.PLANNED)


def pin(rows: QuerySet[GoodsChange]) -> int:
    """These fields of these items are the site's from now on; returns how many rules that made. What no rule can leave
    (drafts, hiding) is left this time.
    """
    ready = rows.filter(state__in=(State.PLANNED, State.LEFT), run__step=GoodsRun.Step.READY)
    runs = _runs_of(ready)
    linked = ready.filter(field__in=RULES, listing__binding__isnull=False)
    found = linked.select_related("shop__account", "listing__binding__product").order_by("pk")
    made = after = 0
    while part := list(found.filter(pk__gt=after)[:OF_QUERY]):
        made, after = made + _rules(part), part[-1].pk
    leave(rows)
    _count(runs)
    return made


def unpinned(run: GoodsRun) -> QuerySet[GoodsChange]:
    """What was left this time only, and would be written as soon as the shop writes by itself."""
    return run.changes.filter(state=State.LEFT, field__in=RULES).exclude(reason=FOR_GOOD)


def _turn(rows: QuerySet[GoodsChange], before: str, after: str) -> int:
    ready = rows.filter(state=before, run__step=GoodsRun.Step.READY)
    with transaction.atomic():
        runs = _runs_of(ready)
        turned = GoodsChange.objects.filter(pk__in=ready.order_by().values("pk")).update(state=after)
        _count(runs)
    return turned


def _runs_of(rows: QuerySet[GoodsChange]) -> set[int]:
    return {run for run in rows.order_by().values_list("run", flat=True).distinct() if run is not None}


def _count(runs: set[int]) -> None:
    for run in GoodsRun.objects.filter(pk__in=runs):
        run.counts = totals(run)
        run.save(update_fields=["counts"])


def _rules(rows: Sequence[GoodsChange]) -> int:
    rules = {}
    shops: dict[int, Shop] = {}
    listings: dict[int, set[int]] = {}
    for row in rows:
        if row.listing is None:
            continue
        product = row.listing.binding.product
        key = (row.shop_id, product.external_id, RULES[row.field])
        rules[key] = GoodsRule(
            shop_id=row.shop_id,
            scope=GoodsRule.Scope.ITEM,
            external_id=product.external_id,
            name=product.name,
            sets=RULES[row.field],
            value=SITE,
        )
        shops[row.shop_id] = row.shop
        listings.setdefault(row.shop_id, set()).add(row.listing.pk)
    with transaction.atomic():
        GoodsRule.objects.bulk_create(
            rules.values(),
            update_conflicts=True,
            unique_fields=["shop", "scope", "external_id", "sets"],
            update_fields=["value", "name"],
        )
        GoodsChange.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.LEFT, reason=FOR_GOOD, reason_params={}
        )
        for pk, shop in shops.items():
            news.listings_changed(shop, listings[pk])
            wishes.listings_changed(shop, listings[pk])
    return len(rules)
