"""Fields of the account's own, filled from the site by the owner's mappings, and which of them are still missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bridge.connections.book import book_of
from bridge.connections.models import AttributeMapping, DirectoryEntry, OrderRule, Shop
from bridge.domain.errors import Problem, Unmappable
from bridge.domain.order import Order
from bridge.domain.order_fields import PREFIX, text_of
from bridge.mapping import attributes
from bridge.mapping.attributes import DICTIONARY, Unreadable
from bridge.mapping.woocommerce_meta import Wanted

Kind = DirectoryEntry.Kind
Target = AttributeMapping.Target
KIND_OF = {Target.ORDER: Kind.ORDER_ATTRIBUTE, Target.BUYER: Kind.BUYER_ATTRIBUTE}
OWNER_OF = {Target.ORDER: "customerorder", Target.BUYER: "counterparty"}
# Flags of values that found no place.
FLAGS = ("attribute_not_read", "attribute_not_in_dictionary", "attribute_cut")
SHOWN_CHOICES = 20
SHOWN_VALUE = 100


@dataclass
class Filled:
    """`values` are the fields as the wire has them (value None: the site's field is empty), `told` what staff should
    know by the flag's code, `missing` the required fields without a value, each with its source ('' for no mapping).
    """

    values: list[dict[str, Any]] = field(default_factory=list)
    told: dict[str, list[str]] = field(default_factory=dict)
    missing: list[tuple[str, str]] = field(default_factory=list)

    @property
    def notes(self) -> list[Problem]:
        return [Problem(code, {"fields": "; ".join(texts)}) for code, texts in self.told.items()]

    def require(self) -> None:
        """Raises Unmappable for the first required field that has no value: MoySklad would refuse the whole."""
        for name, source in self.missing:
            raise Unmappable("attribute_required_missing", attribute=name, source=source or "—")


def order_attributes(shop: Shop, order: Order) -> Filled:
    """The fields of the document."""
    return _filled(shop, order, Target.ORDER)


def buyer_attributes(shop: Shop, order: Order) -> Filled:
    """The fields of the buyer's counterparty: from the buyer's own record on the site, else from the order."""
    return _filled(shop, order, Target.BUYER)


def unfilled_required(shop: Shop) -> list[DirectoryEntry]:
    """Fields MoySklad insists on that no mapping of the shop fills: its orders would be refused."""
    mapped = AttributeMapping.objects.filter(shop=shop)
    found: list[DirectoryEntry] = []
    for target, kind in KIND_OF.items():
        filled = mapped.filter(target=target).values_list("attribute_id", flat=True)
        required = DirectoryEntry.objects.filter(connection=shop.account, kind=kind, is_required=True)
        found += required.exclude(external_id__in=list(filled)).order_by("name")
    return found


def wanted_fields(shop: Shop) -> Wanted:
    """Which further fields of the shop's orders and buyers mean something."""
    further = [row for row in book_of(shop).attribute_mappings if not row.source.startswith(PREFIX)]
    return Wanted(
        order=tuple(sorted({row.source for row in further})),
        customer=tuple(row.source for row in further if row.target == Target.BUYER),
        pickup=tuple(shop.pickup_fields),
        planned=shop.planned_field,
        inn=tuple(shop.inn_fields),
        kpp=tuple(shop.kpp_fields),
    )


def needs_customer(shop: Shop) -> bool:
    """Whether the buyer's own record must be read: its role decides something, or one of its fields fills something."""
    book = book_of(shop)
    return any(rule.when == OrderRule.When.ROLE for rule in book.rules) or any(
        row.source == f"{PREFIX}role" or (row.target == Target.BUYER and not row.source.startswith(PREFIX))
        for row in book.attribute_mappings
    )


def _filled(shop: Shop, order: Order, target: Target) -> Filled:
    book = book_of(shop)
    sources = {row.attribute_id: row.source for row in book.attribute_mappings if row.target == target}
    found = Filled()
    for entry in book.entries(KIND_OF[target]):
        source = sources.get(entry.external_id, "")
        if source:
            _fill(found, shop, target, entry, text_of(order, source).strip())
        has_value = any(row["value"] is not None for row in found.values if _is_of(row, entry))
        if entry.is_required and not has_value:
            found.values = [row for row in found.values if not _is_of(row, entry)]
            found.missing.append((entry.name, source))
    return found


def _fill(found: Filled, shop: Shop, target: Target, entry: DirectoryEntry, text: str) -> None:
    """The field with the text as its value; what cannot be read leaves the field as it is and is told."""
    try:
        value = _value(shop, entry, text) if text else None
    except Unreadable:
        _tell_unread(found, _choices(shop, entry), entry, text)
        return
    if attributes.is_cut(entry.detail, text):
        found.told.setdefault("attribute_cut", []).append(entry.name)
    row = attributes.attribute(shop.account.base_url, OWNER_OF[target], entry.external_id, value)
    found.values.append(row)


def _value(shop: Shop, entry: DirectoryEntry, text: str) -> Any:
    """Raises Unreadable."""
    base_url, (kind, _, dictionary) = shop.account.base_url, entry.detail.partition(":")
    if kind == DICTIONARY:
        chosen = attributes.choose(text, _choices(shop, entry))
        return attributes.dictionary_value(base_url, dictionary, chosen)
    if kind in Kind.values:
        return attributes.object_value(base_url, kind, attributes.choose(text, _choices(shop, entry)))
    return attributes.convert(kind, text)


def _choices(shop: Shop, entry: DirectoryEntry) -> dict[str, str]:
    """What the field may refer to: elements of its dictionary, or the account's employees, projects …; name → id."""
    kind, _, dictionary = entry.detail.partition(":")
    if kind != DICTIONARY:
        entries = book_of(shop).entries(kind)
    else:
        values = book_of(shop).entries(Kind.DICTIONARY_VALUE)
        entries = [value for value in values if value.detail == dictionary]
    return {entry.name: entry.external_id for entry in entries}


def _tell_unread(found: Filled, choices: dict[str, str], entry: DirectoryEntry, text: str) -> None:
    """With what the field may hold, where that is a choice."""
    said = f"{entry.name} = “{text[:SHOWN_VALUE]}”"
    if not choices and not entry.detail.startswith(DICTIONARY):
        found.told.setdefault("attribute_not_read", []).append(said)
        return
    listed = ", ".join(list(choices)[:SHOWN_CHOICES]) + (", …" if len(choices) > SHOWN_CHOICES else "")
    found.told.setdefault("attribute_not_in_dictionary", []).append(f"{said} ({listed or '—'})")


def _is_of(row: dict[str, Any], entry: DirectoryEntry) -> bool:
    return str(row["meta"]["href"]).endswith(f"/{entry.external_id}")
