"""Why a channel did not take a message. Never holds a secret: it is stored and shown."""

from __future__ import annotations

from bridge.domain.errors import Problem


class Refused(Exception):
    """`passing`: worth trying again soon, by itself; else only a person can mend it. `retry_after`: seconds the other
    side asks for."""

    def __init__(
        self, code: str, detail: str = "", *, passing: bool = False, retry_after: float = 0.0
    ) -> None:
        super().__init__(code)
        self.problem = Problem(code, {"detail": detail[:200]})
        self.passing = passing
        self.retry_after = retry_after
