"""Why a channel did not take a message. Never holds a secret: it is stored and shown."""

from __future__ import annotations

from bridge.domain.errors import Problem


class Refused(Exception):
    """`detail`: the other side's words; where it has said none, `why` names ours (problems/own_words.py). `passing`:
    worth trying again soon, by itself; else only a person can mend it. `retry_after`: seconds the other side asks for.
    """

    def __init__(
        self, code: str, detail: str = "", *, why: str = "", passing: bool = False, retry_after: float = 0.0
    ) -> None:
        super().__init__(code)
        self.problem = Problem(code, {"why": why} if why else {"detail": detail[:200]})
        self.passing = passing
        self.retry_after = retry_after
