"""The assistant on the desk: its addresses, who may open them, and the frame around each step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Shop
from bridge.dashboard.page import ReadOnlyPage
from bridge.dashboard.setup import (
    account_step,
    choices_step,
    links_step,
    mapping_step,
    site_step,
    start_step,
    trial_step,
)
from bridge.domain.errors import Problem
from bridge.history.deeds import Sentence, Value
from bridge.problems import remedy, sentence
from bridge.setup import steps

PAGES: dict[str, Any] = {
    steps.ACCOUNT: account_step.page,
    steps.SITE: site_step.page,
    steps.CHOICES: choices_step.page,
    steps.MAPPING: mapping_step.page,
    steps.LINKS: links_step.page,
    steps.START: start_step.page,
    steps.TRIAL: trial_step.page,
}
TITLE = _("Set-up assistant")


class SetupDesk(ReadOnlyPage):
    """A step is a function of (desk, request, shop) in a file of its own; before step 3 there may be no shop."""

    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It makes connections and shops."""
        return request.user.has_perm("bridge.add_connection")

    def has_repair_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        ways = [
            path("", wrap(self.continued), name="bridge_setup_changelist"),
            path("account/", wrap(self.account), name="bridge_setup_account"),
            path("shop/", wrap(self.site), name="bridge_setup_site"),
            path("<int:shop_pk>/shop/", wrap(self.site), name="bridge_setup_known_site"),
        ]
        for code in steps.OF_SHOP:
            ways.append(
                path(f"<int:shop_pk>/{code}/", wrap(self._view_of(code)), name=f"bridge_setup_{code}")
            )
        return ways

    def _view_of(self, code: str) -> Any:
        def view(request: HttpRequest, shop_pk: int) -> HttpResponse:
            return self._answer(request, code, shop_pk)

        return view

    def account(self, request: HttpRequest) -> HttpResponse:
        """Of a shop (?shop=…), whose steps then lead on."""
        asked = request.GET.get("shop", "")
        return self._answer(request, steps.ACCOUNT, int(asked) if asked.isdecimal() else None)

    def site(self, request: HttpRequest, shop_pk: int | None = None) -> HttpResponse:
        return self._answer(request, steps.SITE, shop_pk)

    def continued(self, request: HttpRequest) -> HttpResponse:
        """At the first step that is not answered; when all are, at what there is to do besides."""
        self._require_owner(request)
        shop = steps.unfinished_shop()
        if step := steps.first_open(shop):
            return redirect(self.url(step, shop))
        shops = Shop.objects.select_related("site", "account").order_by("name")[:20]
        rows = [
            {
                "name": one.name,
                "site": one.site.base_url,
                "url": self.url(steps.first_open(one) or steps.TRIAL, one),
            }
            for one in shops
        ]
        context = {**self.admin_site.each_context(request), "title": TITLE, "opts": self.opts, "shops": rows}
        return TemplateResponse(request, "admin/bridge/setup/finished.html", context)

    def url(self, code: str, shop: Shop | None) -> str:
        """Where a step is; those that need a shop lead to the second while there is none."""
        if code == steps.ACCOUNT:
            return reverse("admin:bridge_setup_account") + (f"?shop={shop.pk}" if shop else "")
        if shop is None:
            return reverse("admin:bridge_setup_site")
        name = "known_site" if code == steps.SITE else code
        return reverse(f"admin:bridge_setup_{name}", args=[shop.pk])

    def next(self, code: str, shop: Shop | None) -> HttpResponse:
        """On to the step after this one; after the last to the end."""
        following = steps.after(code)
        return redirect(self.url(following, shop) if following else reverse("admin:bridge_setup_changelist"))

    def step(
        self, request: HttpRequest, code: str, shop: Shop | None, context: dict[str, Any]
    ) -> HttpResponse:
        """The page of a step, in its frame."""
        answered = steps.done(shop)
        known = [
            {
                "title": one.title,
                "url": self.url(one.code, shop) if shop or one.code in (steps.ACCOUNT, steps.SITE) else "",
                "done": one.code in answered,
                "here": one.code == code,
            }
            for one in steps.STEPS
        ]
        number = [one.code for one in steps.STEPS].index(code) + 1
        earlier = steps.before(code)
        whole = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": TITLE,
            "subtitle": shop.name if shop else "",
            "shop": shop,
            "steps": known,
            "number": number,
            "count": len(steps.STEPS),
            "step_title": steps.BY_CODE[code].title,
            "back_url": self.url(earlier, shop) if earlier else "",
            **context,
        }
        return TemplateResponse(request, f"admin/bridge/setup/{code}.html", whole)

    def noted(
        self,
        request: HttpRequest,
        row: Any,
        text: Sentence,
        values: Iterable[Value] = (),
        released: int = 0,
    ) -> None:
        """Into the history, with what became otherwise, and said to the person."""
        self.log_change(request, row, text, values)
        self.message_user(request, text)
        if released:
            told = gettext("Orders that waited for this setting and now go on: %(n)s.")
            self.message_user(request, told % {"n": released})

    def refused(self, request: HttpRequest, problem: Problem) -> None:
        said = " ".join((sentence(problem.code, problem.params), remedy(problem.code)))
        self.message_user(request, said, messages.ERROR)

    def _answer(self, request: HttpRequest, code: str, shop_pk: int | None) -> HttpResponse:
        self._require_owner(request)
        shop = None
        if shop_pk is not None:
            shop = get_object_or_404(Shop.objects.select_related("site", "account"), pk=shop_pk)
        answer: HttpResponse = PAGES[code](self, request, shop)
        return answer

    def _require_owner(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied
