"""THE TABLE of steps: what the assistant asks for, in order, and whether it is answered.

What is answered is seen in the settings themselves, whoever made them; `Setup.passed` adds what only a person can say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection, Shop, StatusMapping, Vendor
from bridge.setup.models import Setup

ACCOUNT, SITE, CHOICES, MAPPING = "account", "site", "choices", "mapping"
LINKS, START, TRIAL = "links", "start", "trial"


class Step(NamedTuple):
    """`answered` looks at the shop's settings; steps before there is a shop have none."""

    code: str
    title: str | Promise
    answered: Callable[[Shop], bool] | None = None


STEPS = (
    Step(ACCOUNT, _("MoySklad")),
    Step(SITE, _("The shop")),
    Step(
        CHOICES,
        _("Documents and stock"),
        lambda shop: bool(shop.organization_id and shop.store_ids and shop.shipping_service_id),
    ),
    Step(MAPPING, _("Statuses, payment, shipping"), lambda shop: _has_states(shop)),
    Step(LINKS, _("Links of goods"), lambda shop: shop.write_goods),
    Step(START, _("Dry run and start"), lambda shop: shop.write_goods),
    Step(TRIAL, _("Self-test")),
)
BY_CODE = {step.code: step for step in STEPS}
OF_SHOP = tuple(step.code for step in STEPS if step.code not in (ACCOUNT, SITE))


def accounts() -> list[Connection]:
    """The newest last."""
    return list(Connection.objects.filter(vendor=Vendor.MOYSKLAD).order_by("pk"))


def answering_accounts() -> list[Connection]:
    """Those that have answered once, or that a shop works with."""
    return [one for one in accounts() if one.account_id or Shop.objects.filter(account=one).exists()]


def of_shop(shop: Shop) -> Setup:
    return Setup.objects.get_or_create(shop=shop)[0]


def done(shop: Shop | None) -> set[str]:
    """Codes of the steps that are answered."""
    found = {ACCOUNT} if answering_accounts() else set()
    if shop is None:
        return found
    passed = of_shop(shop).passed
    answered = {step.code for step in STEPS if step.answered is not None and step.answered(shop)}
    return found | {SITE} | answered | (set(passed) & set(BY_CODE))


def first_open(shop: Shop | None) -> str:
    """The step to go on with; '' when all are answered."""
    answered = done(shop)
    return next((step.code for step in STEPS if step.code not in answered), "")


def after(code: str) -> str:
    """The next step; '' after the last."""
    codes = list(BY_CODE)
    return next(iter(codes[codes.index(code) + 1 :]), "")


def before(code: str) -> str:
    codes = ["", *BY_CODE]
    return codes[codes.index(code) - 1]


def passing(shop: Shop, code: str) -> None:
    """Its owner has agreed to this step."""
    setup = of_shop(shop)
    if code not in setup.passed:
        setup.passed = [*setup.passed, code]
        setup.save(update_fields=["passed"])


def unfinished_shop() -> Shop | None:
    """The shop to go on with: the newest that is not ready, else the newest of all."""
    shops = list(Shop.objects.select_related("site", "account").order_by("-pk")[:20])
    return next((shop for shop in shops if first_open(shop)), shops[0] if shops else None)


def _has_states(shop: Shop) -> bool:
    return StatusMapping.objects.filter(shop=shop).exists()
