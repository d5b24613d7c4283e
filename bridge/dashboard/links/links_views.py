"""What a person does with links beside editing one: suggestions agreed to or refused, many links, files in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.catalog import suggestions
from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.dashboard.links import link_words
from bridge.dashboard.links.links_forms import FileForm, LeastForm
from bridge.dashboard.page import came_from
from bridge.dashboard.spreadsheet_download import download
from bridge.domain import link_table
from bridge.domain.errors import DomainError
from bridge.history.deeds import in_words
from bridge.problems import remedy, sentence
from bridge.sync import flows
from bridge.sync.goods import catalog_from_moysklad
from bridge.sync.links import link_runs, suggested, table
from bridge.sync.links.headings import HEADINGS

if TYPE_CHECKING:
    from bridge.dashboard.page import Page as Base
else:
    Base = object

USUAL_LEAST = 95
STEPS = (100, 95, 90, 85, 80)
SHOWN = 20


class LinkViews(Base):
    """Pages beside the list; mixed into that of the site's goods."""

    def get_urls(self) -> list[Any]:
        views = {
            "confirm": ("<int:pk>/confirm/", self.confirm),
            "refuse": ("<int:pk>/refuse/", self.refuse),
            "many": ("shop/<int:shop_pk>/suggestions/", self.many),
            "read": ("shop/<int:shop_pk>/read/", self.read),
            "again": ("shop/<int:shop_pk>/again/", self.again),
            "download": ("shop/<int:shop_pk>/download/", self.download),
            "upload": ("shop/<int:shop_pk>/upload/", self.upload),
            "earlier": ("shop/<int:shop_pk>/earlier/", self.earlier),
        }
        wrap = self.admin_site.admin_view
        own = [path(way, wrap(view), name=f"bridge_listing_{name}") for name, (way, view) in views.items()]
        return [*own, *super().get_urls()]

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One click: the suggestion that was on the page becomes the link (POST `suggestion`)."""
        listing = self._suggested(request, pk)
        if listing is not None and listing.suggestion is not None:
            product = listing.suggestion
            released = catalog_from_moysklad.link(listing, product)
            names = {"listing": listing, "product": product}
            said = in_words(lambda: gettext("%(listing)s is linked with %(product)s.") % names)
            self.note(request, listing, said)
            self.tell_released(request, released)
        return self._back(request)

    def refuse(self, request: HttpRequest, pk: int) -> HttpResponse:
        """It is not that one: never suggested again, the next likely one is looked for."""
        listing = self._suggested(request, pk)
        if listing is not None:
            suggestions.refuse([listing])
            text = in_words(
                lambda: gettext("The suggestion for %(listing)s is refused.") % {"listing": listing}
            )
            self.note(request, listing, text)
        return self._back(request)

    def tell_released(self, request: HttpRequest, released: int) -> None:
        if released:
            text = gettext("Orders that waited for this link and now go on: %(n)s.")
            self.message_user(request, text % {"n": released})

    def _suggested(self, request: HttpRequest, pk: int) -> Listing | None:
        self._require_post(request)
        rows = Listing.objects.select_related("shop__site", "shop__account", "suggestion")
        listing = get_object_or_404(rows, pk=pk)
        if str(listing.suggestion_id) != request.POST.get("suggestion"):
            self.message_user(request, gettext("This suggestion was decided on already."), messages.INFO)
            return None
        return listing

    def many(self, request: HttpRequest, shop_pk: int) -> HttpResponse:
        """How many suggestions are sure from which likeness on; POST makes links of them."""
        shop = self._shop(request, shop_pk)
        form = LeastForm(request.POST or request.GET or {"least": USUAL_LEAST})
        least = form.cleaned_data["least"] if form.is_valid() else USUAL_LEAST
        if request.method == "POST" and form.is_valid():
            return self._started(request, lambda: link_runs.from_suggestions(shop, str(request.user), least))
        sure = suggestions.sure(shop, least)
        context = {
            "title": gettext("Link what is alike"),
            "form": form,
            "least": least,
            "count": sure.count(),
            "steps": [(step, suggestions.sure(shop, step).count()) for step in STEPS],
            "rows": sure.select_related("suggestion").order_by("suggestion_score", "name", "pk")[:SHOWN],
            "url": reverse("admin:bridge_listing_many", args=[shop.pk]),
        }
        return self._page(request, "many", shop, context)

    def again(self, request: HttpRequest, shop_pk: int) -> HttpResponse:
        """Links by SKU and suggestions are looked for anew."""
        self._require_post(request)
        shop = self._shop(request, shop_pk)
        suggested.again(shop)
        self.log_change(request, shop, _("Links and suggestions are looked for."))
        text = gettext(
            "Links and suggestions are looked for; that takes up to a minute. Products of the site are read every "
            "hour: what was changed there since needs “Read the site's products now”."
        )
        self.message_user(request, text)
        return self._back(request)

    def read(self, request: HttpRequest, shop_pk: int) -> HttpResponse:
        """The site's products are read now; links follow their SKUs."""
        self._require_post(request)
        shop = self._shop(request, shop_pk)
        flows.run_soon(shop.site, "site_catalogue")
        self.log_change(request, shop, _("The site's products are read."))
        self.message_user(
            request, gettext("The site's products are being read; links are made as their SKUs say.")
        )
        return self._back(request)

    def download(self, request: HttpRequest, shop_pk: int) -> HttpResponseBase:
        """All links of a shop as a table that Excel opens, sent as it is read."""
        shop = self._shop(request, shop_pk, read=True)
        name = f"links-{shop.name}-{timezone.localdate().isoformat()}.csv"
        return download(table.rows(shop, lambda how: str(link_words.HOW[how])), name)

    def upload(self, request: HttpRequest, shop_pk: int) -> HttpResponse:
        """A file of links is checked first."""
        shop = self._shop(request, shop_pk)
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            content = b"" if file.size > link_table.MOST_BYTES else file.read()
            try:
                if not content:
                    raise link_table.NotATable("long")
                by = str(request.user)
                return self._started(request, lambda: link_runs.from_file(shop, by, file.name, content))
            except link_table.NotATable as error:
                form.add_error("file", link_words.of_file(error.reason))
        return self._page(
            request,
            "upload",
            shop,
            {"title": gettext("Links from a file"), "form": form, "headings": HEADINGS},
        )

    def earlier(self, request: HttpRequest, shop_pk: int) -> HttpResponse:
        """What an earlier plugin left is checked first."""
        self._require_post(request)
        shop = self._shop(request, shop_pk)
        return self._started(request, lambda: link_runs.from_earlier(shop, str(request.user)))

    def _started(self, request: HttpRequest, start: Any) -> HttpResponse:
        try:
            run = start()
        except DomainError as error:
            problem = error.problem
            text = f"{sentence(problem.code, problem.params)} {remedy(problem.code)}"
            self.message_user(request, text, messages.ERROR)
            return self._back(request)
        self.log_change(request, run, _("Started."))
        return redirect("admin:bridge_linkrun_change", run.pk)

    def _shop(self, request: HttpRequest, pk: int, *, read: bool = False) -> Shop:
        allowed = self.has_view_permission(request) if read else self.has_repair_permission(request)
        if not allowed:
            raise PermissionDenied
        return get_object_or_404(Shop.objects.select_related("site", "account"), pk=pk)

    def _require_post(self, request: HttpRequest) -> None:
        if request.method != "POST":
            raise Http404
        if not self.has_repair_permission(request):
            raise PermissionDenied

    def _page(self, request: HttpRequest, name: str, shop: Shop, context: dict[str, Any]) -> HttpResponse:
        """`opts` leads the way back, in the line above the page."""
        whole_context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "shop": shop,
            "subtitle": shop.name,
            **context,
        }
        return TemplateResponse(request, f"admin/bridge/listing/{name}.html", whole_context)

    def _back(self, request: HttpRequest) -> HttpResponse:
        return redirect(came_from(self, request, "Referer"))
