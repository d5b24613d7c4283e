"""A seed is a plan: the same one again, with everything in it that may break."""

from __future__ import annotations

import pytest

from chaos import injector
from chaos.injector import KINDS, Injector, kinds
from chaos.plan import MOST_OF_A_KIND, STORIES, make

SKUS = [f"S-{n:05d}" for n in range(1, 17)]


def test_a_seed_makes_the_same_plan_again_and_another_seed_another() -> None:
    assert make(7, 300, SKUS, KINDS) == make(7, 300, SKUS, KINDS)
    assert make(7, 300, SKUS, KINDS) != make(8, 300, SKUS, KINDS)


def test_every_kind_of_trouble_comes_however_few_orders_there_are() -> None:
    assert {one.kind for one in make(1, 40, SKUS, KINDS).injections} == set(KINDS)
    assert min(make(1, 2000, SKUS, KINDS).counts().values()) >= 2000 // 8 // len(KINDS)
    assert set(make(1, 20_000, SKUS, KINDS).counts().values()) == {MOST_OF_A_KIND}


def test_every_trouble_comes_while_orders_come() -> None:
    assert all(0 <= one.at < 40 for one in make(3, 40, SKUS, KINDS).injections)


def test_every_story_is_told() -> None:
    assert {order.story for order in make(1, 400, SKUS, KINDS).orders} == set(STORIES)


def test_what_cannot_be_injected_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(injector, "faketime", lambda: None)
    possible, missing = kinds("postgresql")
    assert [sentence.split(":")[0] for sentence in missing] == ["clock_forward", "clock_back"]
    assert set(possible) | {"clock_forward", "clock_back"} == set(KINDS)
    alone, _missing = kinds("sqlite")
    assert set(possible) - set(alone) == {"queue_server_restarted"}
    assert all(callable(getattr(Injector, kind)) for kind in KINDS)
