"""The page of a shop as a person fills it in, and a shop whose account has one of everything to name."""

from typing import Any

from bridge.connections.models import DirectoryEntry, Shop
from tests import factories
from tests.admin.browser import form_of
from tests.admin.conftest import Desk

kind = DirectoryEntry.Kind


def save_shop(desk: Desk, shop: Shop, **changes: Any) -> Any:
    """Save the shop's page as it stands, with `changes`; None takes a value out."""
    url = f"/admin/bridge/shop/{shop.pk}/change/"
    data = form_of(desk.get(url), "shop_form") | changes
    return desk.post(url, {name: value for name, value in data.items() if value is not None})


def rows(prefix: str, shop: Shop, *rows: dict[str, str]) -> dict[str, str]:
    """The values of a table of rows as the browser sends them."""
    data = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
        data |= {f"{prefix}-{number}-shop": str(shop.pk)}
    return data


def mappings(prefix: str, pairs: list[tuple[str, str]], shop: Shop) -> dict[str, str]:
    return rows(prefix, shop, *({"site_status": status, "state_id": state} for status, state in pairs))


THERE = (
    (kind.PROJECT, "project-1", "Розница", ""),
    (kind.CONTRACT, "contract-1", "Договор 7", ""),
    (kind.EMPLOYEE, "employee-1", "Петрова А.", ""),
    (kind.EXPENSE_ITEM, "expense-1", "Возврат", ""),
    (kind.ORGANIZATION, "organization-2", "ИП Ли", ""),
    (kind.ACCOUNT, "bank-1", "40702810000000000001", "organization-1"),
    (kind.ACCOUNT, "bank-2", "40802810000000000002", "organization-2"),
    (kind.ORDER_ATTRIBUTE, "attribute-1", "Номер оплаты", "string"),
    (kind.BUYER_ATTRIBUTE, "attribute-2", "День рождения", "time"),
    (kind.PRICE_TYPE, "price-1", "Цена продажи", ""),
    (kind.PRICE_TYPE, "price-2", "Цена со скидкой", ""),
    (kind.GOODS_ATTRIBUTE, "field-1", "Акция с", "time"),
    (kind.GOODS_ATTRIBUTE, "field-2", "Акция до", "time"),
    (kind.GOODS_ATTRIBUTE, "field-3", "Цвет", "string"),
    (kind.FOLDER, "folder-1", "Одежда", ""),
    (kind.FOLDER, "folder-2", "Платья", "folder-1"),
)


def with_everything_to_name() -> Shop:
    """A shop whose account has one of everything a shop may name."""
    made: Shop = factories.ShopFactory()
    for what, external_id, name, detail in THERE:
        factories.EntryFactory(
            connection=made.account, kind=what, external_id=external_id, name=name, detail=detail
        )
    for number in (1, 2):
        factories.ProductFactory(
            connection=made.account, external_id=f"item-{number}", article=f"A-{number}", code="TWICE"
        )
    return made
