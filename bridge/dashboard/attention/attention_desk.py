"""The page “Needs attention”: every cause with what repairs it; one cause tried again, discarded, assigned, put off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge import problems
from bridge.dashboard import long_work_page, shown
from bridge.dashboard.attention import attention, retry_page
from bridge.dashboard.attention.attention_deeds import DEEDS, do
from bridge.dashboard.attention.attention_forms import NarrowForm
from bridge.dashboard.attention.attention_remedies import remedies, whom_to_ask
from bridge.dashboard.long_work_desk import told
from bridge.domain.errors import DomainError
from bridge.problems.entry import Kind
from bridge.sync import leased
from bridge.sync.attention import retries
from bridge.sync.attention.selection import EVENTS, MESSAGES, Narrowed, Selection
from bridge.sync.models import RetryRun

if TYPE_CHECKING:
    from bridge.dashboard.page import ReadOnlyPage as Base
else:
    Base = object

PAGE = "admin:bridge_outboxmessage_attention"
GROUPS_PER_PAGE = 20
RUNS_SHOWN = 5


class AttentionViews(Base):
    """Mixed into the page of outgoing messages."""

    def get_urls(self) -> list[URLPattern]:
        def way(view: Any, name: str = "", **given: str) -> URLPattern:
            route = f"attention/{name}/" if name else "attention/"
            called = f"bridge_outboxmessage_attention_{name}" if name else "bridge_outboxmessage_attention"
            found: URLPattern = path(route, self.admin_site.admin_view(view), given, name=called)
            return found

        return [
            way(self.attention),
            way(self.retry_group, "retry"),
            *(way(self.do_to_group, name, deed=name) for name in DEEDS),
            *super().get_urls(),
        ]

    def attention(self, request: HttpRequest) -> HttpResponse:
        """All causes, narrowed as asked."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        every = attention.groups(Narrowed(put_off=bool(request.GET.get("put_off"))))
        form = NarrowForm(request.GET, list({group.selection.cause for group in every}))
        narrowed = form.narrowed()
        found = attention.groups(narrowed)
        pages = Paginator(found, GROUPS_PER_PAGE)
        page = pages.get_page(request.GET.get("p"))
        may = self.has_repair_permission(request)
        cards = [
            {
                **card,
                **_links(card["selection"]),
                **self._offered(request, card),
            }
            for card in attention.cards(list(page), narrowed)
        ]
        runs = RetryRun.objects.filter(state__in=leased.OPEN).select_related("shop").order_by("-pk")
        return self._attention_page(
            request,
            "page",
            {
                "title": gettext("Needs attention"),
                "cards": cards,
                "groups": pages.count,
                "rows": sum(group.count for group in found),
                "page": page,
                "query": _without_page(request.GET),
                "form": form,
                "narrowed": narrowed != Narrowed(),
                "put_off": Narrowed(put_off=True).count(),
                "may": may,
                "runs": [_run(run) for run in runs[:RUNS_SHOWN]],
            },
        )

    def _offered(self, request: HttpRequest, card: dict[str, Any]) -> dict[str, Any]:
        """What this person can do about a cause, and whom they ask for what they may not."""
        cause = card["selection"].cause
        kind = problems.entry(cause).kind
        again = gettext("Check again") if kind is Kind.GIVE_RIGHT else gettext("Try all again")
        offered = remedies(card, request.user)
        return {
            "remedies": offered,
            "ask": whom_to_ask(cause, offered, request.user, again),
            "again": again,
            "may_retry": self.has_repair_permission(request) and kind is not Kind.NONE,
        }

    def retry_group(self, request: HttpRequest) -> HttpResponse:
        """Says what it would take, then starts it."""
        selection = self._selection(request)
        context: dict[str, Any] = {}
        if request.method == "POST":
            try:
                run = retries.start(selection, str(request.user))
            except DomainError as error:
                context = told(error.problem)
            else:
                self.admin_site._registry[RetryRun].note(  # type: ignore[attr-defined]
                    request, run, _("Begun: everything of this reason is tried again.")
                )
                return redirect("admin:bridge_retryrun_change", run.pk)
        estimate = retries.estimate(selection)
        question = gettext("To try again: %(count)s. About %(calls)s calls to MoySklad, about %(time)s.")
        figures = {
            "count": estimate.rows,
            "calls": estimate.calls,
            "time": retry_page.lasting(estimate.seconds),
        }
        return self._asked(
            request, selection, {**context, "question": question % figures, "submit": gettext("Try again")}
        )

    def do_to_group(self, request: HttpRequest, deed: str) -> HttpResponse:
        """Asks, then does a deed of the table to every row of a cause."""
        selection, what = self._selection(request), DEEDS[deed]
        form = what.form(request, None, request.POST or None)
        if request.method == "POST" and form.is_valid():
            done = do(what, selection.rows(), form, request.user, request.user)
            self.message_user(request, str(what.said) % done._asdict())
            return redirect(f"{reverse(PAGE)}?{urlencode(_narrowing(selection.narrowed))}")
        context = {"question": what.question, "submit": what.title, "form": form}
        return self._asked(request, selection, context)

    def _asked(self, request: HttpRequest, selection: Selection, context: Mapping[str, Any]) -> HttpResponse:
        return self._attention_page(
            request,
            "deed",
            {
                "title": context["submit"],
                "cause": attention.said(selection.cause, list(selection.rows()[:2])),
                "count": selection.rows().count(),
                "back": f"{reverse(PAGE)}?{urlencode(_narrowing(selection.narrowed))}",
                "hidden": _key(selection).items(),
                **context,
            },
        )

    def _selection(self, request: HttpRequest) -> Selection:
        """The group an address or a form names."""
        if not self.has_repair_permission(request):
            raise PermissionDenied
        given = request.POST if request.method == "POST" else request.GET
        source, of = given.get("source", ""), given.get("of", "")
        if source not in (MESSAGES, EVENTS) or not of.isdecimal():
            raise Http404
        if source == EVENTS and not request.user.has_perm("bridge.change_inboxevent"):
            raise PermissionDenied
        code = given.get("of_cause", "")
        narrowed = NarrowForm(given, [code, given.get("cause", "")]).narrowed()
        return Selection(source, int(of), code, narrowed)

    def _attention_page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), **context}
        return TemplateResponse(request, f"admin/bridge/attention/{name}.html", whole)


def _links(selection: Selection) -> dict[str, str]:
    """Where the buttons of a group lead."""
    key = urlencode(_key(selection))
    deeds = {
        f"{name}_url": f"{reverse(f'admin:bridge_outboxmessage_attention_{name}')}?{key}"
        for name in ("retry", *DEEDS)
    }
    if selection.source == MESSAGES:
        listed, asked = "outboxmessage", {"shop__id__exact": str(selection.of), "problem": selection.cause}
    else:
        listed = "inboxevent"
        asked = {
            "connection__id__exact": str(selection.of),
            "problem": selection.cause,
            "state__exact": "failed",
        }
    return {
        **deeds,
        "list_url": f"{reverse(f'admin:bridge_{listed}_changelist')}?{urlencode(asked)}",
        "catalogue_url": catalogue_url(selection.cause),
    }


def catalogue_url(code: str) -> str:
    """The entry of the error catalogue for a code."""
    return f"{reverse('admin:bridge_outboxmessage_catalogue')}?{urlencode({'code': code})}" if code else ""


def _key(selection: Selection) -> dict[str, Any]:
    """What names a group in an address, with what the page is narrowed to."""
    own = {"source": selection.source, "of": selection.of, "of_cause": selection.cause}
    return {**_narrowing(selection.narrowed), **own}


def _narrowing(narrowed: Narrowed) -> dict[str, Any]:
    given = {
        "shop": narrowed.shop,
        "cause": narrowed.cause,
        "assigned": narrowed.assigned,
        "since": narrowed.since and narrowed.since.isoformat(),
        "until": narrowed.until and narrowed.until.isoformat(),
        "put_off": "on" if narrowed.put_off else "",
    }
    return {name: value for name, value in given.items() if value}


def _without_page(given: QueryDict) -> str:
    kept = given.copy()
    kept.pop("p", None)
    return kept.urlencode()


def _run(run: RetryRun) -> dict[str, Any]:
    return {
        "what": shown.page_of("retryrun", run.pk, retry_page.described(run)),
        "shop": run.shop.name,
        "bar": long_work_page.bar_in_list(run, retry_page),
    }
