"""A shop offers its address and keys with a code: they are tried, stored, and answered with where events go."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bridge.connections import clients
from bridge.connections.faults import problem_of
from bridge.connections.models import Connection, Shop, Vendor, new_token
from bridge.history import deeds
from bridge.history.deeds import MASK, Value
from bridge.inbox.shop_requests import same_site
from bridge.pairing import codes
from bridge.pairing.refusals import PairingRefused
from bridge.people import of_sites
from bridge.routes import FLOWS
from bridge.sync import flows, settings_changed
from connectors.errors import ConnectorError
from connectors.transport.hosts import normal_address

# The shop's administrator waits at the page, and the shop's server for our answer.
CALL_BACK_SECONDS = 15.0
NAME_LENGTH = 60
CONNECTED = _("The shop is connected by a one-time code.")


@dataclass(frozen=True)
class Offer:
    """What the plugin sends. `site` is the home address that its events will name, and below which its API lies."""

    code: str
    site: str
    consumer_key: str
    consumer_secret: str
    plugin_version: str = ""


@dataclass(frozen=True)
class Paired:
    """What the plugin has to store: where its events go, and what they are signed with."""

    event_url: str
    event_secret: str


def pair(offer: Offer) -> Paired:
    """Connect the shop that made this offer. Raises PairingRefused, and then nothing but the code has changed.

    The shop is called with its keys before anything is stored. The same offer once more, after an answer that was
    lost on the way, gets the same answer.
    """
    row = codes.known(offer.code)
    if row.shop is not None and hmac.compare_digest(row.keys_digest, _keys_digest(offer)):
        return _answer(row.shop.site)
    if codes.address_problem():
        raise PairingRefused("not_tls")
    codes.claim(row, offer.site[:255], timezone.now())
    try:
        prove(offer)
        with transaction.atomic():
            before = _site_at(normal_address(offer.site))
            shop = connect(row.account, offer)
            codes.use(row, shop=shop, keys_digest=_keys_digest(offer))
            deeds.note(row.made_by or of_sites.somebody(), shop, CONNECTED, new_keys(before, shop))
    except PairingRefused as refused:
        codes.let_go(row, refused)
        raise
    except Exception:
        codes.let_go(row, PairingRefused("internal"))
        raise
    return _answer(shop.site)


def new_keys(before: Connection | None, shop: Shop) -> list[Value]:
    """What became otherwise when a shop was connected, for the history; of keys only that there are new ones.

    `before`: the site as it was, if it was known.
    """
    return [
        Value(_("Address"), before.base_url if before else "", shop.site.base_url),
        Value(_("Consumer key"), "", MASK),
        Value(_("Consumer secret"), "", MASK),
    ]


def prove(offer: Offer) -> None:
    """Call the shop with its keys: it answers, it is WooCommerce, the keys are good. Raises PairingRefused."""
    site = Connection(vendor=Vendor.WOOCOMMERCE, name="new")
    try:
        site.base_url, site.credentials = normal_address(offer.site), _keys(offer)
        clients.woocommerce(site, read_timeout=CALL_BACK_SECONDS).site.info()
    except ConnectorError as error:
        problem = problem_of(error, site)
        raise PairingRefused(problem.code, problem.params) from error


def connect(account: Connection, offer: Offer) -> Shop:
    """A new shop of the account, or new keys of the one that is known at this address; its keys are proved already. A
    former event secret stays valid beside the new one, for events on their way. In a transaction.

    Raises PairingRefused for a shop of another account.
    """
    address = normal_address(offer.site)
    site = _site_at(address) or Connection(vendor=Vendor.WOOCOMMERCE, name=_free_name(address))
    shop = Shop.objects.select_for_update().filter(site=site).first() if site.pk else None
    if shop is not None and shop.account_id != account.pk:
        raise PairingRefused("other_account")
    former = site.credentials.get("event_secret")
    site.base_url = address
    site.credentials = {
        **_keys(offer),
        "event_secret": new_token(),
        **({"previous_event_secret": former} if former else {}),
    }
    site.save()
    if shop is None:
        # A file of settings names shop and site alike (configuration/apply.py).
        taken = Shop.objects.filter(name=site.name).exists()
        name = _free_name(address) if taken else site.name
        shop = Shop(name=name, site=site, account=account, home_url=address)
        shop.save()
        settings_changed.shop_added(shop, FLOWS)
    else:
        # Nobody told of what it did while it was not connected.
        for flow in ("orders", "site_catalogue"):
            flows.run_soon(site, flow)
    settings_changed.credentials_changed(site)
    Shop.objects.filter(pk=shop.pk).update(plugin_version=offer.plugin_version[:20], plugin_problem="")
    shop.site = site
    return shop


def _site_at(address: str) -> Connection | None:
    """The site that is known at this address, by what we call or by where its events come from."""
    sites = Connection.objects.filter(vendor=Vendor.WOOCOMMERCE).select_related("shop").order_by("pk")
    for site in sites:
        home = site.shop.home_url if hasattr(site, "shop") else ""
        if same_site(site.base_url, address) or (home and same_site(home, address)):
            return site
    return None


def _free_name(address: str) -> str:
    """`shop.example.com` → `shop-example-com`, with a number where that is taken."""
    parts = urlsplit(address)
    wanted = re.sub(r"[^a-z0-9]+", "-", f"{parts.netloc}{parts.path}".lower()).strip("-")[: NAME_LENGTH - 5]
    taken = {*Shop.objects.values_list("name", flat=True)}
    taken |= {*Connection.objects.filter(vendor=Vendor.WOOCOMMERCE).values_list("name", flat=True)}
    names = (wanted or "shop", *(f"{wanted or 'shop'}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _keys(offer: Offer) -> dict[str, str]:
    return {"consumer_key": offer.consumer_key, "consumer_secret": offer.consumer_secret}


def _keys_digest(offer: Offer) -> str:
    return codes.digest(f"{offer.consumer_key}\n{offer.consumer_secret}")


def _answer(site: Connection) -> Paired:
    path = reverse("woocommerce-event", args=[site.pk])
    return Paired(f"{settings.BRIDGE_PUBLIC_URL}{path}", str(site.credentials["event_secret"]))
