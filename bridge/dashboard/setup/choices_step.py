"""Step 3: organization, warehouses, price types, sales channel and the service for shipping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from bridge.connections.models import DirectoryEntry, Shop
from bridge.dashboard.long_work_desk import told
from bridge.dashboard.setup.choices_form import NEW, choices_form
from bridge.dashboard.shops import shop_saved
from bridge.domain.errors import DomainError
from bridge.history.deeds import in_words
from bridge.setup import saving, steps
from bridge.setup.asking import asking, moysklad
from bridge.sync.account import directory

if TYPE_CHECKING:
    from bridge.dashboard.setup.setup_desk import SetupDesk


def page(desk: SetupDesk, request: HttpRequest, shop: Shop) -> HttpResponse:
    """POST stores what was chosen and leads on; `again` reads the account's names anew."""
    problem = _read(shop, anew="again" in request.POST)
    asked = request.method == "POST" and "again" not in request.POST
    form: Any = choices_form()(request.POST if asked else None, instance=shop)
    if asked and form.is_valid() and not (problem := _store(desk, request, form)):
        return desk.next(steps.CHOICES, shop)
    return desk.step(request, steps.CHOICES, shop, {"form": form, "refused": problem})


def _read(shop: Shop, *, anew: bool) -> dict[str, str]:
    """The boxes are filled from what is known of the account; a new account is read first."""
    if not anew and DirectoryEntry.objects.filter(connection=shop.account_id).exists():
        return {}
    try:
        with asking(shop.account):
            directory.refresh(shop.account, moysklad(shop.account))
    except DomainError as error:
        return told(error.problem)
    return {}


def _store(desk: SetupDesk, request: HttpRequest, form: Any) -> dict[str, str]:
    shop: Shop = form.instance
    try:
        if form.cleaned_data["shipping_service_id"] == NEW:
            shop.shipping_service_id = saving.create_service(shop.account)
    except DomainError as error:
        return told(error.problem)
    form.save(commit=False)
    saved = saving.save(shop, form.written)
    steps.passing(shop, steps.CHOICES)
    message = desk.construct_change_message(request, form, [])
    desk.log_change(request, shop, message)
    text = in_words(lambda: _("Organization, warehouses and prices are chosen."))
    desk.noted(request, shop, text, released=saved.released)
    if said := shop_saved.sentence(saved.followed):
        kept = in_words(lambda: shop_saved.sentence(saved.followed))
        desk.log_change(request, shop, kept, shop_saved.values(saved.followed))
        desk.message_user(request, shop_saved.with_link(said, shop))
    return {}
