"""Buttons of an order's page: held and released, and whose goods count where both sides changed them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from bridge.dashboard.attention.attention_forms import DeedForm
from bridge.dashboard.page import button
from bridge.dashboard.recorded import name_of
from bridge.history.deeds import Sentence, in_words
from bridge.orders.models import Order
from bridge.outbox import holds
from bridge.sync.orders import goods_choice

if TYPE_CHECKING:
    from bridge.dashboard.page import ReadOnlyPage as Base
else:
    Base = object

NOT_ASKED = _("Nothing to decide: the goods of both sides are in question no longer.")


class HoldForm(DeedForm):
    why = forms.CharField(
        label=_("Why"),
        max_length=300,
        required=False,
        help_text=_("Kept with the order, so that others understand it later."),
        widget=UnfoldAdminTextInputWidget(),
    )


class Holding(Base):
    """Mixed into the page of orders: "hold" and "release" among its `actions_detail`."""

    @button(
        _("Hold"),
        _(
            "Nothing about this order goes out, neither to MoySklad nor to the site, until you release it. What is "
            "being sent at this moment is finished. News of the order is still taken in."
        ),
        icon="pause_circle",
        path="hold",
        form=HoldForm,
    )
    def hold(self, request: HttpRequest, order: Order, form: HoldForm) -> None:
        why = form.cleaned_data["why"]
        if not holds.begin(order.object_key, by=name_of(request.user), why=why):
            self.message_user(request, gettext("The order is on hold already."), messages.INFO)
            return
        said = _("The order is on hold.")
        self.note(request, order, in_words(lambda: f"{said} {why}".strip()))

    @button(
        _("Release"),
        _("What waited for this order is sent now."),
        icon="play_circle",
        path="release",
    )
    def release(self, request: HttpRequest, order: Order) -> None:
        if holds.end(order.object_key):
            self.note(request, order, _("The order is released: what waited is being sent."))
        else:
            self.message_user(request, gettext("The order is not on hold."), messages.INFO)


class DecidingGoods(Base):
    """Mixed into the page of orders: "take_site" and "take_document"."""

    @button(
        _("The site's goods count"),
        _(
            "The goods in the document become those of the order on the site. What was changed in the document in "
            "MoySklad is replaced."
        ),
        icon="storefront",
        path="take-site",
    )
    def take_site(self, request: HttpRequest, order: Order) -> None:
        self._take(request, order, goods_choice.SITE)

    @button(
        _("The document's goods count"),
        _(
            "The document stays as it is. If the shop lets changes in MoySklad go to the site, the order on the site "
            "gets its goods; otherwise the order stays as it is too, and nothing is asked about it any more."
        ),
        icon="description",
        path="take-document",
    )
    def take_document(self, request: HttpRequest, order: Order) -> None:
        self._take(request, order, goods_choice.DOCUMENT)

    def _take(self, request: HttpRequest, order: Order, whose: str) -> None:
        person: Any = request.user
        said = taken(order, whose)
        if goods_choice.choose(order, whose, by=name_of(person), why=said):
            self.note(request, order, said)
        else:
            self.message_user(request, str(NOT_ASKED), messages.INFO)


def taken(order: Order, whose: str) -> Sentence:
    """What becomes of the choice, in words."""
    if whose == goods_choice.SITE:
        return _("The site's goods are written into the document.")
    if order.shop.accept_edits:
        return _("The document's goods are written into the order on the site.")
    return _("The document stays as it is, and so does the order on the site.")
