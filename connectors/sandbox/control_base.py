"""The wire of the control API: named commands with JSON arguments, one pooled session."""

from __future__ import annotations

from typing import Any

import requests

TIMEOUT = 60.0


class SandboxError(Exception):
    """A control command was refused; the sentence says why."""


class FaultControl:
    """Rules of what goes wrong; see connectors/sandbox/faults.py for the kinds and their arguments."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def add(self, kind: str, **rule: Any) -> int:
        """kind: status, html, slow, cut_before, cut_after, late, error. Arguments: method, path (regular expressions),
        count (default 1, None until cleared), probability and seed, status, flavour, code, ms, after_commit, skip;
        first: before the rules there are, which wait meanwhile. Returns the rule's number."""
        return int(self._control.call("faults_add", kind=kind, **rule))

    def end(self, number: int) -> None:
        """This rule strikes no more, the others do; `listed` still tells how often it struck."""
        self._control.call("faults_end", number=number)

    def hold(self, held: bool) -> None:
        """While held no rule strikes; each goes on afterwards as if no call had come meanwhile."""
        self._control.call("faults_hold", held=held)

    def clear(self) -> None:
        self._control.call("faults_clear")

    def listed(self) -> list[dict[str, Any]]:
        """Every rule since the last `clear`, with its `number` and how many calls it struck (`hits`)."""
        return list(self._control.call("faults"))


class Control:
    """Commands to one stand-in. SandboxError when one is refused."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._session = requests.Session()
        self._session.trust_env = False
        self.faults = FaultControl(self)
        self.info: dict[str, Any] = self.call("info")

    def call(self, command: str, **arguments: Any) -> Any:
        answer = self._session.post(self.address + command, json=arguments, timeout=TIMEOUT)
        body = answer.json()
        if answer.status_code != 200:
            raise SandboxError(body["error"])
        return body["result"]

    def configure(self, **switches: Any) -> dict[str, Any]:
        """Set switches (options.py of the stand-in) by name; returns all of them."""
        return dict(self.call("configure", **switches))

    def stats(self) -> dict[str, Any]:
        return dict(self.call("stats"))

    def calls(self) -> list[dict[str, Any]]:
        """The last API calls: method, path, status (0 = cut), at (Unix seconds), ms, of the store also the `order` that
        the caller's own header names; control calls are not counted."""
        return list(self.call("calls"))

    def reset_stats(self) -> None:
        self.call("reset_stats")

    def close(self) -> None:
        self._session.close()

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is on its way out, and no late call to be carried out. False when the time ran out."""
        return bool(self.call("settle", timeout=timeout))
