"""What will happen in a storm, worked out from a seed beforehand: each order's story, and what breaks when.

Moments are numbers of orders, not seconds: on a slow machine the same things happen to the same orders.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Step = tuple[str, dict[str, Any]]

# Of a hundred orders. What MoySklad's manager does waits until the document is there.
STORIES: dict[str, tuple[int, tuple[str, ...]]] = {
    "kept": (30, ()),
    "edited": (16, ("more_pieces", "another_item")),
    "cancelled": (10, ("cancel",)),
    "cancelled_there": (6, ("cancel_there",)),
    "shipped": (10, ("ship_and_close",)),
    "paid": (8, ("pay",)),
    "refunded": (8, ("refund_a_piece",)),
    "shipped_and_refunded": (5, ("ship", "refund_a_piece")),
    "shipped_and_returned": (5, ("ship", "return_there")),
    "refunded_whole": (2, ("refund_all",)),
}
"""Steps of one story are made by one side: what both change at once waits for a person, as it should."""

MOVES = ("counted", "found", "lost", "moved", "sold_elsewhere")
SHARE_OF_MOVES = 0.15
ORDERS_A_TROUBLE = 8
MOST_OF_A_KIND = 10
"""Some troubles last for half a minute: more of them and a long storm would be nothing but trouble."""


@dataclass(frozen=True)
class Order:
    """The order with this number in the run: what is bought, by which buyer, and what becomes of it."""

    number: int
    lines: dict[str, int]
    buyer: int
    story: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Move:
    """What the warehouse does just before the order with this number: `kind` is one of MOVES."""

    at: int
    kind: str
    sku: str
    pieces: int


@dataclass(frozen=True)
class Injection:
    """`kind` names a method of Injector; it happens just before this order is placed. `draw` (0..1) is its dice."""

    at: int
    kind: str
    draw: float


@dataclass(frozen=True)
class Plan:
    seed: int
    orders: Sequence[Order]
    moves: Sequence[Move]
    injections: Sequence[Injection]

    def counts(self) -> dict[str, int]:
        return dict(sorted(Counter(one.kind for one in self.injections).items()))


def make(seed: int, orders: int, skus: Sequence[str], kinds: Sequence[str]) -> Plan:
    """The same arguments give the same plan."""
    chance = random.Random(seed)
    return Plan(
        seed, _orders(chance, orders, skus), _moves(chance, orders, skus), _injections(chance, orders, kinds)
    )


def _orders(chance: random.Random, count: int, skus: Sequence[str]) -> list[Order]:
    names = list(STORIES)
    weights = [weight for weight, _steps in STORIES.values()]
    made = []
    for number in range(count):
        story = chance.choices(names, weights)[0]
        # Two pieces at least of the first line: stories take one away.
        goods = chance.sample(list(skus), chance.choice((1, 1, 2, 3)))
        lines = {sku: chance.randint(1, 3) + (place == 0) for place, sku in enumerate(goods)}
        other = chance.choice([sku for sku in skus if sku not in goods])
        steps = tuple(
            (step, {"sku": goods[0], "other": other, "after": chance.randint(0, 12)})
            for step in STORIES[story][1]
        )
        made.append(Order(number, lines, chance.randrange(max(2, count // 4)), story, steps))
    return made


def _moves(chance: random.Random, orders: int, skus: Sequence[str]) -> list[Move]:
    moments = sorted(chance.randrange(orders) for _ in range(round(orders * SHARE_OF_MOVES)))
    return [
        Move(at, chance.choice(MOVES), chance.choice(list(skus)), chance.randint(1, 40)) for at in moments
    ]


def _injections(chance: random.Random, orders: int, kinds: Sequence[str]) -> list[Injection]:
    """Every kind once before any comes again, each in its own stretch of the run."""
    wanted = min(max(len(kinds), orders // ORDERS_A_TROUBLE), MOST_OF_A_KIND * len(kinds))
    pool: list[str] = []
    while len(pool) < wanted:
        more = list(kinds)
        chance.shuffle(more)
        pool += more
    pool = pool[:wanted]
    stretch = orders * 0.9 / wanted
    return [
        Injection(int((place + chance.random()) * stretch), kind, chance.random())
        for place, kind in enumerate(pool)
    ]
