"""Fills the account: organization, stores, states, the catalogue with its stock, two users."""

from __future__ import annotations

from typing import Any

from connectors.sandbox import seed as names
from connectors.sandbox.moysklad.account import Account, Caller, Obj, Ref, User, ean13
from connectors.sandbox.moysklad.documents import Writer
from connectors.sandbox.moysklad.references import meta
from connectors.sandbox.moysklad.state_pages import StatePages
from connectors.sandbox.moysklad.stock import Stock
from connectors.sandbox.seed import Item, Seed

RUSSIA = "9df7c2c3-7782-4c5c-a8ed-1102af611608"
MOSCOW = "00000000-0000-0000-0000-000000000077"


class Filler:
    def __init__(self, account: Account, writer: Writer, stock: Stock) -> None:
        self.account = account
        self.writer = writer
        self.stock = stock
        self.caller = Caller(uid="seed")
        self.number = 0

    def add(self, kind: str, **fields: Any) -> Ref:
        return Ref(kind, self.writer.create(kind, fields, self.caller)["id"])

    def put(self, kind: str, **fields: Any) -> Ref:
        """An object the account is born with, before anything it could refer to exists."""
        obj: Obj = {"id": self.account.new_id(), "accountId": self.account.id, **fields}
        self.account.insert(kind, obj)
        return Ref(kind, obj["id"])

    def link(self, ref: Ref) -> dict[str, Any]:
        return {"meta": meta(self.account, ref)}

    def account_basics(self) -> None:
        account = self.account
        account.defaults["group"] = self.put("group", name="Основной", index=0)
        account.defaults["employee"] = self.put(
            "employee",
            name="Администратор",
            fullName="Администратор",
            shortFio="Администратор",
            lastName="Администратор",
            uid="admin@sandbox",
            externalCode=account.new_external_code(),
            archived=False,
            shared=True,
        )
        account.defaults["currency"] = self.put(
            "currency",
            accountId=None,  # currencies show none
            name="руб",
            fullName="Российский рубль",
            code="643",
            isoCode="RUB",
            default=True,
            rate=1.0,
            multiplicity=1,
            indirect=False,
            rateUpdateType="manual",
            system=True,
            archived=False,
        )
        self.put("country", id=RUSSIA, name="Россия", code="643", externalCode="643")
        self.put("region", id=MOSCOW, name="г Москва", code="77", externalCode="77")
        for code, name in names.COUNTRIES:
            self.put("country", name=name, code=code, externalCode=code)
        for code, name in names.REGIONS:
            self.put("region", name=name, code=code, externalCode=code)
        account.defaults["uom"] = self.put(
            "uom", name="шт", code="796", description="Штука", externalCode="796"
        )
        sale: Obj = {"id": account.new_id(), "name": "Цена продажи", "externalCode": "cbcf493b"}
        account.price_types[sale["id"]] = sale
        employee = account.defaults["employee"].id
        account.users["admin@sandbox"] = User(
            "admin@sandbox", "sandbox", employee, f"{account.random.getrandbits(160):040x}"
        )
        for name, state_type in names.STATES:
            StatePages(account).add("customerorder", {"name": name, "stateType": state_type})
        account.defaults["organization"] = self.add("organization", name=names.ORGANIZATION, inn="7700000000")
        self.directories()
        for name in names.STORES:
            self.add("store", name=name)
        self.add("saleschannel", name=names.SALES_CHANNEL, type="ECOMMERCE")
        self.add("service", name=names.DELIVERY_SERVICE, code="DELIVERY", salePrices=self.prices(0))

    def directories(self) -> None:
        """What documents may name beside goods and people: another organization, accounts, projects and the like."""
        own = self.account.defaults["organization"]
        second = self.add("organization", name=names.SECOND_ORGANIZATION, inn="7700000001")
        for number, (account_number, bank) in enumerate(names.BANK_ACCOUNTS):
            body = {"accountNumber": account_number, "bankName": bank, "isDefault": number == 0}
            self.writer.create("account", body, self.caller, own)
        for name in names.PROJECTS:
            self.add("project", name=name)
        for name, login in names.EMPLOYEES:
            full = {"fullName": name, "shortFio": name, "lastName": name}
            self.add("employee", name=name, uid=f"{login}@sandbox", **full)
        self.add("contract", name=names.CONTRACT, ownAgent=self.link(own), agent=self.link(second))
        for name in names.EXPENSE_ITEMS:
            self.add("expenseitem", name=name)

    def prices(self, kopecks: int) -> list[dict[str, Any]]:
        currency = self.link(self.account.defaults["currency"])
        price_type = self.link(Ref("pricetype", next(iter(self.account.price_types))))
        return [{"value": float(kopecks), "currency": currency, "priceType": price_type}]

    def goods(self, item: Item, parents: dict[str, Ref]) -> Ref:
        self.number += 1
        common: dict[str, Any] = {
            "article": item.article,
            "code": f"{self.number:05d}" if item.kind != "variant" else item.article,
            "salePrices": self.prices(item.price),
            "barcodes": [{"ean13": ean13(self.number)}],
        }
        if item.kind == "variant":
            size = [{"name": "Размер", "value": item.size}]
            return self.add(
                "variant", product=self.link(parents[item.parent]), characteristics=size, **common
            )
        more = {
            "name": item.name,
            "vat": 20,
            "vatEnabled": True,
            "uom": self.link(self.account.defaults["uom"]),
        }
        if item.kind == "bundle":
            parts = [ref for ref in parents.values() if ref.kind == "product"][:2]
            more["components"] = [{"assortment": self.link(part), "quantity": 1.0} for part in parts]
            return self.add("bundle", **common, **more)
        return self.add("product", archived=item.kind == "archived", **common, **more)

    def catalogue(self, items: list[Item]) -> None:
        stores = [store["id"] for store in self.account.objects["store"].values()]
        known: dict[str, Ref] = {}
        for item in items:
            if not item.in_moysklad:
                continue
            ref = known[item.article] = self.goods(item, known)
            if item.kind not in ("parent", "bundle"):
                for store_id, amount in zip(stores, item.stock, strict=False):
                    self.stock.set_physical(ref.id, store_id, float(amount))


def fill(account: Account, writer: Writer, stock: Stock, seed: Seed) -> None:
    """Everything at once; for an account that holds nothing yet."""
    filler = Filler(account, writer, stock)
    filler.account_basics()
    filler.catalogue(seed.catalogue())
    stock.forget_changes()
