"""The shapes of MoySklad's answers as far as the bridge reads them: plain dicts at run time, values
unchanged.

Money is a float in minor units, times are Moscow time without a zone ("2026-07-10 11:02:19.377"), empty
fields are left out. Unknown fields come along untouched. Source: the documents' attribute tables.
"""

from __future__ import annotations

from typing import Any, TypedDict

from connectors.moysklad.refs import Reference


class Entity(TypedDict, total=False):
    """What every object has."""

    meta: dict[str, Any]
    id: str
    accountId: str
    name: str
    updated: str
    externalCode: str
    archived: bool


class State(TypedDict, total=False):
    meta: dict[str, Any]
    id: str
    name: str
    color: int
    stateType: str
    entityType: str


class Position(TypedDict, total=False):
    """A line of an order. `shipped` is read-only; `reserve` is what was sent, per line."""

    id: str
    quantity: float
    price: float
    discount: float
    vat: int
    vatEnabled: bool
    assortment: Reference
    reserve: float
    shipped: float


class CustomerOrder(Entity, total=False):
    """`positions` is `{meta}` alone unless expanded, then `{meta, rows}`."""

    code: str
    syncId: str
    description: str
    moment: str
    created: str
    deleted: str
    applicable: bool
    organization: Reference
    agent: Reference
    store: Reference
    state: Reference
    salesChannel: Reference
    rate: dict[str, Any]
    vatEnabled: bool
    vatIncluded: bool
    attributes: list[dict[str, Any]]
    shipmentAddress: str
    shipmentAddressFull: dict[str, Any]
    positions: dict[str, Any]
    sum: float
    vatSum: float
    payedSum: float
    shippedSum: float
    reservedSum: float
    invoicedSum: float
    demands: list[Reference]
    payments: list[Reference]


class Counterparty(Entity, total=False):
    code: str
    syncId: str
    companyType: str
    email: str
    phone: str
    inn: str
    kpp: str
    legalTitle: str
    tags: list[str]
    actualAddress: str


class AssortmentItem(Entity, total=False):
    """A product, variant, service or bundle; `meta.type` tells which. `product` is a variant's parent."""

    code: str
    article: str
    barcodes: list[dict[str, str]]
    salePrices: list[dict[str, Any]]
    product: Reference
    characteristics: list[dict[str, str]]
    variantsCount: int
    components: dict[str, Any]
    pathName: str


class StockRow(TypedDict, total=False):
    """A row of the current report; the value stands under the name of the stock type that was asked for.

    `storeId` is there in the report by store only; null means reserves and transit of orders without a store.
    """

    assortmentId: str
    storeId: str | None
    stock: float | None
    freeStock: float | None
    quantity: float | None
    reserve: float | None
    inTransit: float | None


class Employee(Entity, total=False):
    uid: str
    email: str
    fullName: str
    group: dict[str, Any]
    permissions: dict[str, Any]


class CompanySettings(TypedDict, total=False):
    meta: dict[str, Any]
    currency: Reference
    priceTypes: list[dict[str, Any]]
    checkMinPrice: bool
    checkShippingStock: bool
    globalOperationNumbering: bool
    useRecycleBin: bool
    discountStrategy: str
    accountCountry: str


class Currency(Entity, total=False):
    code: str
    isoCode: str
    rate: float
    multiplicity: int
    default: bool


class Webhook(TypedDict, total=False):
    meta: dict[str, Any]
    id: str
    url: str
    action: str
    entityType: str
    diffType: str
    method: str
    enabled: bool


class StockWebhook(TypedDict, total=False):
    meta: dict[str, Any]
    id: str
    url: str
    enabled: bool
    stockType: str
    reportType: str
