"""A person at the desk, and a shop with one of everything to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from bridge.connections.models import Shop
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from tests import factories


@dataclass
class Desk:
    """The desk as its owner sees it, in Russian unless asked otherwise."""

    client: Client

    def get(self, url: str, language: str = "ru", **params: Any) -> str:
        self.client.cookies["django_language"] = language
        response = self.client.get(url, params)
        assert response.status_code == 200, (url, response.status_code)
        return str(response.content.decode())

    def post(self, url: str, data: dict[str, Any], language: str = "ru") -> Any:
        self.client.cookies["django_language"] = language
        return self.client.post(url, data)

    def press(self, model: str, pk: int, path: str) -> list[str]:
        """Press a button of a row's page and agree in its dialog; what the desk then says."""
        url = f"/admin/bridge/{model}/{pk}/{path}/"
        assert 'name="_form_submitted"' in self.get(url)
        return self.said(self.post(url, {"_form_submitted": "1"}))

    def do(self, model: str, action: str, rows: list[Any], **more: Any) -> list[str]:
        """Run an action on selected rows; what the desk then says."""
        data = {"action": action, "_selected_action": [row.pk for row in rows], "index": "0", **more}
        return self.said(self.post(f"/admin/bridge/{model}/", data))

    @staticmethod
    def said(response: Any) -> list[str]:
        assert response.status_code == 302, response.content.decode()[:2000]
        return [str(message) for message in get_messages(response.wsgi_request)._queued_messages]


@dataclass
class Rows:
    shop: Shop
    sent: Order
    parked: OutboxMessage
    dead: OutboxMessage


@pytest.fixture
def desk(db: None, client: Client) -> Desk:
    client.force_login(User.objects.create_superuser("owner", "owner@example.test", "a long password"))
    return Desk(client)


@pytest.fixture
def rows(db: None) -> Rows:
    """A shop with a linked, a missing and an ambiguous item, orders in several states, events and flows."""
    shop = factories.ShopFactory()
    factories.MappingFactory(shop=shop)
    factories.MappingFactory(shop=shop, direction="to_site", site_status="completed", state_id="state-done")
    factories.LinkedListingFactory(shop=shop, product_id="1001", sku="MUG-0001")
    factories.ListingFactory(shop=shop, match="missing", write_error="Товар не найден")
    factories.ListingFactory(shop=shop, match="ambiguous")
    sent = factories.OrderFactory(shop=shop)
    factories.BindingFactory(order=sent)
    done = factories.MessageFactory(order=sent, state="done", done_at=timezone.now())
    factories.AttemptFactory(message=done)
    factories.AttemptFactory(message=done, outcome="done")
    factories.EventFactory(connection=shop.site, source_id=sent.source_id)
    factories.EventFactory(
        connection=shop.site,
        state="failed",
        body="<html>",
        problem="payload_not_an_order",
        problem_params={"detail": "1:1"},
    )
    parked = factories.ParkedFactory(order=factories.OrderFactory(shop=shop))
    factories.AttemptFactory(message=parked, outcome="parked")
    dead = factories.DeadFactory(order=factories.OrderFactory(shop=shop))
    gone = factories.OrderFactory(shop=shop)
    factories.BindingFactory(order=gone, gone="deleted")
    factories.ParkedFactory(order=gone, problem="document_gone", problem_params={"document": "00012"})
    factories.FlagFactory(order=sent)
    factories.RelatedDocumentFactory(order=sent)
    factories.RefundFactory(order=sent)
    factories.ReturnFactory(connection=shop.account)
    factories.ReturnFactory(connection=shop.account, order=sent)
    factories.WatermarkFactory(connection=shop.account, last_success_at=timezone.now() - timedelta(minutes=5))
    return Rows(shop, sent, parked, dead)
