"""What the headers of an answer teach the governor: blocks, foreign use of the token, the true weight of a
call.

Source: general part, "Error handling" (header names; all times in milliseconds), and the page "restrictions".
How the weight shows in the headers is not documented, so it is measured, whatever unit they count in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd
from typing import Literal

from connectors.moysklad.errors import milliseconds
from connectors.moysklad.limits_rules import Budget, capacity, expiry, parallel_limit, pruned
from connectors.moysklad.limits_state import GovernorState, Sample

MEMORY = 12
PROOF = 8
"""So many answers, and a third of them telling ones, prove the weight of a call."""
SLACK = 1.25
"""The server may count a call of ours a little longer than we do."""
TELLING = 0.75
"""An answer tells how much our calls weigh when at least this share of them had certainly reached the
server.
"""
DISTRUST = 600.0
PARALLEL_REST = 10.0

Refusal = Literal["", "rate", "parallel"]


@dataclass(frozen=True, slots=True)
class Seen:
    """The telling headers of one answer, times in seconds; `refused` is the kind of a 429."""

    limit: float | None = None
    remaining: float | None = None
    retry_after: float | None = None
    reset: float | None = None
    refused: Refusal = ""
    window: float | None = None


def seen(headers: Mapping[str, str], refused: Refusal = "") -> Seen:
    """Read the headers; what is absent or unreadable is None."""
    return Seen(
        limit=_number(headers, "X-RateLimit-Limit"),
        remaining=_number(headers, "X-RateLimit-Remaining"),
        window=milliseconds(headers, "X-Lognex-Retry-TimeInterval"),
        retry_after=milliseconds(headers, "X-Lognex-Retry-After"),
        reset=milliseconds(headers, "X-Lognex-Reset"),
        refused=refused,
    )


def observe(state: GovernorState, now: float, answer: Seen, budget: Budget, chance: float) -> GovernorState:
    """Take an answer into account. `chance` (0..1) spreads the processes apart after a parallel refusal."""
    state = pruned(state, now, budget)
    if answer.refused == "parallel":
        # This one counts among those in flight, and the server has just said it is one too many.
        fewer = min(len(state.leases), parallel_limit(state, now, budget)) - 1
        state.parallel_cut = max(1, fewer)
        state.parallel_until = now + PARALLEL_REST * (0.75 + chance / 2)
        state.blocked_until = max(state.blocked_until, now + 0.1 + 0.4 * chance)
        return state
    block = max(answer.retry_after or 0.0, answer.reset or 0.0)
    if answer.refused == "rate":
        block = block or budget.window
        if state.learned_calls > budget.calls:
            state.learned_calls, state.learned_units = 0, 0.0
        state.distrust_until = now + DISTRUST
    if block:
        state.blocked_until = max(state.blocked_until, now + block)
    if answer.limit and answer.remaining is not None and not answer.refused:
        _learn_weight(state, now, answer.limit, answer.remaining, budget)
        _notice_others(state, now, answer.limit, answer.remaining, budget)
    return state


def _learn_weight(state: GovernorState, now: float, limit: float, remaining: float, budget: Budget) -> None:
    """Believe a weight w that explains the last answers.

    What the server counts is a sum of our calls, so w divides every `used`; and since it counts no call we
    did not make, `used / ours` never exceeds w, but comes near it in telling samples. Calls of others
    raise the ratio above every divisor, calls of another weight break the divisor: then nothing is learned.
    """
    ours = [grant for grant in state.grants if expiry(grant, budget) > now]
    if not ours or any(grant.cost != 1 for grant in state.grants):
        return
    sample = Sample(limit - remaining, float(len(ours)), max(0, len(state.leases) - 1))
    state.samples = [*state.samples, sample][-MEMORY:]
    telling = [one for one in state.samples if (one.ours - one.flying) / one.ours >= TELLING]
    different = {one.used for one in state.samples}
    if len(state.samples) < PROOF or len(telling) * 3 < PROOF or len(different) < 3:
        return
    common = gcd(*(round(one.used) for one in state.samples))
    ratio = max(one.used / one.ours for one in telling)
    believed = round(_unit(state, limit, budget))
    if common % believed == 0 and ratio <= believed * SLACK:
        return  # what we believe explains it
    unit = next((w for w in range(1, common + 1) if common % w == 0 and w >= ratio - 1e-9), 0)
    calls = int(limit // unit) if unit else 0
    if calls < 1 or (calls > budget.calls and now < state.distrust_until):
        return
    state.learned_calls, state.learned_units = calls, float(unit)


def _notice_others(state: GovernorState, now: float, limit: float, remaining: float, budget: Budget) -> None:
    """Count as foreign what the server has seen in this window beyond our own calls.

    When it cannot take one more call although we thought so, everything counts as taken until the window
    ends.
    """
    unit = _unit(state, limit, budget)
    ours = sum(grant.cost for grant in state.grants)
    others = (limit - remaining) / unit - ours
    if remaining < unit:
        others = max(others, capacity(state, budget) - ours)
    if others > 0.75:
        state.foreign_cost = others
        state.foreign_until = now + budget.window + budget.margin
    elif others < 0.25:
        state.foreign_cost = 0.0


def _unit(state: GovernorState, limit: float, budget: Budget) -> float:
    """What one call weighs, as learned, else as the configured budget implies."""
    return state.learned_units or max(1.0, limit // budget.calls)


def _number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        return float(headers[name])
    except (KeyError, ValueError):
        return None
