"""Counterparties as tests need them."""

from __future__ import annotations

from typing import Any


def old_and_new(moysklad: Any, email: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two with the same e-mail; MoySklad counts milliseconds, so a second one of the same moment is made once more."""
    old = moysklad.add_counterparty(name="Старый", email=email)
    while (new := moysklad.add_counterparty(name="Новый", email=email))["updated"] == old["updated"]:
        moysklad.delete(new["id"], "counterparty")
    return old, new
