"""What the checks of one look share: the shop, its clients, answers that several of them need."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from bridge.connections import clients
from bridge.connections.faults import problem_of
from bridge.connections.models import Connection, Shop
from bridge.diagnosis.findings import BAD, Found
from bridge.diagnosis.models import Diagnosis
from connectors.errors import ConnectorError
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority
from connectors.woocommerce.client import WooCommerce
from connectors.woocommerce.wire import SiteReport

ANSWER_WITHIN = 15.0


class Away(Exception):
    """A call failed; carries what is shown for it."""

    def __init__(self, found: Found) -> None:
        super().__init__(found.code)
        self.found = found


class Look:
    """`place` is kept between portions: what a check has begun and waits for, and which sides were found away: they
    are not asked again, or each check would wait for an answer that does not come."""

    def __init__(self, run: Diagnosis) -> None:
        self.run = run
        self.place: dict[str, Any] = dict(run.place or {})

    @property
    def shop(self) -> Shop:
        """Only checks of a shop ask for it."""
        if self.run.shop is None:
            raise ValueError("this look is at no shop")
        return self.run.shop

    @cached_property
    def site_client(self) -> WooCommerce:
        return clients.woocommerce(self.shop.site, read_timeout=ANSWER_WITHIN)

    @cached_property
    def account_client(self) -> MoySklad:
        client = clients.moysklad(self.shop.account, Priority.ORDERS, read_timeout=ANSWER_WITHIN)
        return client.for_priority(Priority.ORDERS, max_wait=ANSWER_WITHIN)

    @cached_property
    def site(self) -> SiteReport:
        """What the site says of itself (1 call). Raises Away."""
        found: SiteReport = self.asked(self.shop.site, self.site_client.site.report, keep="site")
        return found

    @cached_property
    def employee(self) -> Any:
        """Who the bridge is in MoySklad (1 call). Raises Away."""
        return self.asked(self.shop.account, self.account_client.directory.context_employee, keep="account")

    def asked(self, connection: Connection, question: Any, *, keep: str = "") -> Any:
        """The answer. Raises Away; under the name `keep` that is remembered, and raised without asking again."""
        away = self.place.setdefault("away", {})
        if keep in away:
            raise Away(Found(**away[keep]))
        try:
            return question()
        except ConnectorError as error:
            problem = problem_of(error, connection)
            found = Found(BAD, problem.code, problem.params)
            if keep:
                away[keep] = found.stored()
            raise Away(found) from error
