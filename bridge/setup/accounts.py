"""Step 1: an account is tried before it is stored; then what the bridge finds and may do there."""

from __future__ import annotations

import re
from typing import NamedTuple

from bridge.connections import clients
from bridge.connections.faults import problem_of
from bridge.connections.models import Connection, Vendor
from bridge.connections.vendor_codes import MOYSKLAD
from bridge.diagnosis import rights
from bridge.domain.errors import DomainError
from bridge.setup.asking import ACCOUNT_ANSWERS_WITHIN, asking, moysklad
from bridge.sync import settings_changed
from bridge.sync.account import directory
from connectors.errors import PermanentError
from connectors.moysklad.client import MoySklad
from connectors.transport.hosts import normal_address

NAME_LENGTH = 60


class Stated(NamedTuple):
    """The limit by the headers of an answer: `left` of `limit` in a window of so many seconds (0: not said), in
    MoySklad's own units: a call with a user's token may count as several.
    """

    limit: int
    left: int
    window: int


class Facts(NamedTuple):
    """`login` is `admin@company`; `missing` are codes of rights.py; `hooks` is '' where notifications are allowed, else
    the problem that says why not. `used` of `calls` calls in a `window` of so many seconds is what the bridge keeps to;
    `stated` what MoySklad itself said of its limit in the last answer, None where it said nothing.
    """

    who: str
    login: str
    missing: list[str]
    hooks: str
    used: int
    calls: int
    window: int
    parallel: int
    stated: Stated | None

    @property
    def company(self) -> str:
        return self.login.rpartition("@")[2]


def by_token(address: str, token: str) -> Connection:
    """The account a token is for, stored. Raises DomainError with what the person reads; nothing is stored then."""
    return _stored(_tried(address, token))


def by_login(address: str, login: str, password: str) -> Connection:
    """The same, with a token made once. **Every earlier token of this user is revoked by that.**"""
    account = _unsaved(address)
    with asking(account):
        token = clients.new_token(account, login, password, read_timeout=ACCOUNT_ANSWERS_WITHIN)
    try:
        return _stored(_tried(address, token))
    except DomainError:
        _keep(account.base_url, login.rpartition("@")[2], token)
        raise


def _keep(address: str, company: str, token: str) -> None:
    """The earlier tokens are gone, so this one must not be lost, whatever kept the next call: it goes to the account
    that is called as the company, or to one of its own.
    """
    known = list(Connection.objects.filter(vendor=Vendor.MOYSKLAD, base_url=address))
    if any(one.credentials.get("token") == token for one in known):
        return
    same = next((one for one in known if one.name == _plain(company)), None)
    account = same or Connection(vendor=Vendor.MOYSKLAD, base_url=address, name=_free_name(company))
    account.credentials = {"token": token}
    account.save()
    settings_changed.credentials_changed(account)


def facts(account: Connection) -> Facts:
    """What the account says of itself now (2 calls). Raises DomainError."""
    client = moysklad(account)
    with asking(account):
        employee = client.directory.context_employee()
        hooks = _hooks(client, account)
    now = clients.present_use(account)
    return Facts(
        who=str(employee.get("fullName") or employee.get("name") or ""),
        login=str(employee.get("uid") or ""),
        missing=rights.missing(employee.get("permissions") or {}),
        hooks=hooks,
        used=round(now.calls),
        calls=now.capacity,
        window=round(now.window),
        parallel=now.parallel,
        stated=_stated(client),
    )


def _stated(client: MoySklad) -> Stated | None:
    said = client.governor.stated
    if said is None or said.limit is None or said.remaining is None:
        return None
    return Stated(round(said.limit), round(said.remaining), round(said.window or 0))


def _hooks(client: MoySklad, account: Connection) -> str:
    """Whether the user may have notifications: as their list is answered, else as it was when they were last set up."""
    try:
        client.webhooks.list()
    except PermanentError as error:
        return problem_of(error, account).code
    refused = account.hooks_problem.partition("refused:")[2]
    return MOYSKLAD.get(refused, "webhooks_refused") if refused else ""


def _tried(address: str, token: str) -> Connection:
    account = _unsaved(address)
    account.credentials = {"token": token}
    with asking(account):
        employee = moysklad(account).directory.context_employee()
    account.account_id = str(employee.get("accountId") or "")
    account.name = _free_name(str(employee.get("uid") or "").rpartition("@")[2])
    return account


def _stored(tried: Connection) -> Connection:
    """As a new account, or as new credentials of the one that is known; its names are read, for select boxes."""
    account = _known(tried) or tried
    account.base_url, account.credentials = tried.base_url, tried.credentials
    account.account_id = tried.account_id
    account.save()
    settings_changed.credentials_changed(account)
    with asking(account):
        directory.refresh(account, moysklad(account))
    return account


def _known(tried: Connection) -> Connection | None:
    accounts = Connection.objects.filter(vendor=Vendor.MOYSKLAD).order_by("pk")
    same = accounts.filter(account_id=tried.account_id).first() if tried.account_id else None
    return same or accounts.filter(account_id="", base_url=tried.base_url).first()


def _unsaved(address: str) -> Connection:
    account = Connection(vendor=Vendor.MOYSKLAD, name="new")
    with asking(account):
        account.base_url = normal_address(address)
    return account


def _free_name(wanted: str) -> str:
    """The company's name in MoySklad, as a name a file of settings may have, which no other account has."""
    plain = _plain(wanted)
    taken = {*Connection.objects.filter(vendor=Vendor.MOYSKLAD).values_list("name", flat=True)}
    names = (plain, *(f"{plain}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _plain(company: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", company.lower()).strip("-")[: NAME_LENGTH - 5] or "moysklad"
