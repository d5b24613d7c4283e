"""Every page the desk has for an owner, found by asking the desk itself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from bridge.connections.models import Shop

MODELS: list[type[Model]] = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
STANDARD = ("changelist", "add", "change", "history", "delete")
# Of these a row's page depends on what became of the row.
EACH = {"order", "outboxmessage", "inboxevent", "goodsrun", "linkrun", "upload", "retryrun", "listing"}
ELSEWHERE = ["/admin/", "/people/me/", "/people/set-up/", "/admin/password_change/", "/admin/bridge/"]


def pages_of(model: type[Model], owner: User, *, parts: bool = False) -> list[str]:
    """The addresses of all whole pages of a model's desk: its lists, forms and rows, and whatever else it has. With
    `parts` also those of dialogs and of what pages fetch.
    """
    desk = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = owner
    above = f"{model._meta.app_label}_{model._meta.model_name}"
    rows = list(model._default_manager.order_by("-pk")[: 3 if model._meta.model_name in EACH else 1])
    found = [reverse(f"admin:{above}_changelist")]
    if desk.has_add_permission(request) and hasattr(desk, "add_view"):
        found.append(_reversed(f"admin:{above}_add"))
    found += [_reversed(f"admin:{above}_change", row.pk) for row in rows]
    found += [_reversed(f"admin:{above}_history", row.pk) for row in rows[:1] if model is Shop]
    client = Client()
    client.force_login(owner)
    for name in {pattern.name for pattern in desk.get_urls() if pattern.name} - {
        f"{above}_{one}" for one in STANDARD
    }:
        found += [path for path in _custom(f"admin:{name}", rows) if _is_page(client, path, parts)]
    return sorted({path for path in found if path})


def _reversed(name: str, *arguments: Any) -> str:
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def _custom(name: str, rows: list[Model]) -> list[str]:
    """With no argument, with a shop's, or with a row's."""
    shop = Shop.objects.latest("pk").pk
    ways: list[dict[str, Any]] = [{}, {"shop_pk": shop}]
    ways += [{key: row.pk} for row in rows for key in ("pk", "object_id")]
    found = []
    for given in ways:
        try:
            found.append(reverse(name, kwargs=given))
        except NoReverseMatch:
            continue
    return found


def _is_page(client: Client, path: str, parts: bool) -> bool:
    """Not a file, nor something that is only sent to; and not a dialog or a part of a page, unless they are wanted."""
    answer = client.get(path)
    html = answer.get("Content-Type", "").startswith("text/html")
    return answer.status_code == 200 and html and (parts or b"<html" in answer.content)
