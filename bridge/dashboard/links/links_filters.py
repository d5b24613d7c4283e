"""How the list of the site's goods is narrowed: by what is known of the link, and by what was not written."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from bridge.catalog.bindings import UNDONE_BY_SKU
from bridge.catalog.models import Listing, ProductBinding

Match = Listing.Match
NO_LINK, CONFLICTS = (Match.MISSING, Match.NO_SKU), (Match.AMBIGUOUS, Match.KIND)
HERE = Q(present=True)
# The two halves of bindings.LOST, each through an index of its own.
LOST_LISTING = Q(present=False, binding__isnull=False)
LOST_PRODUCT = ProductBinding.objects.filter(product__present=False).order_by().values("listing")
STATES = {
    "linked": (_("linked"), HERE & Q(match=Match.LINKED)),
    "unlinked": (_("not linked"), HERE & Q(match__in=NO_LINK)),
    "suggested": (_("with a suggestion"), HERE & ~Q(match=Match.LINKED) & Q(suggestion__isnull=False)),
    "conflicts": (_("conflicts"), HERE & Q(match__in=CONFLICTS)),
    "no_sku": (_("without a SKU"), HERE & Q(match=Match.NO_SKU)),
    "lost": (_("lost its other side"), LOST_LISTING | Q(pk__in=LOST_PRODUCT) | UNDONE_BY_SKU),
}


TAKEN = Q(write_error="", fields_error="")
WRITING = {
    "refused": (_("the site refused"), ~TAKEN),
    "withheld": (_("prices or texts are kept back"), ~Q(fields_withheld={})),
    "written": (_("no refusals"), TAKEN),
}


class LinkFilter(DropdownFilter):  # type: ignore[misc]
    title = _("link")
    parameter_name = "link"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return [(code, label) for code, (label, _rows) in STATES.items()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Listing]) -> QuerySet[Listing]:
        chosen = STATES.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


class HowFilter(ChoicesDropdownFilter):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("how it was linked")


class RefusedFilter(DropdownFilter):  # type: ignore[misc]
    title = _("written to the site")
    parameter_name = "stock"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, Any]]:
        return [(code, label) for code, (label, _rows) in WRITING.items()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Listing]) -> QuerySet[Listing]:
        chosen = WRITING.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset
