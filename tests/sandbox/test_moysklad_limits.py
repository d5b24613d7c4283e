"""The limiter with its headers and timing, parallel calls, the heavy reports, the automatic ban."""

from __future__ import annotations

import threading
import time

import pytest

from connectors.sandbox.moysklad.stats import Stats

HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-Lognex-Retry-TimeInterval", "X-Lognex-Reset")
SIMPLE = "/context/employee"


@pytest.fixture(autouse=True)
def _limited(box):
    box.moysklad.configure(limiter=True)
    box.moysklad.reset_stats()
    yield
    box.moysklad.configure(
        limiter=False,
        weight=4,
        window="sliding",
        rate_headers="units",
        latency_ms=0,
        ban=False,
        window_ms=3000,
    )
    box.moysklad.reset_stats()


def calls_until_refused(api, path=SIMPLE, most=60):
    for count in range(most):
        answer = api.call("GET", path)
        if answer.status_code == 429:
            return count, answer
    return most, None


@pytest.mark.parametrize(("weight", "calls"), [(1, 45), (2, 22), (3, 15), (4, 11)])
def test_a_window_holds_45_units(api, weight, calls):
    api.box.moysklad.configure(weight=weight)
    assert calls_until_refused(api)[0] == calls


def test_extended_stock_reports_weigh_five(api):
    api.box.moysklad.configure(weight=1)
    assert calls_until_refused(api, "/report/stock/bystore?limit=1")[0] == 9


def test_the_refusal_looks_like_the_sample_and_its_wait_is_in_milliseconds_and_enough(api, payload):
    sample = payload("moysklad/error_429_rate")
    _, refusal = calls_until_refused(api)
    assert refusal.json() == sample["body"]
    for name in sample["http"]["headers"]:
        assert name in refusal.headers
    assert refusal.headers["X-Lognex-Auth"] == "429002"
    wait = int(refusal.headers["X-Lognex-Retry-After"])
    assert 1000 < wait <= 3001
    assert int(refusal.headers["X-RateLimit-Remaining"]) < 4
    time.sleep(wait / 1000 - 0.9)
    assert api.call("GET", SIMPLE).status_code == 429
    time.sleep(0.95)
    assert api.call("GET", SIMPLE).status_code == 200


def test_good_answers_count_down(api):
    first, second = api.call("GET", SIMPLE), api.call("GET", SIMPLE)
    assert [first.headers[name] for name in HEADERS] == ["45", "41", "3000", "0"]
    assert second.headers["X-RateLimit-Remaining"] == "37"
    api.box.moysklad.configure(rate_headers="requests")
    assert api.call("GET", SIMPLE).headers["X-RateLimit-Limit"] == "11"


def test_a_fixed_window_opens_again_all_at_once(api):
    api.box.moysklad.configure(window="fixed", window_ms=2000)
    assert calls_until_refused(api)[0] == 11
    time.sleep(2.05)
    assert calls_until_refused(api)[0] == 11


def test_six_at_once_is_one_too_many_and_says_so_without_a_wait(api, payload):
    sample = payload("moysklad/error_429_parallel")
    api.box.moysklad.configure(latency_ms=2000)
    answers = []

    def ask():
        answers.append(api.call("GET", SIMPLE))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 1
    assert refused[0].json() == sample["body"]
    assert refused[0].headers["X-Lognex-Auth"] == sample["http"]["headers"]["X-Lognex-Auth"]
    assert "X-Lognex-Retry-After" not in refused[0].headers
    stats = api.box.moysklad.stats()
    assert (stats["parallel_refused"], stats["rate_refused"], stats["max_parallel"]) == (1, 0, 6)


def test_calls_are_counted_by_address_and_outcome(api):
    api.call("GET", "/entity/customerorder")
    calls_until_refused(api, most=20)
    stats = api.box.moysklad.stats()
    assert stats["by_route"] == {"GET /entity/customerorder": 1, "GET /context/employee": 11}
    assert stats["by_status"] == {"200": 11, "429": 1}
    assert (stats["calls"], stats["rate_refused"], stats["max_refused_in_a_minute"]) == (12, 1, 1)
    assert [call["status"] for call in api.box.moysklad.calls()][-1] == 429


def test_puts_to_one_entity_are_counted_and_too_many_ban_the_user(api):
    api.box.moysklad.configure(limiter=False)
    agent = api.post("/entity/counterparty", {"name": "x"})
    for number in range(250):  # a minute has room for more than a hundred on any machine
        api.put(f"/entity/counterparty/{agent['id']}", {"name": str(number)})
        if api.box.moysklad.stats()["max_puts_to_one_entity_in_a_minute"] > 100:
            break
    api.box.moysklad.configure(ban=True)
    assert api.refused("GET", SIMPLE) == (403, [1061])


def test_what_bans_is_counted_in_any_minute_wherever_it_begins(monkeypatch):
    """Sixty at the end of a minute of the clock and sixty at the beginning of the next are 120 in a minute."""
    now, stats = [0.0], Stats()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    path = "/entity/product/" + "0" * 8 + "-0000-0000-0000-" + "0" * 12
    for second in [55.0] * 60 + [65.0] * 60 + [115.0] * 30:
        now[0] = second
        stats.end("PUT", path, "", 429, 1049, time.time())
    shown = stats.shown()
    counts = (
        "max_refused_in_a_minute",
        "max_puts_to_one_entity_in_a_minute",
        "max_equal_failures_in_a_minute",
    )
    assert [shown[name] for name in counts] == [120] * 3
    assert stats.deserves_ban()
