"""Nothing on the desk is shown as a code that has a word."""

from __future__ import annotations

from bridge import routes
from bridge.dashboard import words
from bridge.sync import kinds


def test_every_kind_of_message_every_topic_and_every_flow_has_a_word() -> None:
    every_kind = {value for name, value in vars(kinds).items() if name.isupper()}
    assert len(every_kind) >= 8
    assert set(words.KINDS) == every_kind
    assert set(routes.KINDS) <= every_kind
    assert set(routes.TOPICS) - set(words.TOPICS) == set()
    assert set(routes.FLOWS) - set(words.FLOWS) == set()
