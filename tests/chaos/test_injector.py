"""Troubles between two sandboxes without a bridge: they strike one after the other, and are counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
import requests

from chaos.injector import ANSWERS, NEWS, Injector
from chaos.plan import Injection
from chaos.report import LARGE, Report
from connectors.sandbox.control import Sandbox, running_sandbox


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with running_sandbox(items=1, limiter=False) as box:
        yield box


def answer(box: Sandbox) -> int:
    headers = {"Accept": "application/json;charset=utf-8", "Authorization": f"Bearer {box.moysklad.token}"}
    return requests.get(f"{box.moysklad.url}/entity/store", headers=headers, timeout=10).status_code


def test_what_is_armed_before_and_during_an_outage_strikes_after_it(box: Sandbox) -> None:
    injector = Injector(
        cast(Any, None), box, cast(Any, None), 0.0, {}
    )  # an outage that ends at the next tick
    injector.fire(Injection(0, "web_page", 0.9))
    injector.fire(Injection(0, "moysklad_away", 0.5))
    injector.fire(Injection(0, "too_many_at_once", 0.5))
    during = [answer(box) for _ in range(2)]
    injector.tick()
    after = [answer(box) for _ in range(8)]
    injector.end_all()
    assert during == [503, 503]
    assert after == [502, 502, 502, 429, 429, 429, 429, 200]
    assert (injector.struck["web_page"], injector.struck["moysklad_away"]) == (3, 2)
    assert injector.struck["too_many_at_once"] == 4
    assert answer(box) == 200


def test_news_that_are_dropped_doubled_delayed_or_reordered_are_counted(box: Sandbox) -> None:
    box.store.pair("http://127.0.0.1:9/", "nobody-listens-there")
    injector = Injector(cast(Any, None), box, cast(Any, None), 0.0, {})
    injector.fire(Injection(0, "news_dropped", 0.0))
    box.store.place_orders(2)
    injector.fire(Injection(0, "news_doubled", 0.0))
    box.store.place_orders(3)
    injector.fire(Injection(0, "news_delayed", 0.0))
    box.store.place_orders(1)
    injector.fire(Injection(0, "news_reordered", 0.0))
    box.store.place_orders(4)
    injector.end_all()
    met = {kind: injector.struck[kind] for kind in NEWS}
    assert met == {"news_dropped": 2, "news_doubled": 4, "news_delayed": 1, "news_reordered": 4}


def test_a_large_storm_has_met_every_kind_of_answer() -> None:
    every = dict.fromkeys((*ANSWERS, *NEWS), 1)
    met = Report(1, "sqlite", LARGE, injected=every, struck=dict(every))
    assert met.passed
    met.struck.pop("site_cut")
    assert met.unmet == ["site_cut struck nothing"]
    assert not met.passed
    met.orders = LARGE - 1
    assert met.passed


def test_a_large_storm_has_killed_a_worker_at_work() -> None:
    killed = {"busy_worker_killed": 3}
    idle = Report(1, "sqlite", LARGE, injected=killed, struck=killed, notes={"else": 1})
    assert idle.unmet == ["no killed worker had a message in hand"]
    nobody = Report(1, "sqlite", LARGE, injected={"guard_killed": 3})
    assert nobody.unmet == ["guard_killed struck nothing"]


def test_a_large_storm_fails_on_a_machine_that_cannot_make_all_of_it() -> None:
    sentence = "clock_back: libfaketime is not installed"
    assert Report(1, "sqlite", LARGE, not_injected=[sentence]).unmet == [sentence]
