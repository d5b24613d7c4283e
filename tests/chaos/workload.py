"""Buyers, shopkeeper, manager and warehouse at work, by the plan; they know the sandboxes only."""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from typing import Any

from chaos.injector import Injector
from chaos.plan import Move, Order, Plan, Step
from connectors.sandbox.control import Sandbox
from connectors.sandbox.control_base import SandboxError

STORE, OTHER_STORE = "Основной склад", "Магазин"
PREFIX = "WOO-"
PLENTY = 100_000
LOOK, SHARE_OF_LOOKS = 1.0, 0.05
"""Seconds between two looks at which documents there are, at least; and of the time that looks may take."""


class Workload:
    def __init__(self, box: Sandbox, plan: Plan, per_second: float) -> None:
        self.box, self.plan, self.per_second = box, plan, per_second
        self.ids: dict[int, int] = {}
        self.demands: dict[int, str] = {}
        self.done: Counter[str] = Counter()
        self.refused: list[str] = []
        self._known: dict[str, str] = {}
        self._look_at = 0.0
        # (not before this order, the order, its next steps)
        self._waiting: deque[tuple[float, Order, tuple[Step, ...]]] = deque()

    def run(self, injector: Injector, patience: float) -> None:
        """Everything in the plan; the manager's last steps wait for their documents, `patience` seconds at most."""
        moves, injections = deque(self.plan.moves), deque(self.plan.injections)
        begun = time.monotonic()
        for order in self.plan.orders:
            while injections and injections[0].at <= order.number:
                injector.fire(injections.popleft())
            while moves and moves[0].at <= order.number:
                self._move(moves.popleft())
            self._place(order)
            self._steps(order.number)
            self._pause(begun + order.number / self.per_second, injector)
        deadline = time.monotonic() + patience
        while self._waiting and time.monotonic() < deadline:
            self._steps(math.inf)
            self._pause(time.monotonic() + 0.3, injector)
        self.refused += [
            f"order {order.number}: {steps[0][0]} waits for its document" for _, order, steps in self._waiting
        ]

    def _pause(self, until: float, injector: Injector) -> None:
        injector.tick()
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))
            injector.tick()

    def _place(self, order: Order) -> None:
        buyer = {"email": f"buyer{order.buyer}@example.test", "phone": f"+7 999 {order.buyer:07d}"}
        placed = self.box.store.place_order(order.lines, **buyer)
        self.ids[order.number] = int(placed["id"])
        self.done[order.story] += 1
        if order.steps:
            self._waiting.append((order.number + order.steps[0][1]["after"], order, order.steps))

    def _steps(self, now: float) -> None:
        for _ in range(len(self._waiting)):
            due, order, steps = self._waiting.popleft()
            if due > now or not self._made(order, steps[0]):
                self._waiting.append((due, order, steps))
            elif steps[1:]:
                self._waiting.append((now + steps[1][1]["after"], order, steps[1:]))

    def _made(self, order: Order, step: Step) -> bool:
        """False when the document this step needs is not there yet."""
        name, values = step
        if name in MANAGERS:
            if (document := self._document(order)) is None:
                return False
            values = {**values, "document": document}
        try:
            getattr(self, f"_{name}")(order, self.ids[order.number], **values)
        except SandboxError as error:
            self.refused.append(f"order {order.number}: {name}: {error}")
        self.done[f"step {name}"] += 1
        return True

    def _document(self, order: Order) -> str | None:
        name = f"{PREFIX}{self.ids[order.number]}"
        if name not in self._known and (begun := time.monotonic()) > self._look_at:
            self._known = self.box.moysklad.directory("customerorder")
            took = time.monotonic() - begun
            self._look_at = begun + max(LOOK, took / SHARE_OF_LOOKS)
        return self._known.get(name)

    # --- the shopkeeper -----------------------------------------------------------------------------

    def _more_pieces(self, order: Order, id_: int, sku: str, **_: Any) -> None:
        self.box.store.set_line(id_, sku, quantity=order.lines[sku] + 2)

    def _another_item(self, order: Order, id_: int, other: str, **_: Any) -> None:
        self.box.store.add_line(id_, other, quantity=1)

    def _cancel(self, order: Order, id_: int, **_: Any) -> None:
        self.box.store.set_status(id_, "cancelled")

    def _pay(self, order: Order, id_: int, **_: Any) -> None:
        self.box.store.pay(id_)

    def _refund_a_piece(self, order: Order, id_: int, sku: str, **_: Any) -> None:
        self.box.store.refund(id_, {sku: 1})

    def _refund_all(self, order: Order, id_: int, **_: Any) -> None:
        self.box.store.refund(id_)

    # --- the manager --------------------------------------------------------------------------------

    def _cancel_there(self, order: Order, id_: int, document: str, **_: Any) -> None:
        self.box.moysklad.set_state(document, "Отменен")

    def _ship(self, order: Order, id_: int, document: str, **_: Any) -> None:
        self.demands[order.number] = str(self.box.moysklad.ship(document, None, STORE)["id"])

    def _ship_and_close(self, order: Order, id_: int, document: str, **_: Any) -> None:
        self._ship(order, id_, document)
        self.box.moysklad.set_state(document, "Завершен")

    def _return_there(self, order: Order, id_: int, document: str, sku: str, **_: Any) -> None:
        self.box.moysklad.return_goods(self.demands[order.number], {sku: 1})

    # --- the warehouse ------------------------------------------------------------------------------

    def _move(self, move: Move) -> None:
        moysklad, goods = self.box.moysklad, {move.sku: float(move.pieces)}
        match move.kind:
            case "counted":
                moysklad.set_stock(move.sku, STORE, PLENTY + move.pieces)
            case "found":
                moysklad.enter(goods, STORE)
            case "lost":
                moysklad.write_off(goods, STORE)
            case "moved":
                moysklad.move(goods, STORE, OTHER_STORE)
            case "sold_elsewhere":
                moysklad.sell(goods, STORE)
        self.done[f"stock {move.kind}"] += 1


MANAGERS = ("cancel_there", "ship", "ship_and_close", "return_there")


def skus(box: Sandbox) -> list[str]:
    """What the site sells, in a fixed order."""
    return sorted(box.store.stocks())


def fill(box: Sandbox) -> None:
    """Enough of everything: what is sold out is another matter (docs/stock.md)."""
    box.moysklad.set_stocks(STORE, dict.fromkeys(skus(box), float(PLENTY)))
