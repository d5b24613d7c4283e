"""What is wrong with a file; every mistake is said at once, and then nothing has changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class ConfigurationError(Exception):
    """One sentence per mistake."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@contextmanager
def noting(mistakes: list[str]) -> Iterator[None]:
    """Note what is wrong with one part of a file and go on with the next."""
    try:
        yield
    except ConfigurationError as error:
        mistakes += error.mistakes
