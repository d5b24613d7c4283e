"""An entry of the catalogue of problems: the cause, what to do, by which button, and whether it is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise

Text = str | Promise


class Kind(Enum):
    """What repairs it, for the button of the desk (dashboard/attention/attention_remedies.py)."""

    LINK_ITEM = "link_item"
    CHOOSE_STATE = "choose_state"
    FILL_FIELD = "fill_field"
    GIVE_RIGHT = "give_right"
    FIX_SETTINGS = "fix_settings"
    FIX_CONNECTION = "fix_connection"
    RETRY = "retry"
    WAIT = "wait"
    # Decided for each by itself, or by hand: trying again changes nothing.
    NONE = "none"


class Retry(Enum):
    """What the bridge does with a message that met it (outbox/deliver.py)."""

    # Tried again by itself, with growing pauses, for three days.
    ITSELF = "itself"
    # The same, after looking whether it was done or what changed.
    LOOK_FIRST = "look_first"
    # All messages of the connection wait until it answers, then go by themselves.
    CONNECTION = "connection"
    # Never by itself: the same call would fail the same way until a person has done something.
    PERSON = "person"
    # Nothing was held up: it is a remark.
    REMARK = "remark"


@dataclass(frozen=True)
class Entry:
    sentence: Text
    remedy: Text
    kind: Kind
    retry: Retry
