"""Error codes of both vendors → the problem of the catalogue that a person meets. Many codes are one cause.

MoySklad: JSON API 1.2, «Ошибки». WooCommerce: as observed on 11.0.1. A code that is a number below 1000 is an HTTP
status, for answers without a code of their own. What is not listed has the name of its class (faults.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bridge.connections.models import Vendor


def _by_code(table: Mapping[str, Iterable[int]]) -> dict[str, str]:
    return {str(code): problem for problem, codes in table.items() for code in codes}


MOYSKLAD: dict[str, str] = _by_code(
    {
        # --- the login ---
        "auth": (401, 1056),
        "login_locked": (1048,),
        "api_not_allowed": (1061,),
        # --- rights and tariff ---
        "forbidden": (403,),
        "right_to_see": (1016,),
        "right_to_change": (1017,),
        "right_to_delete": (1018,),
        "right_to_create": (1045,),
        "right_to_print": (1064,),
        "right_to_field": (1075,),
        "right_to_post": (1092,),
        "right_to_stock": (13003, 13004),
        "right_to_webhooks": (30004,),
        "tariff": (402, 1070, 30006, 47000),
        # --- later by itself ---
        "slow_down": (429, 1049, 1073),
        "maintenance": (1036, 1074, 1095, 61008),
        "changed_meanwhile": (1065,),
        "outcome_unknown": (1083, 1088),
        "vendor_failed": (500, 1999),
        "away": (502, 503, 504),
        # --- what the bridge asked is not to be answered ---
        "bridge_request": (
            *(400, 405, 414, 415, 1005, 1007, 1012, 1014, 1030, 1034, 1035, 1039, 1041, 1042, 1047, 1052, 1058, 1060),
            *(1037, 1062, 1063, 1066, 1069, 1089, 1096, 2001, 2006, 2009, 2010, 2011, 2012, 2014, 2016, 3030, 3042),
            *(3043, 55005),
            *range(61000, 61008),
        ),
        "api_gone": (410,),
        "foreign_address": (1059,),
        "too_large": (413, 1044, 2007, 2022),
        # --- what the document names ---
        "not_found": (404, 1008),
        "reference_missing": (1002, 1021, 2013, 2021, 2024, 2027, 3010),
        "object_in_use": (409, 1028),
        "bin_switched_off": (1067,),
        "state_refused": range(11000, 11003),
        "price_type_refused": (28000,),
        "currency_refused": (22004, 72000, *range(31000, 31004)),
        "expense_item_missing": (22002,),
        "account_mismatch": (17000, 17001),
        "base_document": (17005, 17006),
        "return_differs": (3004,),
        "shipment_has_return": (17014,),
        # --- values ---
        "required_missing": (3000,),
        "value_fixed": (3001,),
        "number_not_positive": (3002, 3003),
        "value_not_listed": (2029, 3005, 3024),
        "name_taken": (3006,),
        "value_too_long": (3008, 3040),
        "named_twice": (3013,),
        "gtin_refused": (3014,),
        "email_refused": (3015,),
        "value_malformed": (3016, 3034),
        "vat_refused": (17007, 17021),
        "discount_refused": (17008,),
        "reserve_too_big": (17003,),
        "closed_period": (17009,),
        "linked_sum": (22000, 22001),
        # --- goods ---
        "variant_refused": (15000, 15001),
        "bundle_refused": (17018, *range(29000, 29004)),
        # --- the account ---
        "report_too_big": (13005,),
        "webhooks_refused": (30000, 30001, 30002, 30003, 30005, 30007, 30008, 30009, 30010),
        "stores_too_many": (67007,),
    }
)  # fmt: skip
# Groups of codes that MoySklad keeps for one kind of object: code // 1000.
FAMILIES: dict[int, str] = {14: "attribute_refused", 16: "goods_refused"}

WOOCOMMERCE: dict[str, str] = {
    "woocommerce_rest_authentication_error": "auth",
    "woocommerce_rest_cannot_view": "auth",
    "rest_no_route": "rest_no_route",
    "rest_invalid_param": "site_value_refused",
    "rest_not_in_enum": "site_value_refused",
    "rest_out_of_bounds": "site_value_refused",
    "rest_invalid_json": "bridge_request",
    "woocommerce_rest_request_entity_too_large": "too_large",
    "woocommerce_rest_shop_order_invalid_id": "site_order_gone",
    "woocommerce_rest_product_invalid_id": "site_item_gone",
    "woocommerce_rest_product_variation_invalid_id": "site_item_gone",
    "woocommerce_rest_invalid_product_id": "site_item_moved",
    "product_invalid_sku": "site_sku_taken",
    "woocommerce_rest_invalid_coupon": "site_coupon_refused",
    "woocommerce_rest_product_out_of_stock": "site_sold_out",
    "woocommerce_rest_cannot_create_order_refund": "site_refund_refused",
    "413": "too_large",
}

# The login itself: the whole connection waits until a person has repaired it.
LOGIN = frozenset({"auth", "login_locked", "api_not_allowed"})
# Over by themselves: tried again without anybody.
PASSING = frozenset(
    {
        "slow_down",
        "maintenance",
        "changed_meanwhile",
        "outcome_unknown",
        "vendor_failed",
        "away",
        "rest_no_route",
    }
)


def problem_named(vendor: str, code: str) -> str:
    """The catalogue's problem for a vendor's own code or, where the answer had none, its HTTP status; '' for others."""
    return NAMES[Vendor(vendor)](code)


def _of_moysklad(code: str) -> str:
    if not code.isdecimal():
        return ""
    return MOYSKLAD.get(code) or FAMILIES.get(int(code) // 1000, "")


def _of_woocommerce(code: str) -> str:
    return WOOCOMMERCE.get(code, "")


NAMES: Mapping[Vendor, Callable[[str], str]] = {
    Vendor.MOYSKLAD: _of_moysklad,
    Vendor.WOOCOMMERCE: _of_woocommerce,
}
