"""What becomes of a message: sent once, coalesced, retried, parked, given up, taken back from the dead."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from bridge.connections.models import Shop
from bridge.domain.backoff import GIVE_UP_AFTER
from bridge.domain.errors import Problem
from bridge.outbox import deliver as delivering
from bridge.outbox.claim import claim
from bridge.outbox.deliver import deliver
from bridge.outbox.enqueue import discard, enqueue, enqueue_all, park, release, reset_stale, retry
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.outbox.outcomes import Done, Handler, Kind, Outcome, Parked
from connectors.errors import AuthError, ConnectorError, OutcomeUnknown, PermanentError, TransientError

State = OutboxMessage.State


def always(outcome: Outcome) -> Handler:
    return lambda messages: {message.pk: outcome for message in messages}


def raising(error: Exception) -> Handler:
    def handler(messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
        raise error

    return handler


def ask(shop: Shop, key: str = "order:1", kind: str = "k") -> OutboxMessage:
    return enqueue(shop, shop.account, kind, key)


def send(message: OutboxMessage, handler: Handler, batch: int = 1) -> OutboxMessage:
    deliver(message.pk, {"k": Kind(handler, batch)})
    message.refresh_from_db()
    return message


@pytest.mark.django_db
class TestOneMessage:
    def test_done_is_done_and_the_try_is_written_down(self, shop: Shop) -> None:
        message = send(ask(shop), always(Done("document 1")))
        assert message.state == State.DONE
        assert DeliveryAttempt.objects.get().detail == "document 1"

    def test_a_second_request_joins_the_waiting_one(self, shop: Shop) -> None:
        assert ask(shop).pk == ask(shop).pk
        assert OutboxMessage.objects.count() == 1

    def test_news_of_what_was_put_off_takes_it_up_again(self, shop: Shop) -> None:
        message = send(ask(shop), always(Parked(Problem("store_missing"))))
        OutboxMessage.objects.update(snoozed_until=timezone.now() + timedelta(days=3))
        assert ask(shop).pk == message.pk
        message.refresh_from_db()
        assert (message.state, message.snoozed_until) == (State.WAITING, None)

    def test_several_requests_join_what_waits_and_whoever_can_take_the_rest_is_woken(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What waits for an answer or for its next try has nobody who was woken for it."""
        parked = send(ask(shop, "order:1"), always(Parked(Problem("why"))))
        woken: list[int] = []
        monkeypatch.setattr("bridge.outbox.enqueue.wake", lambda _job, pk: woken.append(pk))
        found = enqueue_all(shop, shop.account, "k", ["order:2", "order:1", "order:3"])
        assert {key: message.object_key for key, message in found.items()} == {key: key for key in found}
        assert found["order:1"].pk == parked.pk
        assert OutboxMessage.objects.filter(state=State.WAITING).count() == 3
        assert woken == [parked.pk, found["order:2"].pk]
        enqueue_all(shop, shop.account, "k", ["order:4", "order:5"])
        assert len(woken) == 2, "the first ones take them along"

    def test_what_came_of_calls_is_written_down_in_spite_of_a_deadlock(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        met = []

        def put_back(*given: Any) -> bool:
            met.append(given)
            if len(met) == 1:
                raise OperationalError("deadlock detected")
            return put(*given)

        put = delivering.put_back
        monkeypatch.setattr(delivering, "put_back", put_back)
        message = send(ask(shop), always(Parked(Problem("why"))))
        assert (message.state, message.problem) == (State.PARKED, "why")
        assert DeliveryAttempt.objects.count() == 1

    def test_a_request_during_sending_becomes_a_message_of_its_own(self, shop: Shop) -> None:
        message = ask(shop)

        def handler(messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            assert ask(shop).pk != message.pk
            return {message.pk: Done()}

        send(message, handler)
        assert sorted(OutboxMessage.objects.values_list("state", flat=True)) == [State.DONE, State.WAITING]

    def test_a_failed_one_hands_over_to_the_newer_one_that_came_meanwhile(self, shop: Shop) -> None:
        message = ask(shop)

        def handler(messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            ask(shop)
            raise OutcomeUnknown("cut")

        assert send(message, handler).state == State.DISCARDED
        assert OutboxMessage.objects.get(state=State.WAITING).outcome_unknown

    def test_a_transient_error_is_retried_later(self, shop: Shop) -> None:
        message = send(ask(shop), raising(TransientError("boom", status=500)))
        assert (message.state, message.attempts) == (State.WAITING, 1)
        assert message.due_at > timezone.now()

    def test_after_three_days_it_is_given_up_with_the_reason(self, shop: Shop) -> None:
        message = ask(shop)
        OutboxMessage.objects.update(first_failed_at=timezone.now() - GIVE_UP_AFTER)
        message = send(message, raising(TransientError("boom", status=500)))
        assert (message.state, message.dead_reason) == (State.DEAD, "exceeded")

    def test_a_refusal_is_given_up_at_once(self, shop: Shop) -> None:
        message = send(ask(shop), raising(PermanentError("no", code="3006", status=412)))
        assert (message.state, message.dead_reason, message.problem) == (
            State.DEAD,
            "permanent",
            "name_taken",
        )

    def test_a_bug_is_given_up_as_internal(self, shop: Shop) -> None:
        message = send(ask(shop), raising(ValueError("oops")))
        assert (message.state, message.dead_reason) == (State.DEAD, "internal")

    @pytest.mark.parametrize("error", [AuthError("no", status=401), TransientError("refused")])
    def test_an_outage_uses_up_nobodys_tries_and_pauses_the_account(
        self, shop: Shop, error: ConnectorError
    ) -> None:
        message = send(ask(shop), raising(error))
        assert (message.state, message.attempts) == (State.WAITING, 0)
        shop.account.refresh_from_db()
        assert shop.account.is_paused()
        OutboxMessage.objects.update(due_at=timezone.now())
        assert deliver(message.pk, {"k": Kind(always(Done()))}) == 0

    def test_parked_ones_go_when_their_reason_is_removed(self, shop: Shop) -> None:
        message = send(ask(shop), always(Parked(Problem("unlinked_lines", {"lines": "Кружка"}))))
        assert message.state == State.PARKED
        assert release(shop, "store_missing") == 0
        assert release(shop, "unlinked_lines") == 1
        assert send(message, always(Done())).state == State.DONE

    def test_one_whose_reason_is_removed_while_it_is_sent_is_tried_once_more(self, shop: Shop) -> None:
        message = ask(shop)
        parked = Parked(Problem("unlinked_lines", {"lines": "Кружка"}))

        def handler(messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            assert release(shop, "unlinked_lines") == 0
            return {message.pk: parked}

        assert send(message, handler).state == State.WAITING
        assert send(message, always(parked)).state == State.PARKED

    def test_people_can_retry_and_discard(self, shop: Shop) -> None:
        message = send(ask(shop), raising(PermanentError("no")))
        assert retry(message)
        message = send(message, raising(PermanentError("no")))
        assert discard(message)
        message.refresh_from_db()
        assert message.state == State.DISCARDED

    def test_a_question_is_not_asked_while_an_answer_is_on_its_way(self, shop: Shop) -> None:
        ask(shop)
        park(shop, shop.account, "k", "order:1", Problem("document_gone", {}))
        assert OutboxMessage.objects.get().state == State.WAITING

    def test_what_a_vanished_worker_held_is_taken_back_as_doubtful(self, shop: Shop) -> None:
        message = ask(shop)
        assert claim(message.pk, 1)
        assert reset_stale(timedelta(seconds=60)) == 0
        OutboxMessage.objects.update(in_flight_since=timezone.now() - timedelta(seconds=61))
        assert reset_stale(timedelta(seconds=60)) == 1
        message.refresh_from_db()
        assert (message.state, message.outcome_unknown) == (State.WAITING, True)


@pytest.mark.django_db
class TestBatches:
    def test_what_waits_for_one_account_goes_together(self, shop: Shop) -> None:
        messages = [ask(shop, f"order:{n}") for n in range(5)]
        assert deliver(messages[3].pk, {"k": Kind(always(Done()), batch=3)}) == 3
        assert OutboxMessage.objects.filter(state=State.DONE).count() == 3

    def test_one_that_breaks_the_batch_does_not_hurt_the_others(self, shop: Shop) -> None:
        messages = [ask(shop, f"order:{n}") for n in range(3)]
        bad = messages[1].pk

        def handler(batch: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            if any(message.pk == bad for message in batch):
                raise KeyError("poison")
            return {message.pk: Done() for message in batch}

        deliver(messages[0].pk, {"k": Kind(handler, batch=10)})
        assert OutboxMessage.objects.get(state=State.DEAD).pk == bad
        assert OutboxMessage.objects.filter(state=State.DONE).count() == 2

    def test_what_was_too_much_for_one_answer_goes_again_in_smaller_parts(self, shop: Shop) -> None:
        """MoySklad's 1088: five minutes were not enough. In the same size it would be lost at every try."""
        for n in range(8):
            ask(shop, f"order:{n}")
        sizes: list[int] = []

        def handler(batch: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            sizes.append(len(batch))
            if len(batch) > 2:
                raise OutcomeUnknown("too many at once", status=400, code="1088")
            return {message.pk: Done() for message in batch}

        while waiting := OutboxMessage.objects.filter(state=State.WAITING).order_by("pk").first():
            OutboxMessage.objects.update(due_at=timezone.now())
            deliver(waiting.pk, {"k": Kind(handler, batch=8)})
            assert len(sizes) < 10
        assert sizes == [8, 4, 2, 2, 4, 2, 2]
        assert not OutboxMessage.objects.exclude(state=State.DONE).exists()

    def test_others_do_not_join_what_was_too_much(self, shop: Shop) -> None:
        lost = [ask(shop, f"order:{n}") for n in range(4)]
        deliver(lost[0].pk, {"k": Kind(raising(OutcomeUnknown("cut", status=400)), batch=4)})
        OutboxMessage.objects.update(due_at=timezone.now())
        newer = ask(shop, "order:9")
        assert [message.pk for message in claim(newer.pk, 4)] == [newer.pk]
        assert len(claim(lost[0].pk, 4)) == 2

    def test_two_kinds_of_one_object_never_run_at_once(self, shop: Shop) -> None:
        first, second = ask(shop, kind="k"), ask(shop, kind="other")
        assert claim(first.pk, 1)
        assert claim(second.pk, 1) == []


@pytest.mark.django_db(transaction=True)
def test_many_workers_take_each_message_exactly_once(shop: Shop) -> None:
    messages = [ask(shop, f"order:{n}") for n in range(40)]
    taken: list[int] = []
    lock = threading.Lock()

    def worker(offset: int) -> None:
        try:
            for message in messages[offset:] + messages[:offset]:
                mine = [m.pk for m in claim(message.pk, 3)]
                with lock:
                    taken.extend(mine)
        finally:
            connection.close()

    run_all([lambda n=n: worker(n * 10) for n in range(4)])
    assert sorted(taken) == sorted(message.pk for message in messages)


@pytest.mark.django_db(transaction=True)
def test_the_same_object_queued_by_many_at_once_is_one_message(shop: Shop) -> None:
    def worker() -> None:
        try:
            ask(shop, "order:77")
        finally:
            connection.close()

    run_all([worker] * 6)
    assert OutboxMessage.objects.filter(object_key="order:77").count() == 1


def run_all(targets: Sequence[Callable[[], None]]) -> None:
    """Run all at once; an exception in any of them fails the test."""
    errors: list[Exception] = []

    def guarded(target: Callable[[], None]) -> None:
        try:
            target()
        except Exception as error:  # noqa: BLE001 a thread's failure is the test's
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(target,)) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
