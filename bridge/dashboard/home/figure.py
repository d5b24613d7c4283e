"""One figure of Home: what it is of, how much, a word beside it, where it leads."""

from __future__ import annotations

from typing import NamedTuple


class Figure(NamedTuple):
    """`code` names it in the page; `colour`: success, warning, danger, info, or none for what is only so."""

    code: str
    name: str
    value: object
    note: str
    colour: str
    url: str
