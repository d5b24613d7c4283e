"""The words the table of entity kinds is written in: fields, kinds, and the groups of fields many kinds share."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Field:
    """One attribute. `type`: str int float bool uuid email moment minute enum ref sync list address, or one of the
    composed ones in bodies.py and goods_bodies.py."""

    name: str
    type: str = "str"
    kinds: tuple[str, ...] = ()
    required: bool = False
    limit: int = 255
    options: tuple[str, ...] = ()
    filterable: bool = True
    orderable: bool = True


@dataclass(frozen=True)
class Kind:
    """One entity type. `ui` is the page name of uuidHref, "" when it has none; `stock_sign` moves physical stock; a
    `nested` kind lives inside another object and has no address of its own."""

    name: str
    fields: tuple[Field, ...]
    document: bool = False
    archivable: bool = False
    positions: bool = False
    stated: bool = False
    own_ui_id: bool = False
    owned: bool = True
    nested: bool = False
    ui: str = ""
    stock_sign: int = 0
    search: tuple[str, ...] = ("name",)
    lists: tuple[str, ...] = ()
    by_name: dict[str, Field] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_name.update({item.name: item for item in self.fields})


def ref(name: str, *kinds: str, required: bool = False) -> Field:
    return Field(name, "ref", kinds or (name,), required=required, orderable=False)


def data(name: str, type_: str) -> Field:
    return Field(name, type_, filterable=False, orderable=False)


NAMED = (Field("name", required=True), Field("code"), Field("externalCode"))
DESCRIPTION = Field("description", limit=4096)
SYNC = Field("syncId", "sync", orderable=False)
ARCHIVED = Field("archived", "bool", orderable=False)
VAT = (Field("vatEnabled", "bool", orderable=False), Field("vatIncluded", "bool", orderable=False))

OWNED = (ref("owner", "employee"), ref("group"), Field("shared", "bool", orderable=False))

DOCUMENT = (
    *OWNED,
    Field("name"),
    Field("code"),
    Field("externalCode"),
    SYNC,
    DESCRIPTION,
    Field("moment", "minute"),
    Field("applicable", "bool"),
    ref("state"),
    ref("project"),
    ref("contract"),
    data("rate", "rate"),
    data("attributes", "attributes"),
)
TRADE = (ref("organization", required=True), ref("agent", "counterparty", "organization", required=True))
ACCOUNTS = (ref("organizationAccount", "account"), ref("agentAccount", "account"))
SHIPMENT = (Field("shipmentAddress", orderable=False), data("shipmentAddressFull", "address"))
GOODS = (
    DESCRIPTION,
    ARCHIVED,
    Field("article"),
    Field("discountProhibited", "bool"),
    data("barcodes", "barcodes"),
    data("salePrices", "sale_prices"),
    data("buyPrice", "price"),
    data("minPrice", "price"),
)
IMAGES = data("images", "images")
PARENT_GOODS = (
    SYNC,
    ref("productFolder", "productfolder"),
    data("attributes", "attributes"),
    Field("vat", "int"),
    Field("vatEnabled", "bool"),
    Field("useParentVat", "bool"),
    ref("uom"),
)
MEASURES = (Field("weight", "float"), Field("volume", "float"))
PAYMENT = (
    *TRADE,
    Field("sum", "float"),
    Field("paymentPurpose", orderable=False),
    ref("salesChannel", "saleschannel"),
    data("operations", "operations"),
)
OUTGOING = (
    *PAYMENT,
    ref("expenseItem", "expenseitem", required=True),
    Field("noClosingDocs", "bool", orderable=False),
)
