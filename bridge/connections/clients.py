"""Clients made from stored connections: the only place where credentials meet the wire."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from bridge.apilog.occasions import present
from bridge.apilog.outgoing import observer
from bridge.connections.faults import require_no_pause
from bridge.connections.models import Connection, Vendor
from bridge.connections.throttle import DatabaseStore, LookingStore
from bridge.telemetry import calls, words
from connectors.moysklad import auth as moysklad_auth
from connectors.moysklad.auth import Login, Token
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Budget, Governor, MemoryStore, Priority, Usage
from connectors.moysklad.limits_joint import JointGovernor
from connectors.transport.record import CallRecord, Observer
from connectors.woocommerce.client import WooCommerce


def hook_prefix(connection: Connection) -> str:
    """The start of this account's webhook URLs; our own writes silence hooks under it. '' without a public URL."""
    if not settings.BRIDGE_PUBLIC_URL:
        return ""
    return f"{settings.BRIDGE_PUBLIC_URL}/hooks/moysklad/{connection.hook_token}/"


def budget() -> Budget:
    """What one account may be asked, by all our processes together."""
    return Budget(calls=settings.MOYSKLAD_CALLS, parallel=settings.MOYSKLAD_PARALLEL)


def present_use(connection: Connection) -> Usage:
    """The account's budget at this moment, as MoySklad's answers have taught it, else as configured."""
    return Governor(LookingStore(connection.pk), budget()).usage()


def usage(connection: Connection) -> dict[str, float]:
    """The account's budget as it is known now, and how much of it is in use at this moment."""
    now = present_use(connection)
    allowed = {"calls": now.capacity, "window_seconds": now.window, "parallel": now.parallel}
    return {
        **allowed,
        "used": round(now.calls, 2),
        "in_flight": now.in_flight,
        "waiting": sum(now.waiting.values()),
    }


def governor_of(connection: Connection) -> Governor:
    """Who lets the calls of an account through. One that is not stored yet, being tried first, may be an account the
    bridge works for, with a login of the same user: its calls count with every stored one it may be.
    """
    if connection.pk:
        return Governor(DatabaseStore(connection.pk), budget())
    known = Connection.objects.filter(vendor=Vendor.MOYSKLAD, base_url=connection.base_url).order_by("pk")
    beside = [Governor(DatabaseStore(pk), budget()) for pk in known.values_list("pk", flat=True)]
    return JointGovernor(MemoryStore(), budget(), beside=beside)


# Seconds an answer may take where nobody waits at a page.
ANSWER_WITHIN = 60.0
# Seconds a person at a page waits for the turn of the call that makes a token.
TURN_WITHIN = 10.0


def secrets_of(connection: Connection) -> list[str]:
    """All that must never be shown of a connection."""
    return [str(value) for value in (*connection.credentials.values(), connection.hook_token) if value]


def watched(vendor: str, connection_id: int | None, secrets: Sequence[str]) -> Observer:
    """Every call goes into the API log, the figures and the logs; the secrets it is made with into none of them."""
    words.keep_secret(secrets)
    note = observer(vendor, connection_id, secrets)

    def watch(record: CallRecord) -> None:
        note(record)
        calls.count(vendor, record)

    return watch


def moysklad(
    connection: Connection,
    priority: Priority = Priority.ORDERS,
    *,
    tenant: str = "",
    silent: bool = True,
    read_timeout: float = ANSWER_WITHIN,
) -> MoySklad:
    """A client of an account. Raises LeftAlone while it is paused, for those who respect that.

    `silent`: its writes fire none of our own webhooks. `read_timeout`: seconds an answer may take, fewer where a
    person waits.
    """
    require_no_pause(connection)
    credentials = connection.credentials
    auth = (
        Token(credentials["token"])
        if credentials.get("token")
        else Login(credentials.get("login", ""), credentials.get("password", ""))
    )
    return MoySklad(
        connection.base_url,
        auth,
        governor=governor_of(connection),
        priority=priority,
        tenant=tenant,
        read_timeout=read_timeout,
        webhook_prefix=hook_prefix(connection) if silent else "",
        allow_private=settings.BRIDGE_ALLOW_PRIVATE_HOSTS,
        observer=watched(connection.vendor, connection.pk, secrets_of(connection)),
    )


def new_token(
    connection: Connection, login: str, password: str, *, read_timeout: float = ANSWER_WITHIN
) -> str:
    """A token made with a login. **Revokes every earlier token of that user**, so a person has to want it.

    The password is used for this one call and kept nowhere. Raises ConnectorError.
    """
    governor = governor_of(connection)
    with governor.slot(Priority.ORDERS, max_wait=TURN_WITHIN, lease=2 * read_timeout):
        made = moysklad_auth.issue_token(
            connection.base_url,
            Login(login, password),
            allow_private=settings.BRIDGE_ALLOW_PRIVATE_HOSTS,
            read_timeout=read_timeout,
            observer=watched(connection.vendor, connection.pk, [login, password]),
        )
    return made.value


def woocommerce(connection: Connection, *, read_timeout: float = ANSWER_WITHIN) -> WooCommerce:
    """A client of a site. Raises LeftAlone while it is paused, for those who respect that.

    `read_timeout`: seconds an answer may take, fewer where a person waits.
    """
    require_no_pause(connection)
    return WooCommerce(
        connection.base_url,
        connection.credentials.get("consumer_key", ""),
        connection.credentials.get("consumer_secret", ""),
        read_timeout=read_timeout,
        allow_private=settings.BRIDGE_ALLOW_PRIVATE_HOSTS,
        observer=watched(connection.vendor, connection.pk, secrets_of(connection)),
        about=lambda: present().order,
    )
