"""WordPress REST errors as captured: `{code, message, data: {status}}`."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Response, json_response

ORDER_STATUSES = (
    "auto-draft", "pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft",
)  # fmt: skip


class RestError(Exception):
    """One refused call. `data` is what goes beside the status; `bare` puts the number itself there (refunds do)."""

    def __init__(self, status: int, code: str, message: str, bare: bool = False, **data: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.bare = bare
        self.data = data

    def body(self, status: int | None = None) -> dict[str, Any]:
        shown = self.status if status is None else status
        data: Any = shown if self.bare else {"status": shown, **self.data}
        return {"code": self.code, "message": self.message, "data": data}

    def response(self) -> Response:
        return json_response(self.body(), self.status)


def invalid_param(name: str, code: str, message: str, data: Any = None) -> RestError:
    """rest_invalid_param with the details WordPress adds."""
    detail = {"code": code, "message": message, "data": data}
    return RestError(
        400,
        "rest_invalid_param",
        f"Invalid parameter(s): {name}",
        params={name: message},
        details={name: detail},
    )


def not_in_enum(name: str, shown: str, allowed: tuple[str, ...]) -> RestError:
    listed = f"{', '.join(allowed[:-1])}, and {allowed[-1]}"
    return invalid_param(name, "rest_not_in_enum", f"{shown} is not one of {listed}.")


def unknown_order(status: int = 404) -> RestError:
    return RestError(status, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")


def unknown_product() -> RestError:
    return RestError(404, "woocommerce_rest_product_invalid_id", "Invalid ID.")


def unknown_variation() -> RestError:
    return RestError(404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID.")


def no_route() -> RestError:
    return RestError(404, "rest_no_route", "No route was found matching the URL and request method.")


def not_authenticated(message: str) -> RestError:
    return RestError(401, "woocommerce_rest_authentication_error", message)
