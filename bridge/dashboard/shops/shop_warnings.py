"""What will go wrong with a shop's settings, said before the first order fails on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bridge.connections.models import DirectoryEntry, PaymentMethod, Shop
from bridge.dashboard.shops.shop_form import OF_ACCOUNT, ShopForm
from bridge.sync.document.document_attributes import unfilled_required
from bridge.wording import quoted

# Why the site's plugin does not take numbers, by its code. They go by the REST API then.
_REFUSED = gettext_lazy(
    "The plugin on the site does not take numbers from the bridge (%(code)s). They go by the shop's REST API, where a "
    "sale of this very moment can be overwritten."
)
PLUGIN = {
    "rest_no_route": gettext_lazy(
        "The plugin on the site is older than 1.3.0 or switched off: numbers go by the shop's REST API, where a sale "
        "of this very moment can be overwritten. Update the plugin."
    ),
    "sklad_bridge_capability": gettext_lazy(
        "On the site the user who paired the plugin may no longer set stock: numbers go by the shop's REST API, where "
        "a sale of this very moment can be overwritten. Give that user the role of a shop manager, or pair anew."
    ),
    "sklad_bridge_copy": gettext_lazy(
        "The plugin takes its site for a copy of the shop. Open its settings on the site and say which it is; until "
        "then numbers go by the shop's REST API."
    ),
}

# The desk's first page looks at so many shops; each shop's own page says it of every one.
SHOPS_ON_HOME = 10


def warned_shops() -> list[tuple[Shop, list[str]]]:
    """Shops with warnings, for the desk's first page."""
    shops = list(Shop.objects.select_related("account").order_by("pk")[:SHOPS_ON_HOME])
    look = _Look(shops)
    return [(shop, found) for shop in shops if (found := list(look.warnings(shop)))]


def warnings(shop: Shop) -> list[str]:
    """Sentences that say what is missing and what to do."""
    return list(_Look([shop]).warnings(shop))


class _Look:
    """What the warnings of some shops need, read at once."""

    def __init__(self, shops: Sequence[Shop]) -> None:
        entries = DirectoryEntry.objects.filter(connection__in={shop.account_id for shop in shops})
        chosen = {external_id for shop in shops for external_id in _chosen(shop).values()}
        self._known = set(
            entries.filter(external_id__in=chosen).values_list("connection_id", "kind", "external_id")
        )
        self._demanding = set(entries.filter(is_required=True).values_list("connection_id", flat=True))
        self._paying = set(
            PaymentMethod.objects.filter(shop__in=shops)
            .exclude(document="")
            .values_list("shop_id", flat=True)
        )

    def warnings(self, shop: Shop) -> Iterator[str]:
        if shop.account_id in self._demanding and (missing := unfilled_required(shop)):
            yield _(
                "MoySklad demands these fields, and nothing fills them: %(names)s. Say under “Documents” which field "
                "of the order does, or make them optional in MoySklad; until then orders are refused."
            ) % {"names": ", ".join(quoted(entry.name) for entry in missing)}
        if shop.pk in self._paying and shop.send_refunds and not shop.expense_item_id:
            yield _(
                "Refunds go to MoySklad, but no expense item is chosen for the money paid back; until it is "
                "(section “Money”), refunds of money wait."
            )
        if shop.write_goods and (problem := shop.plugin_problem):
            yield PLUGIN.get(problem, _REFUSED) % {"code": problem}
        if gone := self._gone(shop):
            yield _("No longer in MoySklad, or archived there: %(names)s. Choose another one.") % {
                "names": ", ".join(gone)
            }

    def _gone(self, shop: Shop) -> list[str]:
        """What the settings name and the account has no longer."""
        return [
            str(ShopForm.base_fields[name].label).lower()
            for name, external_id in _chosen(shop).items()
            if (shop.account_id, OF_ACCOUNT[name], external_id) not in self._known
        ]


def _chosen(shop: Shop) -> dict[str, str]:
    return {name: external_id for name in OF_ACCOUNT if (external_id := getattr(shop, name))}
