"""One MoySklad account in memory: its objects, users, settings and the one lock that guards them all."""

from __future__ import annotations

import random
import string
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectors.sandbox.moysklad.chronicle import Chronicle
from connectors.sandbox.moysklad.kinds import KINDS, POSITION_KIND
from connectors.sandbox.moysklad.options import Options

SHARED_ATTRIBUTES = ("service", "bundle")
"""Services and bundles have the extra fields of products."""
FIRST_GENERATED_BARCODE = 5_000_000
PAYMENTS = {"paymentin": 1, "cashin": 1, "paymentout": -1, "cashout": -1}
"""Kinds of payments: 1 brings money, -1 takes it."""
API = "/api/remap/1.2"
CODE_LETTERS = string.ascii_letters + string.digits + "-_"
Obj = dict[str, Any]


class Table(dict[str, Obj]):
    """The objects of one kind by id; `version` rises with every change, so that what was worked out of them can be
    kept."""

    version = 0

    def __setitem__(self, id_: str, obj: Obj) -> None:
        super().__setitem__(id_, obj)
        self.version += 1

    def __delitem__(self, id_: str) -> None:
        super().__delitem__(id_)
        self.version += 1


class Ref(NamedTuple):
    """A reference between objects as it is kept inside; on the wire it becomes a meta."""

    kind: str
    id: str


@dataclass
class User:
    login: str
    password: str
    employee_id: str
    token: str = ""


@dataclass
class Caller:
    """Who does something and how it may echo: one per request, it gathers the events of that request."""

    uid: str
    precise: bool = False
    disabled_prefixes: tuple[str, ...] = ()
    all_disabled: bool = False
    events: list[tuple[str, str, str, tuple[str, ...]]] = field(default_factory=list)

    def tell(self, kind: str, id_: str, action: str, updated: tuple[str, ...] = ()) -> None:
        self.events.append((kind, id_, action, updated))


class Account:
    """The state of the stand-in. Everything here is read and changed under `lock`."""

    def __init__(self, origin: str, seed: int = 1) -> None:
        self.origin = origin
        self.base = origin + API
        self.lock = threading.RLock()
        self.options = Options()
        self.random = random.Random(seed)
        self.id = self.new_id()
        self.objects: dict[str, Table] = {name: Table() for name in KINDS}
        self.states: dict[str, dict[str, Obj]] = {name: {} for name, kind in KINDS.items() if kind.stated}
        self.attributes: dict[str, dict[str, Obj]] = {name: {} for name in KINDS}
        for name in SHARED_ATTRIBUTES:
            self.attributes[name] = self.attributes["product"]
        self.dictionaries: dict[str, Obj] = {}
        self.price_types: dict[str, Obj] = {}
        self.characteristics: dict[str, Obj] = {}
        self.variants_of: dict[str, set[str]] = {}
        self.by_sync_id: dict[tuple[str, str], str] = {}
        self.by_ui_id: dict[str, Ref] = {}
        self.links: dict[Ref, dict[str, list[Ref]]] = {}
        self.links_of: dict[Ref, list[tuple[Ref, str]]] = {}
        self.numbers: dict[str, int] = {}
        self.users: dict[str, User] = {}
        self.defaults: dict[str, Ref] = {}
        self.chronicle = Chronicle(self)

    def new_id(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def new_external_code(self) -> str:
        return "".join(self.random.choices(CODE_LETTERS, k=22))

    def next_number(self, kind: str) -> str:
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        return f"{self.numbers[kind]:05d}"

    def next_barcode(self) -> str:
        """A barcode for goods that came without one: EAN13, of the range for internal use."""
        self.numbers["barcode"] = self.numbers.get("barcode", 0) + 1
        return ean13(FIRST_GENERATED_BARCODE + self.numbers["barcode"])

    def find(self, ref: Ref) -> Obj | None:
        """The object behind a reference, binned and archived ones included."""
        if ref.kind == "state":
            return next((states[ref.id] for states in self.states.values() if ref.id in states), None)
        if ref.kind == "pricetype":
            return self.price_types.get(ref.id)
        table = self.objects.get(ref.kind)
        return None if table is None else table.get(ref.id)

    def inside(self, holder: Ref, kind: str) -> list[Obj]:
        """The objects of a nested kind that live in another object."""
        return [obj for obj in self.objects[kind].values() if obj["inside"] == holder]

    def state_kind(self, state_id: str) -> str:
        return next(kind for kind, states in self.states.items() if state_id in states)

    def insert(self, kind: str, obj: Obj) -> None:
        self.objects[kind][obj["id"]] = obj
        if obj.get("syncId"):
            self.by_sync_id[kind, obj["syncId"]] = obj["id"]
        if KINDS[kind].own_ui_id:
            obj.setdefault("ui_id", self.new_id())
            self.by_ui_id[obj["ui_id"]] = Ref(kind, obj["id"])
        if kind == "variant":
            self.variants_of.setdefault(obj["product"].id, set()).add(obj["id"])

    def remove(self, kind: str, obj: Obj) -> None:
        del self.objects[kind][obj["id"]]
        if kind == "variant":
            self.variants_of[obj["product"].id].discard(obj["id"])
        self.by_sync_id.pop((kind, obj.get("syncId", "")), None)

    def relink(self, kind: str, obj: Obj, alive: bool) -> set[Ref]:
        """Refresh the back links (demands, payments) other documents show. Returns the documents it touches."""
        source = Ref(kind, obj["id"])
        before = self.links_of.pop(source, [])
        after = link_targets(kind, obj) if alive else []
        for target, name in before:
            self.links[target][name].remove(source)
        for target, name in after:
            self.links.setdefault(target, {}).setdefault(name, []).append(source)
        if after:
            self.links_of[source] = after
        return {target for target, _ in before + after}

    def linked(self, target: Ref, name: str) -> Iterator[tuple[Ref, Obj]]:
        for ref in self.links.get(target, {}).get(name, ()):
            obj = self.find(ref)
            if obj is not None:
                yield ref, obj


def link_targets(kind: str, obj: Obj) -> list[tuple[Ref, str]]:
    """Which documents show a link to this one, and under what name."""
    if kind == "demand" and obj.get("customerOrder"):
        return [(obj["customerOrder"], "demands")]
    if kind == "salesreturn" and obj.get("demand"):
        return [(obj["demand"], "returns")]
    if kind in PAYMENTS:
        return [(operation["ref"], "payments") for operation in obj.get("operations", ())]
    return []


def ean13(number: int) -> str:
    """A barcode of the range for internal use, with its check digit."""
    digits = f"20{number:010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def is_binned(obj: Obj) -> bool:
    return "deleted" in obj


def position_kind(kind: str) -> str:
    return POSITION_KIND[kind]
