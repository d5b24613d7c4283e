"""Who may call now and who waits how long: pure functions from (state, now) to (state, answer).

The vendor's rule: a bucket of 45 units per 3 s and user; a call with a user's token weighs 4 of them from
December 2026 on (11 calls), 5 for the extended stock reports; 5 calls at once. Source: the documents' page
"restrictions". Our rules on top: orders before statuses before stock before catalogue, shops of one
account take turns, nobody waits for ever, one call is kept free for an order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.moysklad.limits_state import GovernorState, Grant, Lease, Ticket

PATIENCE = 15.0
"""A kind of calls that waited and got nothing for so many seconds is let in once, before everybody else: a
flood of orders cannot starve the catalogue, and a heap of old stock calls cannot pass an order.
"""
ORDER_WAIT = 0.3
"""The last free call of the window goes to anything below orders only if another gets free this soon."""
NAP = 1.0
"""Nobody sleeps longer before asking again, so that tickets of dead waiters are noticed."""
TICKET_LIFE = NAP + 2.0
PARALLEL_POLL = 0.1
"""When a call in flight ends is not known beforehand."""
PARALLEL_STEP = 5.0
LINGER = 0.5
"""Our own calls stay known so long after they are free again: the server may forget them a little later,
and then they must not be taken for somebody else's.
"""
LONGEST_BLOCK = 300.0
REPORT_UNITS = 5.0
MAX_TENANTS = 200


@dataclass(frozen=True, slots=True)
class Budget:
    """`calls` in any `window` seconds, `parallel` at once.

    `jitter`: a call may reach the server this much later than it was let through (less when its answer is
    here sooner); `margin`: added to the window. `learn`: believe the headers when they prove a larger or
    smaller budget.
    """

    calls: int = 11
    window: float = 3.0
    parallel: int = 5
    jitter: float = 0.15
    margin: float = 0.05
    learn: bool = True


@dataclass(frozen=True, slots=True)
class Ask:
    """One waiter's wish. `id` stays the same over its repeated questions. `cost` in ordinary calls."""

    id: str
    priority: int
    tenant: str = ""
    cost: float = 1.0
    lease: float = 130.0


def ask(state: GovernorState, now: float, wish: Ask, budget: Budget) -> tuple[GovernorState, float]:
    """Let the call through (0.0; its lease has the id of the wish) or say after how many seconds to ask
    again.

    The seconds are an estimate of the whole wait; ask again within NAP, else the place in the queue is lost.
    """
    state = pruned(state, now, budget)
    ticket = _take_ticket(state, now, wish, budget)
    wait = _wait(state, now, ticket, budget)
    if wait > 0:
        return state, wait
    state.tickets.remove(ticket)
    state.grants.append(Grant(now + budget.jitter, ticket.cost, ticket.id))
    state.leases[ticket.id] = Lease(now + wish.lease)
    state.served[ticket.tenant] = state.next_seq
    state.served_at[str(ticket.priority)] = now
    state.next_seq += 1
    return state, 0.0


def release(state: GovernorState, now: float, call: str, budget: Budget) -> GovernorState:
    """The call has ended: it had reached the server by now at the latest."""
    state = pruned(state, now, budget)
    state.leases.pop(call, None)
    state.grants = [
        replace(grant, landed=min(grant.landed, now)) if grant.call == call else grant
        for grant in state.grants
    ]
    return state


def withdraw(state: GovernorState, now: float, ticket_id: str, budget: Budget) -> GovernorState:
    """The waiter has given up."""
    state = pruned(state, now, budget)
    state.tickets = [ticket for ticket in state.tickets if ticket.id != ticket_id]
    return state


def pruned(state: GovernorState, now: float, budget: Budget) -> GovernorState:
    """A copy without what is over. A clock that was set back must not leave waits of hours behind."""
    state = state.copy()
    latest = now + budget.jitter
    state.grants = [
        grant if grant.landed <= latest else replace(grant, landed=latest)
        for grant in state.grants
        if expiry(grant, budget) + LINGER > now
    ]
    state.leases = {call: lease for call, lease in state.leases.items() if lease.until > now}
    state.tickets = [ticket for ticket in state.tickets if now < ticket.until <= now + TICKET_LIFE]
    state.blocked_until = min(state.blocked_until, now + LONGEST_BLOCK)
    if not now < state.foreign_until <= now + budget.window + LONGEST_BLOCK:
        state.foreign_cost = 0.0
    if len(state.served) > MAX_TENANTS:
        newest = sorted(state.served.items(), key=lambda item: item[1])[-MAX_TENANTS // 2 :]
        state.served = dict(newest)
    return state


def brought_forward(state: GovernorState, now: float, by: float) -> GovernorState:
    """The clock was set back by so many seconds: what was to last until a moment of the wrong one ends so much earlier.

    A call may be let through too early then, which costs a refusal. Grants are left: they hold the budget, and `pruned`
    keeps none longer than a window.
    """

    def right(moment: float) -> float:
        return moment - by if moment > now else moment

    state = state.copy()
    state.leases = {call: replace(lease, until=right(lease.until)) for call, lease in state.leases.items()}
    state.served_at = {kind: right(moment) for kind, moment in state.served_at.items()}
    state.blocked_until = right(state.blocked_until)
    state.foreign_until = right(state.foreign_until)
    state.parallel_until = right(state.parallel_until)
    state.distrust_until = right(state.distrust_until)
    return state


def expiry(grant: Grant, budget: Budget) -> float:
    """When the server has certainly forgotten this call."""
    return grant.landed + budget.window + budget.margin


def capacity(state: GovernorState, budget: Budget) -> int:
    """Calls per window: as learned, else as configured."""
    return state.learned_calls if budget.learn and state.learned_calls else budget.calls


def used(state: GovernorState, now: float, budget: Budget) -> float:
    """Calls in the present window, foreign ones included. Of a pruned state."""
    return sum(cost for _until, cost in _taken(state, now, budget))


def parallel_limit(state: GovernorState, now: float, budget: Budget) -> int:
    """Calls at once: after a refusal fewer, then one more every PARALLEL_STEP seconds."""
    if not state.parallel_cut or state.parallel_cut >= budget.parallel:
        return budget.parallel
    if now < state.parallel_until:
        return state.parallel_cut
    return min(budget.parallel, state.parallel_cut + 1 + int((now - state.parallel_until) / PARALLEL_STEP))


def _take_ticket(state: GovernorState, now: float, wish: Ask, budget: Budget) -> Ticket:
    """The waiter's ticket, renewed; a new one at the end of the queue if it has none."""
    for place, ticket in enumerate(state.tickets):
        if ticket.id == wish.id:
            state.tickets[place] = ticket = replace(ticket, until=now + TICKET_LIFE)
            return ticket
    cost = wish.cost
    if cost > 1 and state.learned_units:
        # An extended report weighs the same 5 units whatever an ordinary call weighs.
        cost = max(1.0, REPORT_UNITS / state.learned_units)
    ticket = Ticket(
        id=wish.id,
        priority=wish.priority,
        tenant=wish.tenant,
        cost=min(cost, float(capacity(state, budget))),
        seq=state.next_seq,
        since=now,
        until=now + TICKET_LIFE,
    )
    state.next_seq += 1
    state.tickets.append(ticket)
    return ticket


def _queue(state: GovernorState) -> list[Ticket]:
    """All tickets by priority, within one the tenants in turn, each tenant's own in order of coming."""
    order: list[tuple[int, int, int, int, Ticket]] = []
    counts: dict[tuple[int, str], int] = {}
    for ticket in state.tickets:  # they stand in order of coming
        kind = (ticket.priority, ticket.tenant)
        turn = counts[kind] = counts.get(kind, -1) + 1
        order.append((ticket.priority, turn, state.served.get(ticket.tenant, 0), ticket.seq, ticket))
    return [item[4] for item in sorted(order, key=lambda item: item[:4])]


def _starved(state: GovernorState, now: float, queue: list[Ticket]) -> list[Ticket]:
    """The first ticket of each kind that waits, and of which none was let through, for PATIENCE seconds."""
    first: dict[int, Ticket] = {}
    since: dict[int, float] = {}
    for ticket in queue:
        first.setdefault(ticket.priority, ticket)
        since[ticket.priority] = min(since.get(ticket.priority, now), ticket.since)
    return [
        ticket
        for kind, ticket in first.items()
        if kind > 0 and now - max(since[kind], min(now, state.served_at.get(str(kind), 0.0))) >= PATIENCE
    ]


def _wait(state: GovernorState, now: float, mine: Ticket, budget: Budget) -> float:
    """Seconds until it is my turn: everybody ahead gets a call first, in the window and in parallel."""
    queue = _queue(state)
    urgent = _starved(state, now, queue)
    queue = urgent + [ticket for ticket in queue if ticket not in urgent]
    ahead = queue[: queue.index(mine)]
    needed = mine.cost + sum(ticket.cost for ticket in ahead)
    modest = mine.priority > 0 and mine not in urgent
    free_at = _free_at(state, now, needed, budget)
    if modest and capacity(state, budget) > 1:
        free_at = max(free_at, _free_at(state, now, needed + 1, budget) - ORDER_WAIT)
    wait = max(free_at, state.blocked_until) - now
    limit = parallel_limit(state, now, budget)
    kept = 1 if modest and limit > 1 else 0
    if len(state.leases) + len(ahead) + 1 + kept > limit:
        wait = max(wait, PARALLEL_POLL)
    return max(0.0, wait)


def _free_at(state: GovernorState, now: float, cost: float, budget: Budget) -> float:
    """The earliest moment at which `cost` calls are free, if nobody else comes. Beyond one window an
    estimate.
    """
    whole = capacity(state, budget)
    rounds = 0
    while cost > whole:
        cost -= whole
        rounds += 1
    free = whole - used(state, now, budget)
    moment = now
    for until, size in sorted(_taken(state, now, budget)):
        if free + 1e-9 >= cost:
            break
        free += size
        moment = until
    return moment + rounds * (budget.window + budget.margin)


def _taken(state: GovernorState, now: float, budget: Budget) -> list[tuple[float, float]]:
    """What fills the window: until when, and how many calls' worth."""
    ours = [(expiry(grant, budget), grant.cost) for grant in state.grants]
    taken = [item for item in ours if item[0] > now]
    if state.foreign_cost:
        taken.append((state.foreign_until, state.foreign_cost))
    return taken
