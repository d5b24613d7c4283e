"""A claim is one worker's: what it held, passed on and wrote late never undoes what came after it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from bridge.connections.models import Shop
from bridge.domain.backoff import GIVE_UP_AFTER
from bridge.outbox.claim import claim
from bridge.outbox.deliver import deliver
from bridge.outbox.enqueue import enqueue, reset_stale
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.outbox.outcomes import Done, Kind, Outcome
from connectors.errors import ConnectorError, TransientError

State = OutboxMessage.State
pytestmark = pytest.mark.django_db


def ask(shop: Shop, key: str = "order:1", **payload: object) -> OutboxMessage:
    return enqueue(shop, shop.site, "k", key, payload)


def vanish(older: timedelta = timedelta(hours=1)) -> None:
    """As if the worker that holds what is in flight had died a while ago."""
    OutboxMessage.objects.filter(state=State.IN_FLIGHT).update(in_flight_since=timezone.now() - older)


class TestWhatANewerOneInherits:
    def test_after_a_failure_it_keeps_its_own_wish(self, shop: Shop) -> None:
        message = ask(shop, status="cancelled", sent="document")

        def handler(messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            ask(shop, status="completed")
            raise TransientError("boom", status=500)

        deliver(message.pk, {"k": Kind(handler)})
        newer = OutboxMessage.objects.get(state=State.WAITING)
        assert newer.payload == {"status": "completed", "sent": "document"}
        assert newer.attempts == 1

    def test_after_a_vanished_worker_it_keeps_its_own_wish(self, shop: Shop) -> None:
        message = ask(shop, status="cancelled", sent="document")
        assert claim(message.pk, 1)
        ask(shop, status="completed")
        vanish()
        assert reset_stale(timedelta(seconds=5)) == 1
        newer = OutboxMessage.objects.get(state=State.WAITING)
        assert newer.payload == {"status": "completed", "sent": "document"}
        assert newer.outcome_unknown

    def test_a_doubt_of_its_own_stays(self, shop: Shop) -> None:
        message = ask(shop)

        def handler(messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            newer = ask(shop)
            OutboxMessage.objects.filter(pk=newer.pk).update(outcome_unknown=True)
            raise TransientError("boom", status=500)

        deliver(message.pk, {"k": Kind(handler)})
        assert OutboxMessage.objects.get(state=State.WAITING).outcome_unknown


class TestALateWorker:
    @pytest.mark.parametrize(
        "late", [Done("at last"), TransientError("late", status=500), ValueError("late")]
    )
    def test_leaves_the_second_claim_alone(self, shop: Shop, late: Outcome | Exception) -> None:
        message = ask(shop)

        def handler(messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            vanish()
            assert reset_stale(timedelta(seconds=5)) == 1
            assert claim(message.pk, 1)
            if isinstance(late, Exception):
                raise late
            return {message.pk: late}

        deliver(message.pk, {"k": Kind(handler)})
        message.refresh_from_db()
        assert (message.state, message.attempts, message.outcome_unknown) == (State.IN_FLIGHT, 0, True)
        assert DeliveryAttempt.objects.filter(message=message).count() == 1, "the try itself is a fact"


class TestThePassingTroubleOfOurDatabase:
    @pytest.mark.parametrize("error", [OperationalError("database is locked"), InterfaceError("closed")])
    def test_is_tried_again_as_doubtful(self, shop: Shop, error: Exception) -> None:
        message = ask(shop)

        def handler(messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            raise error

        deliver(message.pk, {"k": Kind(handler)})
        message.refresh_from_db()
        assert (message.state, message.attempts, message.outcome_unknown) == (State.WAITING, 1, True)
        assert message.due_at > timezone.now()
        assert message.problem == "internal"

    def test_stops_a_batch_instead_of_sending_it_one_by_one(self, shop: Shop) -> None:
        messages = [ask(shop, f"order:{n}") for n in range(3)]
        calls = []

        def handler(batch: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            calls.append(len(batch))
            raise OperationalError("deadlock detected")

        deliver(messages[0].pk, {"k": Kind(handler, batch=10)})
        assert calls == [3]
        assert OutboxMessage.objects.filter(state=State.WAITING, outcome_unknown=True).count() == 3

    def test_does_not_last_for_ever(self, shop: Shop) -> None:
        message = ask(shop)
        OutboxMessage.objects.update(first_failed_at=timezone.now() - GIVE_UP_AFTER)

        def handler(messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            raise OperationalError("disk is full")

        deliver(message.pk, {"k": Kind(handler)})
        message.refresh_from_db()
        assert (message.state, message.dead_reason) == (State.DEAD, "internal")


def test_an_error_of_the_wire_is_no_trouble_of_ours(shop: Shop) -> None:
    message = ask(shop)

    def handler(messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
        raise ConnectorError("odd", status=500)

    deliver(message.pk, {"k": Kind(handler)})
    message.refresh_from_db()
    assert (message.state, message.outcome_unknown) == (State.WAITING, False)
