"""Products the shop refuses to save, for a while or for ever, as another plugin's check on saving does."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.store.errors import RestError


@dataclass
class Refusal:
    code: str
    message: str
    status: int
    count: int | None  # how often it still happens; None: for ever


class Refusals:
    def __init__(self) -> None:
        self._items: dict[int, Refusal] = {}

    def add(
        self,
        product_id: int,
        code: str = "woocommerce_rest_product_not_created",
        message: str = "The product cannot be saved.",
        status: int = 400,
        count: int | None = None,
    ) -> None:
        """From now on writes of this product fail; the code is what REST gives when saving throws (source)."""
        self._items[product_id] = Refusal(code, message, status, count)

    def clear(self) -> None:
        self._items.clear()

    def check(self, product_id: int) -> None:
        """RestError if this write is to fail."""
        refusal = self._items.get(product_id)
        if refusal is None or refusal.count == 0:
            return
        if refusal.count is not None:
            refusal.count -= 1
        raise RestError(refusal.status, refusal.code, refusal.message)
