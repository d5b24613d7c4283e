"""One deed of a person: what was done to which object, and its values before and after.

Kept as an entry of Django's admin log. Its message stays what Django itself writes there, a list of parts; ours are
{"said": sentence} and {"values": [[what, before, after], …]}. Labels are stored untranslated where they are labels of
fields, so that each reader reads them in their own language.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext as in_the_readers_language

from bridge.portions import portions

LONGEST = 300
MASK = "•••"


class Value(NamedTuple):
    """One value that became another; '' for none."""

    what: str
    before: str
    after: str


class Deed(NamedTuple):
    """An entry as a person reads it."""

    text: str
    values: list[Value]


def note(by: Any, row: Model, text: str, values: Iterable[Value] = ()) -> None:
    """Keep what this person did to the row."""
    note_many(by, [row], text, {row.pk: list(values)})


def note_many(
    by: Any, rows: Iterable[Model], text: str, values: Mapping[Any, Iterable[Value]] | None = None
) -> None:
    """The same deed on several rows of one table; `values` by their keys."""
    known = values or {}
    for part in portions(rows):
        LogEntry.objects.bulk_create(
            LogEntry(
                user_id=by.pk,
                content_type=ContentType.objects.get_for_model(row, for_concrete_model=False),
                object_id=str(row.pk),
                object_repr=str(row)[:200],
                action_flag=CHANGE,
                change_message=message(text, known.get(row.pk, ())),
            )
            for row in part
        )


def message(text: str, values: Iterable[Value]) -> str:
    """How a sentence and values are stored."""
    changed = [list(value) for value in values if value.before != value.after]
    return json.dumps([{"said": text}, {"values": changed}], ensure_ascii=False) if changed else text


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Value]:
    """What became otherwise, in the order of `after`."""
    return [Value(what, before.get(what, ""), new) for what, new in after.items() if before.get(what) != new]


def read(entry: LogEntry) -> Deed:
    """An entry in the reader's language."""
    said, values = stored_of(entry)
    parts = _parts(entry.change_message) or []
    if not said and values and not any("added" in part or "deleted" in part for part in parts):
        said = gettext("Changed.")  # what was changed stands below, with its values
    shown = [Value(_read(row.what), _read(row.before), _read(row.after)) for row in values]
    return Deed(said or entry.get_change_message(), shown)


def stored_of(entry: LogEntry) -> tuple[str, list[Value]]:
    """The sentence and the values as they were stored; no sentence for what Django worded."""
    parts = _parts(entry.change_message)
    if parts is None:
        return entry.change_message, []
    said = " ".join(str(part["said"]) for part in parts if "said" in part)
    rows = [row for part in parts if isinstance(part.get("values"), list) for row in part["values"]]
    return said, [Value(*map(str, row)) for row in rows if isinstance(row, list) and len(row) == 3]


def short(text: object) -> str:
    """A value as it is stored: one line, not endless."""
    line = " ".join(str(text).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _parts(stored: str) -> list[dict[str, Any]] | None:
    if not stored.startswith("[{"):
        return None
    try:
        parts = json.loads(stored)
    except ValueError:
        return None
    return parts if isinstance(parts, list) and all(isinstance(part, dict) for part in parts) else None


def _read(stored: str) -> str:
    """A label of a form may begin with a capital that the catalogue does not have."""
    if not stored or (said := in_the_readers_language(stored)) != stored:
        return said if stored else ""
    small = stored[0].lower() + stored[1:]
    said = in_the_readers_language(small)
    return stored if said == small else said[0].upper() + said[1:]
