"""What a request must bring along before anybody acts on it."""

from __future__ import annotations

from collections.abc import Iterator

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from bridge.inbox.views import MOYSKLAD_TOPICS
from bridge.people.roles import Role
from tests.people.conftest import person

# They know no session, so another site's form gains nothing by being sent with one.
DOORS = {
    "woocommerce-event",
    "site-orders",
    "site-orders-send",
    *(f"hook-{topic}" for topic in MOYSKLAD_TOPICS),
}


def views(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from views(one.url_patterns)
        else:
            yield one


def test_only_the_doors_take_a_form_without_its_token(db: None) -> None:
    """Views of the API are exempt from Django's check too: they take a session only with the token, by themselves."""
    exempt = {
        one.name
        for one in views(get_resolver().url_patterns)
        if getattr(one.callback, "csrf_exempt", False) and not hasattr(one.callback, "cls")
    }
    assert exempt == DOORS
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("olga", Role.OWNER))
    for path in ("/admin/logout/", "/admin/bridge/shop/add/", "/people/me/", "/i18n/setlang/"):
        assert client.post(path).status_code == 403, path
    for path in ("/api/v1/events/1/replay/", "/api/v1/orders/1/send/", "/api/v1/pauses/"):
        answer = client.post(path, {}, content_type="application/json")
        assert answer.status_code == 403, path
