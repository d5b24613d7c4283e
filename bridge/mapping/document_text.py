"""The comment of a document: what the buyer wrote and all that has no field of its own (at most 4096 characters)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bridge.domain.money import to_text
from bridge.domain.order import Charge, Line, Order
from bridge.domain.order_fields import meta_value

LIMIT = 4096


def comment(order: Order, rest: Sequence[str] = ()) -> str:
    """The whole text, the most important first; `rest` are lines that found no room in their own fields."""
    lines = [
        order.note,
        _said("Доставка", [order.shipping_method]),
        _said("Пункт выдачи", [order.pickup_point]),
        *rest,
        _said("Оплата", [order.payment_title]),
        _said("Транзакция", [order.transaction_id]),
        _said("Купоны", order.coupons),
        _said("Сборы", [_fee(charge, order.currency) for charge in order.charges if charge.kind == "fee"]),
        *(_said(line.name, _chosen(line), "; ") for line in order.lines),
        _said("Источник", [_origin(order)]),
    ]
    return "\n".join(line for line in lines if line)


def fitting(text: str) -> str:
    return text[:LIMIT]


def cut(text: str) -> int:
    """How many characters have no room."""
    return max(len(text) - LIMIT, 0)


def _said(title: str, values: Iterable[str], between: str = ", ") -> str:
    told = [value for value in values if value]
    return f"{title}: {between.join(told)}" if told else ""


def _fee(charge: Charge, currency: str) -> str:
    return f"{charge.name} {to_text(charge.total_minor, currency)}".strip()


def _chosen(line: Line) -> list[str]:
    """What the buyer chose; a variation's options stand in its name already: «Платье - XS, Синий»."""
    named = (
        {part.strip() for part in line.name.rpartition(" - ")[2].split(",")} if line.variation_id else set()
    )
    return [
        f"{meta.label or meta.key}: {' '.join(meta.value.split())}"
        for meta in line.meta
        if meta.value not in named
    ]


def _origin(order: Order) -> str:
    """'yandex / cpc / spring, https://ya.ru/': source, medium and campaign, then the page the buyer came from."""
    names = ("utm_source", "utm_medium", "utm_campaign")
    source = " / ".join(value for name in names if (value := meta_value(order.attribution, name)))
    return ", ".join(part for part in (source, meta_value(order.attribution, "referrer")) if part)
