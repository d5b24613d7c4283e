"""Step 2: a shop connected by keys, typed by a person or handed over by WooCommerce's own screen; what it has."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Connection, Shop
from bridge.history import deeds
from bridge.pairing import codes
from bridge.pairing.pairing import Offer, connect, prove
from bridge.setup.asking import asking, woocommerce
from bridge.setup.models import Setup
from connectors.transport.hosts import is_outside

APP_NAME = "Sklad Bridge"


class Site(NamedTuple):
    """What the site says of itself."""

    woocommerce: str
    wordpress: str
    php: str
    currency: str
    hpos: bool


def by_keys(account: Connection, site: str, consumer_key: str, consumer_secret: str) -> Shop:
    """A shop whose keys were typed; they are tried before they are stored. Raises PairingRefused."""
    offer = Offer("", site, consumer_key, consumer_secret)
    prove(offer)
    with transaction.atomic():
        return connect(account, offer)


def may_be_authorized() -> bool:
    """WooCommerce hands keys over to an address with a certificate only, and to none inside a private network.

    Unless private hosts are allowed: then shops may be inside, too.
    """
    address = urlsplit(settings.BRIDGE_PUBLIC_URL)
    reached = settings.BRIDGE_ALLOW_PRIVATE_HOSTS or is_outside(address.hostname or "")
    return address.scheme == "https" and reached


def authorize_url(account: Connection, site: str, person: Any, back_to: str) -> str:
    """WooCommerce's screen on which the shop's administrator agrees; keys then come to api/wc_auth.py.

    A one-time code goes along as `user_id`: it says for which account and from which site the keys may come. Source:
    REST API documentation, "Authentication endpoint". The person comes back to the page `back_to`, which is told
    the code's row in `code` and, by WooCommerce, in `success` whether they agreed (1 or 0).
    """
    row, text = codes.make(account, person)
    row.site_url = site
    row.save(update_fields=["site_url"])
    deeds.note(person, row, _("Code for connecting a shop"))
    asked = {
        "app_name": APP_NAME,
        "scope": "read_write",
        "user_id": text.partition("#")[2],
        "return_url": f"{settings.BRIDGE_PUBLIC_URL}{back_to}?code={row.pk}",
        "callback_url": f"{settings.BRIDGE_PUBLIC_URL}{reverse('wc-auth')}",
    }
    return f"{site}/wc-auth/v1/authorize?{urlencode(asked)}"


def look(shop: Shop) -> Site:
    """Call the site with its keys. Raises DomainError with what the person reads."""
    client = woocommerce(shop.site)
    with asking(shop.site):
        info = client.site.info()
    return Site(info["woocommerce"], info["wordpress"], info["php"], info["currency"], info["hpos"])


def read_lists(setup: Setup) -> None:
    """Read and keep what settings name of the site: statuses, payment methods, shipping methods. Raises DomainError."""
    shop = setup.shop
    client = woocommerce(shop.site)
    with asking(shop.site):
        statuses = client.site.statuses()
        payments = [row for row in client.site.payment_gateways() if row.get("enabled")]
        shipping = [
            (zone, method)
            for zone in client.site.shipping_zones()
            for method in client.site.shipping_methods(int(zone["id"]))
            if method.get("enabled", True)
        ]
    setup.site = {
        "statuses": [[row["slug"], row["name"]] for row in statuses],
        "payments": [
            [row["id"], row.get("title") or row.get("method_title") or row["id"]] for row in payments
        ],
        "shipping": [
            [
                f"{method['method_id']}:{method['instance_id']}",
                method.get("title") or "",
                zone.get("name") or "",
            ]
            for zone, method in shipping
        ],
    }
    setup.save(update_fields=["site"])
