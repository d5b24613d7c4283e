"""The ground of a run among a million orders: a copy of a filled database (filled.py), in which they are the measured
shop's own.

The shop that has nearly all of them gets the names of the rig's settings file before that is read. So `configure` finds
a shop that has worked for a year, and gives it addresses and logins of the stand-ins. No row of an order is touched.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bridge import routes
from bridge.alerts.models import AlertRules
from bridge.catalog.models import Listing, Product
from bridge.connections.models import Connection, Shop
from bridge.inbox.models import InboxEvent
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.sync import flows
from bridge.sync.models import GoodsChange, GoodsRun, Watermark

FILLED = os.environ.get("BENCH_FILLED_URL", "")
SHOP, ACCOUNT = "site", "main"
"""As the rig's settings file calls them (shop_file.py)."""


@contextmanager
def filled_copy() -> Iterator[None]:
    """Meanwhile Django's connection leads to a copy of the filled database in which nothing is due."""
    import psycopg

    name = urlsplit(FILLED).path.lstrip("/")
    own = f"{name}_in_use"
    values, before = connection.settings_dict, connection.settings_dict["NAME"]
    with psycopg.connect(urlsplit(FILLED)._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{own}" TEMPLATE "{name}" STRATEGY file_copy')
    try:
        connection.close()
        values["NAME"] = settings.DATABASES["default"]["NAME"] = own
        call_command("migrate", verbosity=0)
        shop = Order.objects.select_related("shop__account").order_by("pk")[0].shop
        other = Shop.objects.select_related("site").exclude(pk=shop.pk).get()
        _give_its_goods(shop, other)
        _put_to_rest(other)
        _name(shop)
        connection.close()  # the server hears of what a connection changed at its end
        with connection.cursor() as cursor:  # or it does this while something is measured
            cursor.execute(
                "VACUUM ANALYZE bridge_listing, bridge_product, bridge_goodschange, bridge_outboxmessage"
            )
        yield
    finally:
        connection.close()
        values["NAME"] = settings.DATABASES["default"]["NAME"] = before
        with psycopg.connect(urlsplit(FILLED)._replace(path="/postgres").geturl(), autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)')


def _give_its_goods(shop: Shop, other: Shop) -> None:
    """The large shop's goods go to the other shop, and that to an account of its own: the stand-ins have none of them,
    and the first looks would tell of fifty thousand that are gone.
    """
    kept = Connection.objects.create(
        vendor=shop.account.vendor, name="of-the-other", base_url=shop.account.base_url, credentials={}
    )
    Shop.objects.filter(pk=other.pk).update(account=kept)
    Product.objects.update(connection=kept)
    for model in (Listing, GoodsRun, GoodsChange):
        model._default_manager.update(shop=other)
    other.refresh_from_db()


def _put_to_rest(other: Shop) -> None:
    """Nothing is due, and nothing of the fill becomes due by what is measured."""
    later: Any = timezone.now() + timedelta(days=365)
    # Their logins are encrypted with another key. How long somebody asks to be left alone, nobody shortens; the
    # settings file ends it for the measured shop.
    Connection.objects.update(paused_until=later, pause_problem="slow_down", credentials={})
    AlertRules.objects.update(secrets={})
    flows.ensure(routes.FLOWS)  # what looks they have: the first beat would make these anew, and due at once
    Watermark.objects.filter(connection__in=(other.site, other.account)).update(next_due_at=later)
    for model in (InboxEvent, OutboxMessage):
        model.objects.filter(state__in=("waiting", "in_flight")).update(state="done", in_flight_since=None)
    # The first link of the stand-ins' goods would let thousands of parked orders go, for whose goods it is none.
    OutboxMessage.objects.filter(problem="unlinked_lines").update(problem="name_taken")


def _name(shop: Shop) -> None:
    """What was known of the former site and account is not known of the stand-ins: where events come from, and that
    their stock was read whole.
    """
    Connection.objects.filter(pk=shop.site_id).update(name=SHOP)
    Connection.objects.filter(pk=shop.account_id).update(name=ACCOUNT, stock_types=[])
    Shop.objects.filter(pk=shop.pk).update(name=SHOP, home_url="")
