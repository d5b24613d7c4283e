"""The companion plugin's own route on the site: stock written under the lock of each item (plugin 1.3.0 and later).

Signed with the secret of the plugin's events (Standard Webhooks: `v1=` HMAC-SHA256 over "id.timestamp.body"), so
the REST API's keys are not sent along.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from connectors.errors import AuthError, ConnectorError, NotFound, TransientError
from connectors.transport.call import Answer
from connectors.woocommerce.errors import NO_ROUTE, error_from
from connectors.woocommerce.wire import PingAnswer, StockAnswer, StockItem

if TYPE_CHECKING:
    from connectors.woocommerce.client import WooCommerce

STOCK = "sklad-bridge/v1/stock"
PING = "sklad-bridge/v1/ping"
MAX_ITEMS = 1000
CLOCK = "sklad_bridge_clock"
"""The refusal that names the site's own time; it says nothing about the secret."""


class Plugin:
    """Reached as `WooCommerce.plugin`."""

    def __init__(self, client: WooCommerce) -> None:
        self._client = client
        self._ahead = 0.0
        """Seconds the site's clock is ahead of ours, as far as it had to tell."""

    def set_stock(
        self,
        revision: int,
        counted_through: int,
        site: str,
        items: Sequence[StockItem],
        *,
        secrets: Sequence[str],
        counted_since: int = 0,
    ) -> StockAnswer:
        """Set the stock of 1 to 1000 items, products and variations mixed; a result for each, in order.

        `revision` rises with every call of a shop: a call that is repeated or comes late changes nothing, so it may
        be sent again as it was after any error. `counted_through`: every sale up to this number is in the
        quantities, and every sale before the Unix time `counted_since`. `site`: the home address the plugin was
        paired with. `secrets`: the present one and, during a change, the former.

        Raises NotFound when the plugin is too old for it, AuthError with the plugin's code
        (`sklad_bridge_signature`, …), Forbidden when its user may not set stock, PermanentError for a body it refuses
        or a copied site, OutcomeUnknown when no answer came.
        """
        if not 1 <= len(items) <= MAX_ITEMS or not secrets:
            raise ValueError(f"stock is set for 1 to {MAX_ITEMS} items, with a secret")
        content = {
            "revision": revision,
            "counted_through": counted_through,
            "counted_since": counted_since,
            "site": site,
            "items": list(items),
        }
        body = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
        answer = self._asked(STOCK, body, secrets)
        return _read(answer, [item["id"] for item in items])

    def ping(self, site: str, *, secrets: Sequence[str]) -> PingAnswer:
        """Have the plugin send its test event now, and wait for how that went. Raises as `set_stock` does."""
        answer = self._asked(PING, json.dumps({"site": site}).encode(), secrets)
        try:
            found = answer.json()
            return {"delivered": bool(found["delivered"]), "error": str(found.get("error") or "")}
        except (AttributeError, KeyError, TypeError, ValueError):
            raise TransientError(
                "The plugin's answer cannot be read.",
                code="net_shape",
                status=answer.status,
                why="unreadable",
            ) from None

    def _asked(self, route: str, body: bytes, secrets: Sequence[str]) -> Answer:
        """A good answer; after a refusal for the clock it is asked once more by the site's own time."""
        call_id = str(uuid.uuid4())
        answer = self._send(route, call_id, body, secrets)
        if (told := _told_time(answer)) is not None:
            self._ahead = told - time.time()
            answer = self._send(route, call_id, body, secrets)
        if not 200 <= answer.status < 300:
            raise _refusal(answer)
        return answer

    def _send(self, route: str, call_id: str, body: bytes, secrets: Sequence[str]) -> Answer:
        timestamp = str(int(time.time() + self._ahead))
        headers = {
            "X-Sklad-Bridge-Id": call_id,
            "X-Sklad-Bridge-Timestamp": timestamp,
            "X-Sklad-Bridge-Signature": " ".join(_signature(s, call_id, timestamp, body) for s in secrets),
        }
        return self._client.post_signed(route, headers, body)


def _signature(secret: str, call_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{call_id}.{timestamp}.".encode() + body
    return "v1=" + b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def _told_time(answer: Answer) -> float | None:
    """The site's time from a refusal for the clock; None for any other answer."""
    if answer.status != 401:
        return None
    error = error_from(answer, "POST")
    data = error.raw.get("data")
    told = data.get("server_time") if isinstance(data, Mapping) else None
    return float(told) if error.code == CLOCK and isinstance(told, int | float) else None


def _refusal(answer: Answer) -> ConnectorError:
    error = error_from(answer, "POST")
    more: dict[str, Any] = {"code": error.code, "status": error.status, "raw": error.raw}
    if error.code == NO_ROUTE:
        return NotFound(
            "The plugin on the site does not know this call yet. Update it.", why="plugin_too_old", **more
        )
    said = str(error.raw.get("message") or error.code)
    if error.code == CLOCK:
        return AuthError(said, why="clocks_differ", **more)
    if isinstance(error, AuthError) and error.code.startswith("sklad_bridge_"):
        # The usual hint speaks of the REST API's keys, which were not used.
        return AuthError(f"{said} Pair the plugin again.", why="pair_again", **more)
    if error.code == "sklad_bridge_copy":
        return type(error)(said, why="copy_of_shop", **more)
    if error.code == "sklad_bridge_capability":
        return type(error)(said, why="may_not_set_stock", **more)
    return error


def _read(answer: Answer, ids: Sequence[int]) -> StockAnswer:
    """What was answered, if it fits what was sent. Otherwise the call may be repeated: that changes nothing twice."""
    try:
        found = answer.json()
        fits = [int(item["id"]) for item in found["items"]] == list(ids)
        fits = fits and all(isinstance(item["result"], str) for item in found["items"])
        fits = fits and isinstance(found["sale"], int)
    except (KeyError, TypeError, ValueError):
        fits = False
    if not fits:
        raise TransientError(
            "The plugin's answer about stock cannot be read.",
            code="net_shape",
            status=answer.status,
            why="unreadable",
        )
    return cast(StockAnswer, found)
