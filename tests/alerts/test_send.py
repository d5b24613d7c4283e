"""What was stored reaches each recipient once: now, after the quiet hours, or when the channel works again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bridge.alerts import announce, send
from bridge.alerts.channels.refused import Refused
from bridge.alerts.episodes import Event
from bridge.alerts.models import Alert, AlertDelivery, Incident, Recipient
from bridge.alerts.pace import AN_HOUR
from tests import factories
from tests.alerts.conftest import MORNING, NIGHT, NOON, Post, at_night, recipient

MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(db: None) -> Any:
    return factories.ShopFactory(name="kruzhki")


def alert(shop: Any, kind: str = "failure", at: datetime = NOON, **facts: Any) -> Alert:
    number = Incident.objects.count()
    code = facts.pop("code", "unlinked_lines")
    incident = Incident.objects.create(key=f"{kind}:{number}", kind=kind, shop=shop, since=at, tellings=1)
    said = {"code": code, "count": 3, "new": 3, "orders": [], "since": at.isoformat(), **facts}
    made = announce.of_incident(incident, Event.BEGAN, said, at)
    assert made is not None
    return made


def states() -> list[str]:
    return list(AlertDelivery.objects.order_by("pk").values_list("state", flat=True))


def test_an_alert_goes_at_once_and_once(post: Post, shop: Any) -> None:
    recipient()
    alert(shop)
    post.deliver(NOON)
    post.deliver(NOON + 5 * MINUTE)
    assert post.subjects == ["kruzhki: something needs you"]
    assert states() == ["sent"]


def test_the_same_event_stored_twice_goes_once(post: Post, shop: Any) -> None:
    recipient()
    one = alert(shop)
    assert one.incident is not None
    assert announce.of_incident(one.incident, Event.BEGAN, {}, NOON) is None
    post.deliver(NOON)
    assert len(post.sent) == 1


def test_a_night_is_summed_up_in_the_morning(post: Post, shop: Any) -> None:
    at_night()
    for number in range(5):
        alert(shop, at=NIGHT + number * MINUTE)
        post.deliver(NIGHT + number * MINUTE)
    assert post.sent == []
    post.deliver(MORNING)
    assert post.subjects == ["Summary: 5"]
    assert states() == ["sent"] * 5


def test_what_is_urgent_comes_at_night_and_leaves_the_rest_sleeping(post: Post, shop: Any) -> None:
    at_night(urgent=["auth"])
    alert(shop, at=NIGHT)
    alert(shop, "auth", at=NIGHT, vendor="moysklad", name="main", code="auth")
    post.deliver(NIGHT)
    assert post.subjects == ["MoySklad “main” does not let the bridge in"]
    assert states() == ["waiting", "sent"]
    post.deliver(MORNING)
    assert len(post.sent) == 2


def test_what_began_and_ended_at_night_is_told_by_its_end(post: Post, shop: Any) -> None:
    at_night()
    began = alert(shop, "away", at=NIGHT, vendor="woocommerce", name="site", code="away")
    assert began.incident is not None
    announce.of_incident(began.incident, Event.OVER, began.facts, NIGHT + MINUTE)
    post.deliver(MORNING)
    assert post.subjects == ["The site “site” answers again"]
    assert "does not answer" not in post.sent[0][1].text


def test_a_storm_is_a_few_messages_with_everything_in_them(post: Post, shop: Any) -> None:
    recipient(urgent=[])
    for minute in range(60):
        alert(shop, at=NOON + minute * MINUTE)
        post.deliver(NOON + minute * MINUTE)
    assert len(post.sent) == AN_HOUR
    post.deliver(NOON + 61 * MINUTE)
    assert states() == ["sent"] * 60
    assert post.subjects[-1] == "Summary: 50"


def test_a_channel_that_is_away_is_tried_again_and_loses_nothing(post: Post, shop: Any) -> None:
    anna = recipient()
    alert(shop)
    post.refuses = Refused("mail_away", "no route", passing=True)
    post.deliver(NOON)
    anna.refresh_from_db()
    assert (anna.problem, anna.failures, anna.next_try_at) == ("mail_away", 1, NOON + timedelta(seconds=5))
    alert(shop, at=NOON)
    post.refuses = None
    post.deliver(NOON + timedelta(seconds=4))
    assert post.sent == []
    post.deliver(NOON + timedelta(seconds=6))
    assert post.subjects == ["Summary: 2"]
    anna.refresh_from_db()
    assert (anna.problem, anna.failures) == ("", 0)


def test_telegrams_word_when_to_come_back_is_kept(post: Post, shop: Any) -> None:
    anna = recipient()
    alert(shop)
    post.refuses = Refused("telegram_slow_down", passing=True, retry_after=77)
    post.deliver(NOON)
    anna.refresh_from_db()
    assert anna.next_try_at == NOON + timedelta(seconds=77)


def test_what_only_a_person_mends_is_tried_each_hour_and_given_up_after_three_days(
    post: Post, shop: Any
) -> None:
    anna = recipient()
    alert(shop)
    post.refuses = Refused("telegram_blocked")
    post.deliver(NOON)
    anna.refresh_from_db()
    assert anna.next_try_at == NOON + timedelta(hours=1)
    post.refuses = None
    post.deliver(NOON + timedelta(days=3, hours=1))
    assert (post.sent, states()) == ([], ["given_up"])


def test_a_recipient_another_worker_is_at_is_left_to_it(post: Post, shop: Any) -> None:
    anna = recipient()
    alert(shop)
    Recipient.objects.update(running_since=send.timezone.now())
    assert not send.send(anna.pk, NOON)
    assert post.sent == []


def test_somebody_switched_off_is_sent_nothing(post: Post, shop: Any) -> None:
    recipient()
    alert(shop)
    Recipient.objects.update(active=False)
    post.deliver(NOON)
    assert (post.sent, states()) == ([], ["waiting"])


def test_a_test_goes_at_night_too_and_mends_the_channels_state(post: Post) -> None:
    anna = at_night(problem="mail_login", failures=4)
    assert send.try_out(anna) is None
    anna.refresh_from_db()
    assert (anna.problem, len(post.sent)) == ("", 1)
    post.refuses = Refused("mail_login", "535")
    problem = send.try_out(anna)
    assert problem is not None
    assert problem.code == "mail_login"
