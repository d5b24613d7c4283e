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
    """A line of a document. Orders only: `shipped`, read-only; `reserve`, what was sent, per line. Returns
    without a basis only: `cost`.
    """

    id: str
    quantity: float
    price: float
    discount: float
    vat: int
    vatEnabled: bool
    assortment: Reference
    reserve: float
    shipped: float
    cost: float


class Document(Entity, total=False):
    """What every document has; `deleted` is there in the bin only. `rate.value` only when it is not 1."""

    code: str
    syncId: str
    description: str
    moment: str
    created: str
    deleted: str
    applicable: bool
    organization: Reference
    organizationAccount: Reference
    agent: Reference
    agentAccount: Reference
    state: Reference
    project: Reference
    contract: Reference
    salesChannel: Reference
    owner: Reference
    rate: dict[str, Any]
    attributes: list[dict[str, Any]]
    sum: float
    vatSum: float


class GoodsDocument(Document, total=False):
    """`positions` is `{meta}` alone unless expanded, then `{meta, rows}`; `meta.size` counts all lines."""

    store: Reference
    vatEnabled: bool
    vatIncluded: bool
    positions: dict[str, Any]
    payedSum: float
    payments: list[Reference]


class CustomerOrder(GoodsDocument, total=False):
    deliveryPlannedMoment: str
    shipmentAddress: str
    shipmentAddressFull: dict[str, Any]
    shippedSum: float
    reservedSum: float
    invoicedSum: float
    demands: list[Reference]


class Demand(GoodsDocument, total=False):
    """`customerOrder` is missing for a shipment without an order."""

    shipmentAddress: str
    shipmentAddressFull: dict[str, Any]
    customerOrder: Reference
    returns: list[Reference]


class SalesReturn(GoodsDocument, total=False):
    """`demand` is missing for a return without a basis; `payedSum` counts outgoing payments."""

    demand: Reference
    losses: list[Reference]


class Operation(TypedDict, total=False):
    """A document a payment is linked to, and how much of the payment is for it."""

    meta: dict[str, Any]
    linkedSum: float


class Payment(Document, total=False):
    """`paymentin`, `cashin`, `paymentout` or `cashout`; `meta.type` tells which."""

    operations: list[Operation]
    paymentPurpose: str
    incomingNumber: str
    incomingDate: str
    expenseItem: Reference
    noClosingDocs: bool


class Attribute(TypedDict, total=False):
    """A field of the account's own. `type`: string, text, link, time, long, double, boolean, file, or the kind
    of object it refers to; for `customentity`, `customEntityMeta` names the dictionary.
    """

    meta: dict[str, Any]
    id: str
    name: str
    type: str
    required: bool
    show: bool
    description: str
    customEntityMeta: dict[str, Any]


class CustomElement(Entity, total=False):
    """An element of a dictionary of the account's own."""

    code: str
    description: str


class Counterparty(Entity, total=False):
    code: str
    syncId: str
    companyType: str
    email: str
    phone: str
    inn: str
    kpp: str
    ogrn: str
    legalTitle: str
    legalFirstName: str
    legalLastName: str
    legalMiddleName: str
    tags: list[str]
    actualAddress: str
    actualAddressFull: dict[str, Any]
    attributes: list[dict[str, Any]]
    state: Reference


class PriceType(TypedDict, total=False):
    meta: dict[str, Any]
    id: str
    name: str
    externalCode: str


class Price(TypedDict, total=False):
    value: float
    currency: Reference


class SalePrice(Price, total=False):
    priceType: PriceType


class Component(TypedDict, total=False):
    """A part of a bundle and how many of it one bundle takes; never a bundle itself."""

    id: str
    assortment: Reference
    quantity: float


class AssortmentItem(Entity, total=False):
    """A product, variant, service or bundle; `meta.type` tells which. `product` is a variant's parent.

    A price is `{value, currency}` in hundredths, of a sale also its `priceType`; one of 0 was never entered.
    `components` is `{meta}` alone unless expanded, then `{meta, rows}`. `weight` is kilograms.
    """

    code: str
    article: str
    barcodes: list[dict[str, str]]
    salePrices: list[SalePrice]
    buyPrice: Price
    minPrice: Price
    description: str
    weight: float
    volume: float
    uom: Reference
    vat: int
    effectiveVat: int
    discountProhibited: bool
    productFolder: Reference
    attributes: list[dict[str, Any]]
    images: dict[str, Any]
    product: Reference
    characteristics: list[dict[str, str]]
    variantsCount: int
    components: dict[str, Any]
    pathName: str


class Folder(Entity, total=False):
    """A group of goods; `pathName` holds the names of those above it, joined by "/"."""

    pathName: str
    productFolder: Reference


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


class Account(TypedDict, total=False):
    """A bank account of an organization; a payment through it has its `currency` (22004 otherwise)."""

    meta: dict[str, Any]
    id: str
    accountNumber: str
    bankName: str
    bic: str
    isDefault: bool
    currency: Reference


class Contract(Entity, total=False):
    """`agent` is the customer, `ownAgent` the organization; documents take only what fits both."""

    code: str
    moment: str
    contractType: str
    agent: Reference
    ownAgent: Reference


class Territory(Entity, total=False):
    """A country or a region."""

    code: str


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
    indirect: bool
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
