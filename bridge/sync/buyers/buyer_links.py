"""Which counterparty a buyer was found to be, and under which `syncId` one that is missing is made.

A link is the lock of a new buyer: whoever stores it first decides the `syncId`, everybody else adopts it, and
MoySklad answers the same counterparty to all who send the same one. Nobody waits, and a worker that dies leaves nothing
locked.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from bridge.connections.models import Connection
from bridge.domain.buyers import Key
from bridge.orders.models import CustomerBinding

MAKING = "sync:"  # before the `syncId` of a counterparty whose id is not known yet
Links = dict[Key, str]


def known(account: Connection, keys: Iterable[Key]) -> Links:
    """The counterparties of these keys, as far as there are links."""
    return {key: agent for key, agent in _held(account, keys).items() if not agent.startswith(MAKING)}


def first(links: Mapping[Key, str], keys: Sequence[Key]) -> str:
    """What the surest of the keys that have a link leads to, '' when none has."""
    return next((links[key] for key in keys if key in links), "")


def linked(account: Connection, agent_ids: Iterable[str]) -> set[str]:
    """Those of the counterparties that some buyer is linked to."""
    rows = CustomerBinding.objects.filter(connection=account, external_id__in=set(agent_ids))
    return set(rows.values_list("external_id", flat=True))


def claim(account: Connection, wanted: Mapping[int, tuple[Sequence[Key], str]]) -> dict[int, str]:
    """For each buyer (keys, own `syncId`): the counterparty another worker linked meanwhile, or `MAKING` and the
    `syncId` to make it under, which is the one of the worker that was first with any of the keys.
    """
    groups, ours = _grouped(wanted)
    decided: dict[str, str] = {}
    with transaction.atomic():
        _insert(account, ours)  # waits for those who are just inserting the same keys
        held = _held(account, ours)
        for n, (keys, _sync_id) in wanted.items():
            others = [held[key] for key in keys if held[key] != ours[key]]
            if others:
                decided.setdefault(groups[n], min(others, key=lambda other: other.startswith(MAKING)))
        for n, (_keys, sync_id) in wanted.items():
            decided.setdefault(groups[n], MAKING + sync_id)
        rows = list(CustomerBinding.objects.filter(connection=account, external_id__in=decided))
        for row in rows:
            row.external_id = decided[row.external_id]
        CustomerBinding.objects.bulk_update(rows, ["external_id"])
    return {n: decided[group] for n, group in groups.items()}


def made(account: Connection, mark: str, agent_id: str) -> None:
    """The counterparty of a claim exists."""
    CustomerBinding.objects.filter(connection=account, external_id=mark).update(external_id=agent_id)


def remember(account: Connection, found: Iterable[tuple[Sequence[Key], str]]) -> None:
    """Link buyers that were found; what is linked already stays, what was only claimed is settled."""
    wanted = {key: agent for keys, agent in found for key in keys}
    _insert(account, wanted)
    by_stored = {key.stored: agent for key, agent in wanted.items()}
    claims = CustomerBinding.objects.filter(
        connection=account,
        value__in={value for _kind, value in by_stored},
        external_id__startswith=MAKING,
    )
    settled = [row for row in claims if (row.key, row.value) in by_stored]
    for row in settled:
        row.external_id = by_stored[row.key, row.value]
    CustomerBinding.objects.bulk_update(settled, ["external_id"])


def forget(account: Connection, agent_id: str) -> bool:
    """The counterparty is gone: its buyers are looked for anew. False when no link led to it."""
    deleted, _by_model = CustomerBinding.objects.filter(connection=account, external_id=agent_id).delete()
    return bool(deleted)


def _grouped(
    wanted: Mapping[int, tuple[Sequence[Key], str]],
) -> tuple[dict[int, str], dict[Key, str]]:
    """The group of each buyer and of each key; buyers of the batch that share a key share a group.

    A group has a name nobody else uses: it tells which of the links are those we have just stored ourselves.
    """
    groups: dict[int, str] = {}
    ours: dict[Key, str] = {}
    for n, (keys, _sync_id) in wanted.items():
        groups[n] = first(ours, keys) or f"{MAKING}{uuid.uuid4().hex}"
        for key in keys:
            ours.setdefault(key, groups[n])
    return groups, ours


def _insert(account: Connection, links: Mapping[Key, str]) -> None:
    """Sorted, so that two workers with the same keys wait for one another and not in a circle."""
    CustomerBinding.objects.bulk_create(
        [
            CustomerBinding(connection=account, key=key.stored[0], value=key.stored[1], external_id=agent)
            for key, agent in sorted(links.items())
        ],
        ignore_conflicts=True,
    )


def _held(account: Connection, keys: Iterable[Key]) -> Links:
    by_stored = {key.stored: key for key in keys}
    rows = CustomerBinding.objects.filter(
        connection=account, value__in={value for _kind, value in by_stored}
    ).values_list("key", "value", "external_id")
    return {by_stored[kind, value]: agent for kind, value, agent in rows if (kind, value) in by_stored}
