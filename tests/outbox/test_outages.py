"""A connection that is away is left alone by everybody, counted once, and trusted again only after it answered."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from bridge.connections.faults import is_outage, note_outage, note_success
from bridge.connections.models import Connection, Shop
from bridge.outbox.claim import claim
from bridge.outbox.deliver import deliver
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.outbox.outcomes import Done, Failed, Kind, Outcome, Untried
from bridge.sync.settings_changed import credentials_changed
from connectors.errors import (
    AuthError,
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
    WrongHost,
)
from connectors.moysklad.errors import error_from as moysklad_error
from connectors.transport.call import Answer
from connectors.woocommerce.errors import error_from as site_error

State = OutboxMessage.State
pytestmark = pytest.mark.django_db


def ask(shop: Shop, key: str = "order:1") -> OutboxMessage:
    return enqueue(shop, shop.site, "k", key)


def failing(error: ConnectorError) -> Kind:
    def handler(messages: Sequence[OutboxMessage]) -> dict[int, Outcome]:
        raise error

    return Kind(handler, batch=10)


def fresh(connection: Connection) -> Connection:
    return Connection.objects.get(pk=connection.pk)


HANGS = OutcomeUnknown("No answer within the time allowed.", code="net_timeout")
MAINTENANCE = site_error(Answer(302, {"Location": "https://shop.example/soon"}, b""), "PUT")


class TestWhatCountsAsAway:
    @pytest.mark.parametrize(
        "error",
        [
            HANGS,
            moysklad_error(Answer(502, {}, b"<html>"), "POST"),
            site_error(Answer(504, {}, b"<html>"), "PUT"),
            moysklad_error(Answer(404, {}, b"<html>"), "GET"),
            MAINTENANCE,
        ],
    )
    def test_pauses(self, error: ConnectorError) -> None:
        assert is_outage(error)

    @pytest.mark.parametrize(
        "error",
        [
            OutcomeUnknown("a plugin of the site broke", status=500),
            site_error(Answer(500, {}, b"<html>"), "PUT"),
            PermanentError("no", status=400),
            site_error(Answer(413, {}, b"<html>"), "PUT"),
        ],
    )
    def test_is_the_messages_own(self, error: ConnectorError) -> None:
        assert not is_outage(error)


class TestWritesThatHang:
    def test_pause_the_site_keep_the_doubt_and_use_up_no_tries(self, shop: Shop) -> None:
        message = ask(shop)
        deliver(message.pk, {"k": failing(HANGS)})
        message.refresh_from_db()
        assert (message.state, message.attempts, message.outcome_unknown) == (State.WAITING, 0, True)
        assert (message.problem, message.first_failed_at) == ("net_timeout", None)
        site = fresh(shop.site)
        assert site.is_paused()
        assert site.pause_problem == "net_timeout"
        assert message.due_at == site.paused_until

    def test_leave_the_rest_of_the_batch_untried_and_first_in_line(self, shop: Shop) -> None:
        messages = [ask(shop, f"order:{n}") for n in range(3)]
        hung = messages[0].pk

        def handler(batch: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            return {m.pk: Failed(HANGS) if m.pk == hung else Untried() for m in batch}

        deliver(hung, {"k": Kind(handler, batch=10)})
        rest = OutboxMessage.objects.exclude(pk=hung)
        assert {(m.state, m.attempts, m.outcome_unknown, m.problem) for m in rest} == {
            (State.WAITING, 0, False, "")
        }
        assert DeliveryAttempt.objects.count() == 1, "what was not tried is no try"
        Connection.objects.update(paused_until=timezone.now() - timedelta(seconds=1))
        OutboxMessage.objects.filter(pk=hung).update(due_at=timezone.now())
        taken: list[int] = []

        def taking(batch: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            taken.extend(m.pk for m in batch)
            return {m.pk: Done() for m in batch}

        deliver(messages[1].pk, {"k": Kind(taking, batch=2)})
        assert taken == [messages[1].pk, messages[2].pk], "what hung waits behind those that were not tried"

    def test_stop_the_search_for_what_breaks_a_batch(self, shop: Shop) -> None:
        messages = [ask(shop, f"order:{n}") for n in range(5)]
        calls = []

        def handler(batch: Sequence[OutboxMessage]) -> dict[int, Outcome]:
            calls.append(len(batch))
            if len(batch) > 1:
                raise KeyError("poison")
            raise HANGS

        deliver(messages[0].pk, {"k": Kind(handler, batch=10)})
        assert calls == [5, 1]
        assert OutboxMessage.objects.filter(state=State.WAITING).count() == 5

    def test_a_wrong_address_kills_nothing_and_saving_it_lets_all_go(self, shop: Shop) -> None:
        message = ask(shop)
        deliver(message.pk, {"k": failing(WrongHost("redirected", status=302))})
        message.refresh_from_db()
        assert (message.state, message.problem) == (State.WAITING, "wrong_host")
        assert fresh(shop.site).pause_problem == "wrong_host"
        OutboxMessage.objects.update(due_at=timezone.now() + timedelta(hours=1))
        credentials_changed(shop.site)
        message.refresh_from_db()
        assert message.due_at <= timezone.now()


class TestCounting:
    def test_one_blip_seen_by_many_counts_once(self, shop: Shop) -> None:
        seen = [fresh(shop.site) for _ in range(4)]
        for connection in seen:
            note_outage(connection, TransientError("refused"))
        assert fresh(shop.site).failures == 1
        assert {c.paused_until for c in seen} == {fresh(shop.site).paused_until}

    def test_the_same_blip_counts_once_though_its_pause_ran_out_meanwhile(self, shop: Shop) -> None:
        slow = fresh(shop.site)
        note_outage(fresh(shop.site), TransientError("refused"))
        Connection.objects.update(paused_until=timezone.now() - timedelta(seconds=1))
        note_outage(slow, TransientError("refused"))
        assert fresh(shop.site).failures == 1
        assert fresh(shop.site).is_paused()

    def test_each_failed_probe_makes_the_pause_longer(self, shop: Shop) -> None:
        pauses = []
        for _ in range(3):
            before = timezone.now()
            probe = fresh(shop.site)
            note_outage(probe, TransientError("refused"))
            assert probe.paused_until is not None
            pauses.append((probe.paused_until - before).total_seconds())
            Connection.objects.update(paused_until=timezone.now() - timedelta(seconds=1))
        assert fresh(shop.site).failures == 3
        assert pauses == sorted(pauses)
        assert pauses[0] < pauses[2]

    def test_a_refused_login_makes_a_short_pause_long_but_not_the_other_way_round(self, shop: Shop) -> None:
        note_outage(fresh(shop.site), TransientError("refused"))
        short = fresh(shop.site).paused_until
        note_outage(fresh(shop.site), AuthError("no", status=401))
        long = fresh(shop.site)
        assert short is not None
        assert long.paused_until is not None
        assert long.paused_until > short
        note_outage(fresh(shop.site), RateLimited("slowly", retry_after=1))
        assert fresh(shop.site).paused_until == long.paused_until
        assert fresh(shop.site).pause_problem == "auth"


class TestTrust:
    def test_a_success_of_before_does_not_end_a_pause_of_after(self, shop: Shop) -> None:
        note_outage(fresh(shop.site), TransientError("refused"))
        before = fresh(shop.site)
        note_outage(fresh(shop.site), AuthError("no", status=401))
        note_success(before)
        assert fresh(shop.site).is_paused()

    def test_an_answer_ends_it(self, shop: Shop) -> None:
        note_outage(shop.site, TransientError("refused"))
        note_success(fresh(shop.site))
        site = fresh(shop.site)
        assert (site.failures, site.paused_until, site.pause_problem) == (0, None, "")

    @pytest.mark.parametrize(("outcome", "failures"), [(Done("ok"), 0), (Done("same", answered=False), 1)])
    def test_only_a_call_proves_that_the_site_answers(
        self, shop: Shop, outcome: Outcome, failures: int
    ) -> None:
        note_outage(shop.site, TransientError("refused"))
        Connection.objects.update(paused_until=timezone.now() - timedelta(seconds=1))
        message = ask(shop)
        deliver(message.pk, {"k": Kind(lambda batch: {message.pk: outcome})})
        assert fresh(shop.site).failures == failures


class TestComingBack:
    def test_one_worker_at_a_time_tries_a_connection_that_was_away(self, shop: Shop) -> None:
        first, second = ask(shop), ask(shop, "order:2")
        note_outage(shop.site, TransientError("refused"))
        Connection.objects.update(paused_until=timezone.now() - timedelta(seconds=1))
        [held] = claim(first.pk, 1)
        assert claim(second.pk, 1) == [], "a site that still hangs must not hold every worker"
        note_success(held.connection)
        assert claim(second.pk, 1)
