"""Goods by words of their names or SKUs, looked for once: lists are counted and read by the keys that were found."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q, QuerySet

from bridge.catalog.models import Listing, Product
from bridge.dashboard.orders.key_set import KeyAmong
from bridge.dashboard.page import containing

MOST, FEW = 20_000, 500
"""Of a word that more goods have, the newest are found; FEW where far larger tables are searched for them. Whoever sees
that many types another word.
"""
OF_LISTINGS, OF_PRODUCTS = ("name", "sku"), ("name", "article", "code")


def narrowed(rows: QuerySet[Any], text: str, fields: tuple[str, ...]) -> QuerySet[Any]:
    """The rows of which each word of the text stands in one of the fields."""
    if not text.strip():
        return rows
    return rows.filter(KeyAmong(_keys(rows.model, _wanted(text, fields), MOST)))


def listings(text: str) -> list[int]:
    return _keys(Listing, _wanted(text, OF_LISTINGS), FEW)


def products(text: str) -> list[int]:
    return _keys(Product, _wanted(text, OF_PRODUCTS[:2]), FEW)


def _wanted(text: str, fields: tuple[str, ...]) -> Q:
    wanted = Q()
    for word in text.split():
        wanted &= containing(word, fields)
    return wanted


def _keys(model: type[Model], wanted: Q, most: int) -> list[int]:
    rows = model._default_manager.filter(wanted).order_by("-pk")
    return list(rows.values_list("pk", flat=True)[:most])
