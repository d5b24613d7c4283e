"""What will go wrong with a shop's settings, said before the first order fails on it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from bridge.connections.models import DirectoryEntry, PaymentMethod, Shop
from bridge.dashboard.shop_form import OF_ACCOUNT, ShopForm
from bridge.sync.document_attributes import unfilled_required

Kind = DirectoryEntry.Kind
# The desk's first page looks at so many shops; each shop's own page says it of every one.
SHOPS_ON_HOME = 10


def warnings(shop: Shop) -> list[str]:
    """Sentences that say what is missing and what to do."""
    return [*_required_fields(shop), *_money_back(shop), *_gone(shop)]


def warned_shops() -> list[tuple[Shop, list[str]]]:
    """Shops with warnings."""
    shops = Shop.objects.select_related("account").order_by("pk")[:SHOPS_ON_HOME]
    return [(shop, found) for shop in shops if (found := warnings(shop))]


def _required_fields(shop: Shop) -> Iterator[str]:
    missing = unfilled_required(shop)
    if missing:
        names = ", ".join(f"“{entry.name}”" for entry in missing)
        yield _(
            "MoySklad demands these fields, and nothing fills them: %(names)s. Say under “Documents” which field of "
            "the order does, or make them optional in MoySklad; until then orders are refused."
        ) % {"names": names}


def _money_back(shop: Shop) -> Iterator[str]:
    pays = PaymentMethod.objects.filter(shop=shop).exclude(document="").exists()
    if shop.send_refunds and pays and not shop.expense_item_id:
        yield _(
            "Refunds are sent to MoySklad, but no expense item is chosen for the money paid back; until it is "
            "(section “Money”), refunds of money wait."
        )


def _gone(shop: Shop) -> Iterator[str]:
    """Chosen things the account has no longer."""
    chosen = {name: getattr(shop, name) for name in OF_ACCOUNT if getattr(shop, name)}
    known = set(
        DirectoryEntry.objects.filter(
            connection=shop.account_id, external_id__in=chosen.values()
        ).values_list("external_id", flat=True)
    )
    gone = [
        ShopForm.base_fields[name].label for name, external_id in chosen.items() if external_id not in known
    ]
    if gone:
        yield _("No longer in MoySklad, or archived there: %(names)s. Choose another one.") % {
            "names": ", ".join(str(label).lower() for label in gone)
        }
