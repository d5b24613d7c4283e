"""Lists of tables without bounds: counted as far as the pager needs, never acted upon as a whole in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from unfold.paginator import InfinitePaginator

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin as Base
else:
    Base = object

COUNTED = 500
"""Rows that are counted in any case: a small table is counted to its end."""
AHEAD = 5
"""Pages after the one that is shown that are counted too, so that one can go on for as long as there are any."""
DEEPEST = 200
"""Pages of a list: to read beyond, the database would count all rows before. Nobody turns so many; filters narrow."""
AT_ONCE = 1000
"""Rows an action takes in one request."""


class KeysFirst(Paginator):  # type: ignore[type-arg]
    """Of a page first the keys: rows that are passed over or sorted away are not read, nor what belongs to them."""

    def page(self, number: Any) -> Any:
        found = super().page(number)
        rows: Any = self.object_list
        keys: Any = found.object_list
        found.object_list = rows.filter(pk__in=list(keys.values_list("pk", flat=True)))
        return found


class BoundedPaginator(KeysFirst):
    """Counting a million rows takes longer than showing fifty of them. `shown`: the page that is asked for."""

    shown = 1
    counted: int | None = None

    @property
    def limit(self) -> int:
        return max(self.counted or COUNTED, (self.shown + AHEAD) * self.per_page)

    @cached_property
    def num_pages(self) -> int:
        return min(super().num_pages, DEEPEST)

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.limit)

    @property
    def more(self) -> int:
        """The limit, where there are more rows than are counted; 0 otherwise."""
        return self.limit if self._counted > self.limit else 0

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: self.limit + 1].count())


class WidelyCounted(BoundedPaginator):
    """For lists of which all rows can be acted upon at once: how many that are is said, as far as anybody would."""

    counted = 20_000


class EndlessPaginator(KeysFirst, InfinitePaginator):  # type: ignore[misc]
    """Counts nothing: one page leads to the next."""

    num_pages = DEEPEST


class BoundedList(Base):  # type: ignore[type-arg]
    """Mixed into a page, before it."""

    paginator = BoundedPaginator
    # Only what an index keeps in order: each list names its own.
    sortable_by: ClassVar[Any] = ()
    all_at_once = False

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        paginator: Any = super().get_paginator(request, *args, **kwargs)
        asked = request.GET.get("p", "")
        paginator.shown = min(int(asked), DEEPEST) if asked.isdecimal() and len(asked) < 10 else 1
        return paginator

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> Any:
        across = request.POST.get("select_across") == "1" and not self.all_at_once
        if across and queryset[: AT_ONCE + 1].count() > AT_ONCE:
            text = _("That would be more than %(count)s rows at once. Narrow the list by its filters first.")
            self.message_user(request, text % {"count": AT_ONCE}, messages.WARNING)
            return redirect(request.get_full_path())
        return super().response_action(request, queryset, *args, **kwargs)
