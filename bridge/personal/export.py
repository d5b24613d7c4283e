"""Everything that is known of a customer, as JSON they can be given."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from bridge.history import deeds
from bridge.personal.whose import Found

GIVEN_OUT = _("The customer's personal data was given out.")
OF = {
    "documents": ("document_name", "written", "created_at"),
    "refunds": ("source_id", "placed_at", "amount_minor", "content"),
    "returns": ("name", "moment", "sum_minor", "content"),
    "flags": ("code", "params", "raised_at"),
    "events": ("topic", "received_at", "body"),
    "messages": ("kind", "state", "created_at", "problem", "problem_params"),
    "calls": ("at", "method", "host", "path", "status", "request_body", "response_body"),
    "known_again": ("key", "value", "external_id"),
}


def export(found: Found) -> dict[str, Any]:
    """{"asked": …, "orders": […], "history": […], and a list of each table named in OF}; credentials are in none of
    them. Deeds are in the language that is on.
    """
    orders = [*found.orders, *found.busy]
    everything = Found(found.asked, orders, [])
    told: dict[str, Any] = {
        "asked": found.asked,
        "orders": [
            {
                "shop": order.shop.name,
                "number": order.number,
                "placed_at": order.placed_at,
                "email": order.email,
                "phone": order.phone,
                "content": order.content,
            }
            for order in orders
        ],
        "contacts": [
            model_to_dict(row, ["external_id", "written", "as_of"]) for row in everything.contacts()
        ],
    }
    rows = {"documents": "bindings"}
    for name, fields in OF.items():
        told[name] = list(getattr(everything, rows.get(name, name))().order_by("pk").values(*fields))
    told["history"] = [_deed(entry) for entry in everything.history().order_by("pk")]
    return told


def _deed(entry: LogEntry) -> dict[str, Any]:
    deed = deeds.read(entry)
    changed = [value._asdict() for value in deed.values]
    return {"action_time": entry.action_time, "said": deed.text, "values": changed}
