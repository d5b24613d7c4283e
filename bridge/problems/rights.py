"""What MoySklad refuses because of a right or the tariff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Entry, Kind, Retry

ENTRIES: dict[str, Entry] = {
    "login_locked": Entry(
        _("MoySklad has locked the login after too many failed attempts: %(detail)s"),
        _(
            "Wait until MoySklad lets it in again, then enter a valid token in the connection; "
            "everything waiting then goes by itself."
        ),
        Kind.FIX_CONNECTION,
        Retry.CONNECTION,
    ),
    "api_not_allowed": Entry(
        _("The bridge's employee in MoySklad may not use the API: %(detail)s"),
        _(
            "In MoySklad open “Settings → Employees” and let the bridge's employee use the API; if "
            "access was blocked, ask MoySklad's support. Everything waiting then goes by itself."
        ),
        Kind.FIX_CONNECTION,
        Retry.CONNECTION,
    ),
    "right_to_see": Entry(
        _("The bridge's employee in MoySklad may not see this: %(detail)s"),
        _(
            "In MoySklad open “Settings → Employees”, choose the bridge's employee and allow “View” for "
            "what is named, then retry."
        ),
        Kind.GIVE_RIGHT,
        Retry.PERSON,
    ),
    "right_to_change": Entry(
        _("The bridge's employee in MoySklad may not change this: %(detail)s"),
        _(
            "In MoySklad open “Settings → Employees”, choose the bridge's employee and allow “Edit” for "
            "what is named, then retry."
        ),
        Kind.GIVE_RIGHT,
        Retry.PERSON,
    ),
    "right_to_delete": Entry(
        _("The bridge's employee in MoySklad may not delete this: %(detail)s"),
        _(
            "In MoySklad open “Settings → Employees”, choose the bridge's employee and allow “Delete” "
            "for what is named, then retry."
        ),
        Kind.GIVE_RIGHT,
        Retry.PERSON,
    ),
    "right_to_create": Entry(
        _("The bridge's employee in MoySklad may not create this: %(detail)s"),
        _(
            "In MoySklad open “Settings → Employees”, choose the bridge's employee and allow “Create” "
            "for what is named, then retry."
        ),
        Kind.GIVE_RIGHT,
        Retry.PERSON,
    ),
    "right_to_print": Entry(
        _("The bridge's employee in MoySklad may not print this: %(detail)s"),
        _(
            "In MoySklad open “Settings → Employees”, choose the bridge's employee and allow “Print” for "
            "what is named, then retry."
        ),
        Kind.GIVE_RIGHT,
        Retry.PERSON,
    ),
    "right_to_post": Entry(
        _("The bridge's employee in MoySklad may not post documents: %(detail)s"),
        _(
            "In MoySklad open “Settings → Employees”, choose the bridge's employee and allow “Post” for "
            "the document that is named, then retry."
        ),
        Kind.GIVE_RIGHT,
        Retry.PERSON,
    ),
    "right_to_field": Entry(
        _("The bridge's employee in MoySklad may not use this field: %(detail)s"),
        _(
            "In MoySklad open “Settings → Employees”, choose the bridge's employee and give access to "
            "the field, or take the field out of the shop's settings; then retry."
        ),
        Kind.GIVE_RIGHT,
        Retry.PERSON,
    ),
    "right_to_stock": Entry(
        _("The bridge's employee in MoySklad may not see the stock: %(detail)s"),
        _(
            "In MoySklad open “Settings → Employees”, choose the bridge's employee and allow the stock "
            "report (“Stock”), then retry."
        ),
        Kind.GIVE_RIGHT,
        Retry.PERSON,
    ),
    "right_to_webhooks": Entry(
        _("The bridge's employee in MoySklad may not set up notifications: %(detail)s"),
        _(
            "In MoySklad open “Settings → Employees”, choose the bridge's employee and make it an "
            "administrator, or do without notifications: changes are found by looking as well."
        ),
        Kind.GIVE_RIGHT,
        Retry.PERSON,
    ),
    "tariff": Entry(
        _("MoySklad's tariff does not include this: %(detail)s"),
        _(
            "Choose a larger tariff in MoySklad, or switch off what needs it in the shop's settings; "
            "then retry."
        ),
        Kind.GIVE_RIGHT,
        Retry.PERSON,
    ),
}
