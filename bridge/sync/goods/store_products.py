"""A page of MoySklad's goods into our tables, and what of it is news; what did not change is not written again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from bridge.catalog.models import BundlePart, Product, ProductBarcode
from bridge.connections.models import Connection
from bridge.mapping import goods_from_moysklad
from bridge.portions import OF_QUERY, portions

FIELDS = (
    "kind",
    "parent_external_id",
    "name",
    "article",
    "code",
    "external_code",
    "folder_id",
    "facts",
    "archived",
    "present",
)
# By these a site's item is found.
KEYS = ("article", "code", "external_code", "archived", "present")
# By these its stock is counted.
COUNTED = ("folder_id", "archived", "present")

Wire = Mapping[str, Any]
Parts = list[tuple[str, Decimal]]


@dataclass
class News:
    """Items by external id: `shown` changed in any way, `known_by` in what links them, `counted` in what stock they
    stand for. `keys`: the SKUs and barcodes that now mean them, or no longer do. `back`: out of the archive, or there
    again.
    """

    shown: set[str] = field(default_factory=set)
    known_by: set[str] = field(default_factory=set)
    counted: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    back: set[str] = field(default_factory=set)

    def add(self, other: News) -> None:
        self.shown |= other.shown
        self.known_by |= other.known_by
        self.counted |= other.counted
        self.keys |= other.keys
        self.back |= other.back


def store(
    account: Connection, page: Sequence[Wire], seen_at: datetime, *, answers_hints: bool = False
) -> News:
    """Keep a page of goods of one kind (a thousand at most), less what is known as it became later: the page came late.
    Sorted, so that two workers take the rows in one order. `answers_hints`: what hints called deleted was asked for.
    """
    rows = {fields["external_id"]: fields for fields in (goods_from_moysklad.product(row) for row in page)}
    named = set(rows)
    _take_folders(account, rows)
    news, changed = News(), []
    with transaction.atomic():
        known = _known(account, rows)
        rows = {key: row for key, row in rows.items() if not _is_late(row, known.get(key))}
        for external_id in sorted(rows):
            before = known.get(external_id)
            moved = [
                name for name in FIELDS if before is None or getattr(before, name) != rows[external_id][name]
            ]
            if moved:
                changed.append(external_id)
                _note(news, before, rows[external_id], moved)
        fresh = set(changed) - set(known)
        Product.objects.bulk_create(
            [
                Product(connection=account, seen_at=seen_at if one in fresh else None, **rows[one])
                for one in changed
            ],
            batch_size=OF_QUERY,
            update_conflicts=True,
            unique_fields=["connection", "external_id"],
            update_fields=[*FIELDS, "updated_at"],
        )
        _seen(account, named - fresh, seen_at, answers_hints=answers_hints)
        _keep_barcodes(account, [rows[one] for one in changed])
        parts = {
            str(row["id"]): found
            for row in page
            if str(row["id"]) in rows and (found := goods_from_moysklad.parts(row)) is not None
        }
        news.counted |= keep_parts(account, parts)
        _move_variants(account, rows, known)
    return news


def keep_parts(account: Connection, parts: Mapping[str, Parts]) -> set[str]:
    """Replace what bundles are made of, by their external ids, where it changed; returns those."""
    bundles = dict(
        Product.objects.filter(connection=account, external_id__in=parts).values_list("external_id", "pk")
    )
    present: dict[int, Parts] = {pk: [] for pk in bundles.values()}
    for row in BundlePart.objects.filter(bundle_id__in=present).order_by("pk"):
        present[row.bundle_id].append((row.item_external_id, row.quantity))
    changed = {one for one, pk in bundles.items() if sorted(parts[one]) != sorted(present[pk])}
    BundlePart.objects.filter(bundle_id__in=[bundles[one] for one in changed]).delete()
    BundlePart.objects.bulk_create(
        [
            BundlePart(bundle_id=bundles[one], item_external_id=item, quantity=quantity)
            for one in sorted(changed)
            for item, quantity in parts[one]
        ],
        ignore_conflicts=True,
    )
    return changed


def lose(account: Connection, external_ids: Iterable[str]) -> News:
    """These are no longer in MoySklad; their links stay until a person or a SKU says otherwise."""
    ids = sorted(external_ids)
    news = News(set(ids), set(ids), set(ids))
    for part in portions(ids):
        rows = Product.objects.filter(connection=account, external_id__in=part)
        for row in rows.only(*KEYS):
            news.keys |= _keys_of(row)
        rows.update(present=False)
    return news


def _known(account: Connection, external_ids: Iterable[str]) -> dict[str, Product]:
    """As they are stored, held until they are written."""
    found: dict[str, Product] = {}
    for part in portions(sorted(external_ids)):
        rows = Product.objects.filter(connection=account, external_id__in=part).order_by("external_id")
        found |= {row.external_id: row for row in rows.select_for_update(no_key=True)}
    return found


def _is_late(row: Mapping[str, Any], known: Product | None) -> bool:
    if known is None or known.updated_at is None or row["updated_at"] is None:
        return False
    return bool(row["updated_at"] < known.updated_at)


def _note(news: News, before: Product | None, after: Mapping[str, Any], moved: Iterable[str]) -> None:
    external_id, names = after["external_id"], set(moved)
    news.shown.add(external_id)
    codes = (set(before.facts.get("barcodes") or []) if before else set()) ^ set(after["facts"]["barcodes"])
    if names & set(KEYS) or codes:
        news.known_by.add(external_id)
        news.keys |= codes | {after["article"], after["code"], after["external_code"]} - {""}
        news.keys |= _keys_of(before) if before else set()
    if names & set(COUNTED):
        news.counted.add(external_id)
    if before is not None and (before.archived or not before.present) and not after["archived"]:
        news.back.add(external_id)


def _keys_of(product: Product) -> set[str]:
    return {product.article, product.code, product.external_code} - {""}


def _seen(
    account: Connection, external_ids: Iterable[str], seen_at: datetime, *, answers_hints: bool
) -> None:
    """A page that was read before a hint does not answer it."""
    for part in portions(sorted(external_ids)):
        rows = Product.objects.filter(connection=account, external_id__in=part)
        (rows if answers_hints else rows.exclude(seen_at=None)).update(seen_at=seen_at)


def _keep_barcodes(account: Connection, changed: Sequence[Mapping[str, Any]]) -> None:
    wanted = {row["external_id"]: row["facts"]["barcodes"] for row in changed}
    for part in portions(wanted):
        pks = dict(
            Product.objects.filter(connection=account, external_id__in=part).values_list("external_id", "pk")
        )
        ProductBarcode.objects.filter(product_id__in=pks.values()).delete()
        ProductBarcode.objects.bulk_create(
            [ProductBarcode(product_id=pks[one], value=code) for one in part for code in wanted[one]],
            ignore_conflicts=True,  # another worker was as quick
        )


def _take_folders(account: Connection, rows: Mapping[str, dict[str, Any]]) -> None:
    """A variant lies in the folder of its product."""
    parents = {row["parent_external_id"] for row in rows.values() if row["parent_external_id"]}
    folders: dict[str, str] = {}
    for part in portions(sorted(parents)):
        found = Product.objects.filter(connection=account, external_id__in=part)
        folders |= dict(found.values_list("external_id", "folder_id"))
    for row in rows.values():
        if row["parent_external_id"]:
            row["folder_id"] = folders.get(row["parent_external_id"], "")


def _move_variants(
    account: Connection, rows: Mapping[str, Mapping[str, Any]], known: Mapping[str, Product]
) -> None:
    """A product was put into another folder: its variants go along."""
    for external_id, before in known.items():
        if external_id in rows and before.folder_id != rows[external_id]["folder_id"]:
            Product.objects.filter(connection=account, parent_external_id=external_id).update(
                folder_id=rows[external_id]["folder_id"]
            )
