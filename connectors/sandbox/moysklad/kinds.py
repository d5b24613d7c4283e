"""THE TABLE of entity kinds: fields, references, what is required, filterable, orderable. A new kind is an entry here.

Source: facts sections 7 to 16 (entity attribute tables of the documentation).
"""

from __future__ import annotations

from dataclasses import dataclass, field

ITEMS = ("product", "variant", "service", "bundle")


@dataclass(frozen=True)
class Field:
    """One attribute. `type`: str int float bool uuid email moment minute enum ref sync list object address."""

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
    """One entity type. `ui` is the page name of uuidHref, "" when it has none; `stock_sign` moves physical stock."""

    name: str
    fields: tuple[Field, ...]
    document: bool = False
    archivable: bool = False
    positions: bool = False
    stated: bool = False
    own_ui_id: bool = False
    owned: bool = True
    ui: str = ""
    stock_sign: int = 0
    search: tuple[str, ...] = ("name",)
    lists: tuple[str, ...] = ()
    by_name: dict[str, Field] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_name.update({item.name: item for item in self.fields})


def ref(name: str, *kinds: str, required: bool = False) -> Field:
    return Field(name, "ref", kinds or (name,), required=required, orderable=False)


def data(name: str, type_: str = "object") -> Field:
    return Field(name, type_, filterable=False, orderable=False)


NAMED = (Field("name", required=True), Field("code"), Field("externalCode"))
DESCRIPTION = Field("description", limit=4096)
SYNC = Field("syncId", "sync", orderable=False)
ARCHIVED = Field("archived", "bool", orderable=False)
VAT = (Field("vatEnabled", "bool", orderable=False), Field("vatIncluded", "bool", orderable=False))

DOCUMENT = (
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
SHIPMENT = (Field("shipmentAddress", orderable=False), data("shipmentAddressFull", "address"))
GOODS = (
    DESCRIPTION,
    ARCHIVED,
    Field("article"),
    data("barcodes", "list"),
    data("salePrices", "list"),
    data("buyPrice"),
    data("minPrice"),
)
PARENT_GOODS = (
    SYNC,
    Field("vat", "int"),
    Field("vatEnabled", "bool"),
    Field("useParentVat", "bool"),
    Field("discountProhibited", "bool"),
    ref("uom"),
)
PAYMENT = (
    *TRADE,
    Field("sum", "float"),
    Field("paymentPurpose", orderable=False),
    ref("salesChannel", "saleschannel"),
    data("operations", "operations"),
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "customerorder",
            (
                *DOCUMENT,
                *TRADE,
                *VAT,
                *SHIPMENT,
                ref("store"),
                ref("salesChannel", "saleschannel"),
                Field("deliveryPlannedMoment", "minute"),
            ),
            document=True,
            positions=True,
            stated=True,
            ui="customerorder",
            search=("name", "description"),
            lists=("files",),
        ),
        Kind(
            "demand",
            (
                *DOCUMENT,
                *TRADE,
                *VAT,
                *SHIPMENT,
                ref("store"),
                ref("salesChannel", "saleschannel"),
                ref("customerOrder", "customerorder"),
            ),
            document=True,
            positions=True,
            stated=True,
            stock_sign=-1,
            ui="demand",
            search=("name", "description"),
            lists=("files",),
        ),
        Kind(
            "salesreturn",
            (
                *DOCUMENT,
                *TRADE,
                *VAT,
                ref("store", required=True),
                ref("demand"),
                ref("salesChannel", "saleschannel"),
            ),
            document=True,
            positions=True,
            stated=True,
            stock_sign=1,
            ui="salesreturn",
            search=("name", "description"),
            lists=("files",),
        ),
        Kind(
            "enter",
            (*DOCUMENT, ref("organization", required=True), ref("store", required=True)),
            document=True,
            positions=True,
            stated=True,
            stock_sign=1,
            ui="enter",
            lists=("files",),
        ),
        Kind(
            "loss",
            (*DOCUMENT, ref("organization", required=True), ref("store", required=True)),
            document=True,
            positions=True,
            stated=True,
            stock_sign=-1,
            ui="loss",
            lists=("files",),
        ),
        Kind(
            "paymentin", (*DOCUMENT, *PAYMENT), document=True, stated=True, ui="paymentin", lists=("files",)
        ),
        Kind("cashin", (*DOCUMENT, *PAYMENT), document=True, stated=True, ui="cashin", lists=("files",)),
        Kind(
            "counterparty",
            (
                *NAMED,
                SYNC,
                DESCRIPTION,
                ARCHIVED,
                Field("companyType", "enum", options=("legal", "entrepreneur", "individual")),
                Field("email", "email"),
                Field("phone"),
                Field("fax"),
                Field("legalTitle", limit=4096),
                Field("legalFirstName"),
                Field("legalLastName"),
                Field("legalMiddleName"),
                Field("legalAddress"),
                data("legalAddressFull", "address"),
                Field("inn"),
                Field("kpp"),
                Field("ogrn"),
                Field("sex", "enum", options=("MALE", "FEMALE")),
                Field("actualAddress"),
                data("actualAddressFull", "address"),
                Field("discountCardNumber"),
                data("tags", "tags"),
                data("attributes", "attributes"),
                ref("state"),
            ),
            archivable=True,
            stated=True,
            ui="company",
            search=("name", "code", "legalTitle", "discountCardNumber", "email", "phone"),
            lists=("accounts", "contactpersons", "notes", "files"),
        ),
        Kind(
            "organization",
            (
                *NAMED,
                SYNC,
                DESCRIPTION,
                ARCHIVED,
                Field("inn"),
                Field("email", "email"),
                Field("phone"),
                Field("legalTitle"),
            ),
            archivable=True,
            ui="mycompany",
            lists=("accounts",),
        ),
        Kind(
            "product",
            (*NAMED, *GOODS, *PARENT_GOODS, Field("weight", "float"), Field("volume", "float")),
            archivable=True,
            own_ui_id=True,
            ui="good",
            search=("name", "code", "article"),
            lists=("images", "files"),
        ),
        Kind(
            "variant",
            (
                Field("name"),
                Field("code"),
                Field("externalCode"),
                *GOODS,
                ref("product", required=True),
                data("characteristics", "list"),
            ),
            archivable=True,
            own_ui_id=True,
            owned=False,
            ui="feature",
            search=("name", "code", "article"),
            lists=("images",),
        ),
        Kind(
            "service",
            (*NAMED, *GOODS, *PARENT_GOODS),
            archivable=True,
            own_ui_id=True,
            ui="good",
            lists=("files",),
        ),
        Kind(
            "bundle",
            (*NAMED, *GOODS, *PARENT_GOODS, data("components", "components")),
            archivable=True,
            own_ui_id=True,
            ui="good",
            search=("name", "code", "article"),
            lists=("images", "files"),
        ),
        Kind(
            "store",
            (*NAMED, DESCRIPTION, ARCHIVED, Field("address"), Field("pathName")),
            archivable=True,
            ui="warehouse",
        ),
        Kind(
            "saleschannel",
            (
                *NAMED,
                DESCRIPTION,
                ARCHIVED,
                Field(
                    "type",
                    "enum",
                    options=(
                        "MESSENGER",
                        "SOCIAL_NETWORK",
                        "MARKETPLACE",
                        "ECOMMERCE",
                        "CLASSIFIED_ADS",
                        "DIRECT_SALES",
                        "OTHER",
                    ),
                ),
            ),
            archivable=True,
        ),
        Kind(
            "currency",
            (
                *NAMED,
                ARCHIVED,
                Field("fullName"),
                Field("isoCode"),
                Field("default", "bool"),
                Field("rate", "float"),
                Field("multiplicity", "int"),
                Field("indirect", "bool"),
                Field("rateUpdateType"),
                Field("system", "bool"),
            ),
            archivable=True,
            owned=False,
            ui="currency",
        ),
        Kind("uom", (*NAMED, DESCRIPTION), owned=False, ui="uom"),
        Kind("country", (*NAMED, DESCRIPTION), owned=False),
        Kind("region", NAMED, owned=False),
        Kind("group", (Field("name", required=True), Field("index", "int")), owned=False),
        Kind("project", (*NAMED, DESCRIPTION, ARCHIVED), archivable=True, ui="project"),
        Kind(
            "contract",
            (*NAMED, DESCRIPTION, ARCHIVED, ref("ownAgent", "organization"), ref("agent", "counterparty")),
            archivable=True,
            ui="contract",
        ),
        Kind(
            "employee",
            (
                *NAMED,
                DESCRIPTION,
                ARCHIVED,
                Field("lastName"),
                Field("firstName"),
                Field("fullName"),
                Field("shortFio"),
                Field("email", "email"),
                Field("uid"),
            ),
            archivable=True,
            ui="employee",
        ),
        Kind(
            "webhook",
            (
                Field("url", required=True, limit=255),
                Field("action", "enum", required=True, options=("CREATE", "UPDATE", "DELETE", "PROCESSED")),
                Field("entityType", required=True),
                Field("diffType", "enum", options=("NONE", "FIELDS")),
                Field("enabled", "bool"),
            ),
            owned=False,
        ),
        Kind(
            "webhookstock",
            (
                Field("url", required=True, limit=255),
                Field("stockType", "enum", required=True, options=("stock",)),
                Field("reportType", "enum", required=True, options=("all", "bystore")),
                Field("enabled", "bool"),
            ),
            owned=False,
        ),
    )
}

READ_ONLY_ORDER = ("id", "created", "updated", "deleted", "sum")
"""Read-only attributes one may filter and order by beside the writable ones."""

POSITION_KIND = {name: f"{name}position" for name, kind in KINDS.items() if kind.positions}
