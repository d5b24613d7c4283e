"""Creating, changing and removing objects: the one path every write takes, whoever asks for it."""

from __future__ import annotations

from collections.abc import Callable

from connectors.sandbox.moysklad import attributes, moments
from connectors.sandbox.moysklad.account import Account, Caller, Obj, Ref, is_binned
from connectors.sandbox.moysklad.bodies import address_text, read_fields, require
from connectors.sandbox.moysklad.errors import ApiError, field_error
from connectors.sandbox.moysklad.goods_bodies import merge_prices
from connectors.sandbox.moysklad.kinds import KINDS
from connectors.sandbox.moysklad.positions import read_positions
from connectors.sandbox.moysklad.rules import check_rules, refuse_closed_period, refuse_with_returns
from connectors.sandbox.moysklad.stock import Stock
from connectors.sandbox.moysklad.totals import whole
from connectors.sandbox.moysklad.usage import is_in_cards, is_in_documents

ADDRESSES = {
    "shipmentAddress": "shipmentAddressFull",
    "actualAddress": "actualAddressFull",
    "legalAddress": "legalAddressFull",
}
NOT_EVENTFUL = ("webhook", "webhookstock")


class Writer:
    """Writes of one account. Every method checks first and changes the account only when all is well."""

    def __init__(
        self, account: Account, stock: Stock, made: Callable[[str, str], None] = lambda _kind, _name: None
    ) -> None:
        """`made` hears the kind and the name of each new document."""
        self.account = account
        self.stock = stock
        self.made = made

    def create(self, kind: str, body: Obj, caller: Caller, inside: Ref | None = None) -> Obj:
        """A new object, or the one created earlier with the same syncId. 3000, 3006 and the errors of bodies.

        An object of a nested kind is made `inside` another.
        """
        values = read_fields(self.account, kind, body)
        if earlier := self._created_earlier(kind, values):
            return earlier
        obj = self._new(kind) | ({"inside": inside} if inside else {})
        self._apply(kind, obj, values, body, caller)
        self._number(kind, obj)
        if "barcodes" in KINDS[kind].by_name and not body.get("barcodes"):
            obj["barcodes"] = [{"ean13": self.account.next_barcode()}]
        require(kind, obj)
        attributes.require(self.account, kind, obj)
        self._check_name(kind, obj)
        check_rules(self.account, kind, obj)
        self.account.insert(kind, obj)
        if obj.get("archived"):
            self.stock.gone(obj["id"])
        self._settle(kind, obj, caller)
        if KINDS[kind].document:
            self.made(kind, obj.get("name", ""))
        self._tell(kind, obj, "CREATE", (), caller)
        return obj

    def update(self, kind: str, id_: str, body: Obj, caller: Caller) -> Obj:
        """The fields the body names, nothing else; `positions` replaces the whole set. 1021, 1047 and the errors of
        bodies."""
        old = self._changeable(kind, id_)
        values = read_fields(self.account, kind, body)
        if values.get("syncId", old.get("syncId")) != old.get("syncId"):
            raise ApiError(1047, parameter="syncId")
        obj = dict(old)
        self._apply(kind, obj, values, body, caller)
        require(kind, obj)
        self._check_name(kind, obj)
        check_rules(self.account, kind, obj)
        if "updated" in obj:
            obj["updated"] = moments.now()
        changed = tuple(name for name in sorted({*obj, *old} - {"updated"}) if obj.get(name) != old.get(name))
        self.account.objects[kind][id_] = obj
        if old.get("archived") != obj.get("archived"):
            (self.stock.gone if obj["archived"] else self.stock.back)(id_)
        self._settle(kind, obj, caller)
        self._tell(kind, obj, "UPDATE", changed, caller)
        return obj

    def set_positions(self, kind: str, id_: str, rows: list[Obj], caller: Caller) -> Obj:
        """The same document with another set of already checked positions."""
        obj = self._changeable(kind, id_) | {"positions": rows, "updated": moments.now()}
        check_rules(self.account, kind, obj)
        self.account.objects[kind][id_] = obj
        self._settle(kind, obj, caller)
        self._tell(kind, obj, "UPDATE", ("positions",), caller)
        return obj

    def delete(self, kind: str, id_: str, caller: Caller) -> None:
        """Gone for good, or to the bin when the account is set so. 1021, 1028."""
        obj = self.existing(kind, id_)
        self._refuse_removal(kind, obj)
        options = self.account.options
        if KINDS[kind].document and options.recycle_bin and options.delete_goes_to_bin and not is_binned(obj):
            self._bin(kind, obj, caller)
            return
        self._refuse_when_used(kind, obj)
        for variant in sorted(self.account.variants_of.get(id_, ())):
            self.delete("variant", variant, caller)  # they go with their product
        self.account.remove(kind, obj)
        if not KINDS[kind].document:
            self.stock.gone(id_)
        self._settle(kind, obj | {"deleted": moments.now()}, caller)
        if not is_binned(obj):
            self._tell(kind, obj, "DELETE", (), caller)

    def trash(self, kind: str, id_: str, caller: Caller) -> None:
        """To the bin, where only isDeleted lists show it. 1066, 1067, 1021."""
        if not KINDS[kind].document:
            raise ApiError(1066, kind)
        if not self.account.options.recycle_bin:
            raise ApiError(1067)
        obj = self.alive(kind, id_)
        self._refuse_removal(kind, obj)
        self._bin(kind, obj, caller)

    def restore(self, kind: str, id_: str, caller: Caller) -> Obj:
        """Out of the bin again: only the web application can, there is no call for it."""
        living = {key: value for key, value in self.existing(kind, id_).items() if key != "deleted"}
        living["updated"] = moments.now()
        self.account.objects[kind][id_] = living
        self._settle(kind, living, caller)
        self._tell(kind, living, "UPDATE", ("deleted",), caller)
        return living

    def existing(self, kind: str, id_: str) -> Obj:
        obj = self.account.objects[kind].get(id_)
        if obj is None:
            raise ApiError(1021, kind, id_)
        return obj

    def alive(self, kind: str, id_: str) -> Obj:
        obj = self.existing(kind, id_)
        if is_binned(obj):
            raise ApiError(1021, kind, id_)
        return obj

    def _changeable(self, kind: str, id_: str) -> Obj:
        obj = self.alive(kind, id_)
        if KINDS[kind].document:
            refuse_closed_period(self.account, obj)
        return obj

    def _refuse_removal(self, kind: str, obj: Obj) -> None:
        """17009, 17014: a document of a closed period, a demand with a return."""
        if KINDS[kind].document:
            refuse_closed_period(self.account, obj)
        refuse_with_returns(self.account, kind, obj)

    def _bin(self, kind: str, obj: Obj, caller: Caller) -> None:
        binned = obj | {"deleted": moments.now(), "updated": moments.now()}
        self.account.objects[kind][obj["id"]] = binned
        self._settle(kind, binned, caller)
        action = self.account.options.trash_event
        if action != "NONE":
            self._tell(kind, binned, action, ("deleted",), caller)

    def _created_earlier(self, kind: str, values: Obj) -> Obj | None:
        id_ = self.account.by_sync_id.get((kind, values.get("syncId") or ""))
        obj = self.account.objects[kind].get(id_ or "")
        if obj is None or not is_binned(obj) or self.account.options.sync_id_of_binned == "return":
            return obj
        if self.account.options.sync_id_of_binned == "error":
            raise ApiError(12000, parameter="syncId")
        return None

    def _new(self, kind: str) -> Obj:
        account, spec = self.account, KINDS[kind]
        obj: Obj = {"id": account.new_id(), "accountId": account.id}
        if kind in NOT_EVENTFUL:
            return obj | {"enabled": True} | ({"method": "POST"} if kind == "webhook" else {})
        if spec.owned:
            obj |= {
                "owner": account.defaults["employee"],
                "shared": False,
                "group": account.defaults["group"],
            }
        now = moments.now()
        obj |= {"updated": now, "externalCode": account.new_external_code()}
        if kind == "account":
            del obj["externalCode"]  # accounts have none
        if spec.archivable:
            obj["archived"] = False
        if spec.document:
            obj |= {
                "created": now,
                "moment": moments.whole_minute(now),
                "applicable": True,
                "printed": False,
                "published": False,
                "rate": {"currency": account.defaults["currency"]},
            }
        if spec.positions:
            obj["positions"] = []
        if "vatIncluded" in spec.by_name:
            obj |= {"vatEnabled": True, "vatIncluded": True}
        if kind == "counterparty":
            obj |= {"created": now, "companyType": "legal", "salesAmount": 0.0}
        return obj

    def _apply(self, kind: str, obj: Obj, values: Obj, body: Obj, caller: Caller) -> None:
        if values.get("attributes"):
            values["attributes"] = attributes.merge(obj.get("attributes", []), values["attributes"])
        if values.get("salePrices"):
            values["salePrices"] = merge_prices(obj.get("salePrices", []), values["salePrices"])
        for short, full in ADDRESSES.items():
            if values.get(full, ...) is None:
                del values[full]  # null does not clear a structured address, an empty string form does
            if values.get(full):
                values[short] = address_text(self.account, values[full])
            elif short in values and full in KINDS[kind].by_name:
                values[full] = {"addInfo": values[short]} if values[short] else None
        if values.get("rate", ...) is None:
            values["rate"] = {"currency": self.account.defaults["currency"]}
            reprice(obj)
        for name, value in values.items():
            if value is None or value == "":
                obj.pop(name, None)
            else:
                obj[name] = value
        if KINDS[kind].positions and body.get("positions") is not None:
            rows = read_positions(self.account, caller, kind, body["positions"], obj["positions"])
            if rows is not None:
                obj["positions"] = rows

    def _number(self, kind: str, obj: Obj) -> None:
        if KINDS[kind].document and not obj.get("name"):
            obj["name"] = self.account.next_number(kind)

    def _check_name(self, kind: str, obj: Obj) -> None:
        if not (self.account.options.unique_names and KINDS[kind].document):
            return
        for other in self.account.objects[kind].values():
            if other["name"] == obj["name"] and other["id"] != obj["id"]:
                raise field_error(3006, "name")

    def _refuse_when_used(self, kind: str, obj: Obj) -> None:
        if KINDS[kind].document or kind in NOT_EVENTFUL:
            return
        wanted = Ref(kind, obj["id"])
        if is_in_documents(self.account, wanted) or is_in_cards(self.account, wanted):
            raise ApiError(1028)
        for id_ in self.account.variants_of.get(obj["id"], ()):
            if is_in_documents(self.account, Ref("variant", id_)):
                raise ApiError(1028)

    def _settle(self, kind: str, obj: Obj, caller: Caller) -> None:
        """What a write changes elsewhere: back links, stock, and the order behind a demand."""
        alive = obj["id"] in self.account.objects[kind] and not is_binned(obj)
        touched = self.account.relink(kind, obj, alive) if KINDS[kind].document else set()
        self.stock.document_changed(kind, obj, alive)
        for ref in touched:
            target = self.account.find(ref)
            if target is None:
                continue
            self.stock.document_changed(ref.kind, target, not is_binned(target))
            if self.account.options.linked_order_update and ref.kind == "customerorder":
                target = self.account.objects[ref.kind][ref.id] = target | {"updated": moments.now()}
                self._tell(ref.kind, target, "UPDATE", (), caller)

    def _tell(self, kind: str, obj: Obj, action: str, changed: tuple[str, ...], caller: Caller) -> None:
        if kind in NOT_EVENTFUL or KINDS[kind].nested:
            return
        only_archived = action == "UPDATE" and changed == ("archived",)
        if only_archived and self.account.options.archive_event == "NONE":
            return
        caller.tell(kind, obj["id"], action, changed)


def reprice(obj: Obj) -> None:
    """Back in the account's currency every price is counted anew at the document's rate."""
    value = obj.get("rate", {}).get("value", 1.0)
    if value != 1.0 and "positions" in obj:
        obj["positions"] = [row | {"price": whole(row["price"] * value)} for row in obj["positions"]]
