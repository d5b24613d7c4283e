"""Step 4: what the site's statuses, payment methods and shipping methods are in MoySklad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from bridge.configuration.payments import Payments
from bridge.configuration.rules import Rules
from bridge.configuration.states import ToSite, ToState
from bridge.connections.models import Shop
from bridge.dashboard.long_work_desk import told
from bridge.dashboard.setup.mapping_form import MappingForm
from bridge.dashboard.setup.mapping_words import mapped
from bridge.domain.errors import DomainError
from bridge.history.deeds import differences, in_words
from bridge.setup import saving, sites, steps
from bridge.setup.asking import asking
from bridge.setup.models import Setup
from bridge.sync.account import directory

if TYPE_CHECKING:
    from bridge.dashboard.setup.setup_desk import SetupDesk


def page(desk: SetupDesk, request: HttpRequest, shop: Shop) -> HttpResponse:
    """States and the site's own lists are read when the page is opened; what is sent back goes by what was shown."""
    setup = steps.of_shop(shop)
    setup.shop = shop
    asked = request.method == "POST" and "again" not in request.POST
    problem = {} if asked else _read(setup)
    form = MappingForm(
        request.POST if asked else None, setup=setup, fresh=steps.MAPPING not in steps.done(shop)
    )
    if asked and form.is_valid() and not (problem := _store(desk, request, shop, form)):
        return desk.next(steps.MAPPING, shop)
    return desk.step(request, steps.MAPPING, shop, {"form": form, "refused": problem})


def _read(setup: Setup) -> dict[str, str]:
    account = setup.shop.account
    try:
        with asking(account):
            directory.refresh_states(account)
        sites.read_lists(setup)
    except DomainError as error:
        return told(error.problem)
    return {}


def _store(desk: SetupDesk, request: HttpRequest, shop: Shop, form: MappingForm) -> dict[str, str]:
    created: dict[str, str] = {}
    try:
        for status in form.to_create():
            created[status] = saving.create_state(shop.account, status)
    except DomainError as error:
        return told(error.problem)
    before = mapped(shop, form)
    shop.send_statuses = form.send_statuses()
    saved = saving.save(
        shop,
        ["send_statuses"],
        [
            (ToState().of(shop), form.to_state(created)),
            (ToSite().of(shop), form.to_site()),
            (Payments().of(shop), form.payment_rows()),
            (Rules().of(shop), form.rule_rows()),
        ],
    )
    steps.passing(shop, steps.MAPPING)
    text = in_words(lambda: _("Statuses, payment and shipping are mapped."))
    desk.noted(request, shop, text, differences(before, mapped(shop, form)), released=saved.released)
    return {}
