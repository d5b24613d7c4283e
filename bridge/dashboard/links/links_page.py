"""What stands above the list of the site's goods: how many are linked, what can be done at once, imports at work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bridge.catalog.bindings import UNDONE_BY_SKU
from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.dashboard import shown
from bridge.dashboard.links.links_filters import CONFLICTS, HERE, NO_LINK, STATES, Match
from bridge.dashboard.long_work_page import Progress, bar
from bridge.dashboard.words import FLOWS, sentence_case, word
from bridge.problems import sentence
from bridge.sync.models import LinkRun, Watermark

# Flows whose progress is shown here.
READING = ("catalogue", "site_catalogue", "suggestions")
SHOPS_AT_MOST = 5
OPEN_STEPS = (LinkRun.Step.CHECKING, LinkRun.Step.READY, LinkRun.Step.MAKING, LinkRun.Step.UNDOING)


def _open_run(column: str) -> Subquery:
    """A column of the run of a shop that is at work or waits for an answer."""
    runs = LinkRun.objects.filter(shop=OuterRef("pk"), step__in=OPEN_STEPS).order_by("-pk")
    return Subquery(runs.values(column)[:1])


READ_AT = Subquery(
    Watermark.objects.filter(connection=OuterRef("site"), flow="site_catalogue").values("last_success_at")[:1]
)
# Each part of a figure through an index of its own: what is wrong is little of a large catalogue.
PARTS = {
    "earlier": (HERE & Q(earlier_link__gt="", binding__isnull=True),),
    "suggested": (STATES["suggested"][1],),
    "lost": (
        Q(present=False, binding__isnull=False),
        Q(present=True, binding__product__present=False),
        UNDONE_BY_SKU,
    ),
}


def context(shop_id: str) -> dict[str, Any]:
    """Everything the template needs; `shop_id` as the list is filtered, '' for all shops."""
    shops = Shop.objects.filter(pk=int(shop_id)) if shop_id.isdecimal() else Shop.objects.all()
    runs = {f"run_{column}": _open_run(column) for column in ("id", "kind", "step")}
    found = list(shops.annotate(read_at=READ_AT, **runs).order_by("name")[:SHOPS_AT_MOST])
    figures = _figures(found)
    return {"shops": [_shop(shop, figures[shop.pk]) for shop in found], "readings": readings(found)}


def _figures(shops: Iterable[Shop]) -> dict[int, Counter[str]]:
    """How many listings of each shop are in which state."""
    figures: dict[int, Counter[str]] = {shop.pk: Counter() for shop in shops}
    rows = Listing.objects.filter(shop__in=figures).order_by()
    for shop, match, count in rows.filter(HERE).values_list("shop", "match").annotate(n=Count("pk")):
        figures[shop]["here"] += count
        for state, matches in (("linked", (Match.LINKED,)), ("unlinked", NO_LINK), ("conflicts", CONFLICTS)):
            figures[shop][state] += count if match in matches else 0
    for state, parts in PARTS.items():
        for part in parts:
            for shop, count in rows.filter(part).values_list("shop").annotate(n=Count("pk")):
                figures[shop][state] += count
    return figures


def readings(shops: Iterable[Shop]) -> list[dict[str, Any]]:
    """Imports that have begun and not ended; after a killed worker they go on by themselves."""
    connections = {pk for shop in shops for pk in (shop.site_id, shop.account_id)}
    rows = Watermark.objects.filter(connection__in=connections, flow__in=READING).exclude(cursor={})
    return [
        {
            "name": word(FLOWS, row.flow),
            "bar": bar(Progress(row.done, row.total)),
            "problem": sentence(row.problem, row.problem_params),
        }
        for row in rows.order_by("pk")
    ]


def _shop(shop: Any, counted: Counter[str]) -> dict[str, Any]:
    figures = (
        (_("Linked"), counted["linked"], "linked", "success"),
        (_("Not linked"), counted["unlinked"], "unlinked", "danger"),
        (_("Conflicts"), counted["conflicts"], "conflicts", "warning"),
        (_("With a suggestion"), counted["suggested"], "suggested", "info"),
        (_("Lost their other side"), counted["lost"], "lost", "warning"),
    )
    return {
        "name": shop.name,
        "pk": shop.pk,
        "any": counted["here"],
        "figures": [
            {"name": name, "value": value, "url": listing_url(shop, state), "colour": colour if value else ""}
            for name, value, state, colour in figures
        ],
        "suggested": counted["suggested"],
        "earlier": counted["earlier"],
        "run": _run(shop),
        "read_at": shown.when(shop.read_at) if shop.read_at else "",
    }


def listing_url(shop: Shop, state: str) -> str:
    """The list, narrowed to a shop's items in a state (links_filters.py)."""
    return f"{reverse('admin:bridge_listing_changelist')}?shop__id__exact={shop.pk}&link={state}"


def _run(shop: Any) -> SafeString | str:
    if shop.run_id is None:
        return ""
    what = sentence_case(str(LinkRun.Kind(shop.run_kind).label))
    return shown.page_of("linkrun", shop.run_id, f"{what}: {LinkRun.Step(shop.run_step).label}")
