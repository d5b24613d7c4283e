"""What a new owner still has to do, and what will go wrong with a shop's settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from bridge.connections.models import Connection, Shop, Vendor
from bridge.dashboard.shops.shop_warnings import warned_shops

# Steps are told of so many shops; each shop's own page says them of every one.
SHOPS = 10


def missing(known: Sequence[Shop]) -> list[dict[str, str]]:
    """The steps, in order; empty once a shop is complete."""
    if not known:
        return list(_before_the_shop())
    steps = []
    for shop in known[:SHOPS]:
        if not (shop.organization_id and shop.store_ids):
            text = _("Choose the organization and the warehouse of %(shop)s") % {"shop": shop}
            steps.append({"text": text, "url": reverse("admin:bridge_shop_change", args=[shop.pk])})
        elif not shop.write_goods:
            text = _(
                "%(shop)s: nothing is written to goods on the site until you have looked at what would change"
            )
            url = f"{reverse('admin:bridge_goodsrun_add')}?shop={shop.pk}"
            steps.append({"text": text % {"shop": shop}, "url": url})
    return steps


def _before_the_shop() -> Iterator[dict[str, str]]:
    vendors = set(Connection.objects.values_list("vendor", flat=True))
    add = reverse("admin:bridge_connection_add")
    if Vendor.MOYSKLAD not in vendors:
        yield {"text": _("Connect the MoySklad account"), "url": f"{add}?vendor={Vendor.MOYSKLAD}"}
    if Vendor.WOOCOMMERCE not in vendors:
        yield {"text": _("Connect the site"), "url": f"{add}?vendor={Vendor.WOOCOMMERCE}"}
    yield {"text": _("Add the shop"), "url": reverse("admin:bridge_shop_add")}


def begin_url() -> str:
    """Where connecting a shop begins."""
    return reverse("admin:bridge_setup_changelist")


def warnings() -> list[dict[str, Any]]:
    return [
        {"shop": shop, "url": reverse("admin:bridge_shop_change", args=[shop.pk]), "texts": texts}
        for shop, texts in warned_shops()
    ]
