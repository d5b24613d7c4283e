"""One deed of a person: what was done to which object, and its values before and after.

Kept as an entry of Django's admin log. Its message stays what Django itself writes there, a list of parts; ours are
{"said": sentence} and {"values": [[what, before, after], …]}. Each text in them is stored as every language of the desk
says it, {"ru": …, "en": …}, or as a mere text where all say the same (docs/adr/0020-a-deed-in-every-language.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import translation
from django.utils.functional import Promise, keep_lazy_text, lazy
from django.utils.translation import gettext
from django.utils.translation import gettext as in_the_readers_language

from bridge.portions import portions

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Sentence = _StrPromise
else:
    Sentence = Promise

Text = str | Promise
"""In one language for all, or a lazy text, which each language words anew. What was done is always a lazy one: a mere
text would stay in the language of who did it.
"""
Stored = str | dict[str, str]

LONGEST = 300
MASK = "•••"


class Value(NamedTuple):
    """One value that became another; '' for none."""

    what: Text
    before: Text
    after: Text


class Deed(NamedTuple):
    """An entry as a person reads it."""

    text: str
    values: list[Value]


def in_words(make: Callable[[], str]) -> Sentence:
    """A text that is made anew in every language it is needed in: `make` is called with that language on."""
    return lazy(make, str)()  # type: ignore[return-value]


def note(by: Any, row: Model, text: Sentence, values: Iterable[Value] = ()) -> None:
    """Keep what this person did to the row."""
    note_many(by, [row], text, {row.pk: list(values)})


def note_many(
    by: Any, rows: Iterable[Model], text: Sentence, values: Mapping[Any, Iterable[Value]] | None = None
) -> None:
    """The same deed on several rows of one table; `values` by their keys."""
    known = values or {}
    for part in portions(rows):
        LogEntry.objects.bulk_create(entry(by, row, message(text, known.get(row.pk, ()))) for row in part)


def entry(by: Any, row: Model, stored: str, flag: int = CHANGE) -> LogEntry:
    """An entry that is not saved yet. A row without a name of its own, which is called by its kind, has none here:
    each reader's language calls it by its kind.
    """
    name = _stored(in_words(lambda: str(row)))
    return LogEntry(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(row, for_concrete_model=False),
        object_id=str(row.pk),
        object_repr=name[:200] if isinstance(name, str) else "",
        action_flag=flag,
        change_message=stored,
    )


def object_name(entry: LogEntry) -> str:
    """What it was done to, as it was called then; '' for what is called by its kind."""
    name, kind = entry.object_repr, entry.content_type and entry.content_type.model_class()
    if kind is not None and name.endswith(f" {entry.object_id}"):  # so they were kept once, in one language
        called = in_every_language(kind._meta.verbose_name or "").values()
        return "" if name.removesuffix(f" {entry.object_id}") in called else name
    return name


def message(text: Text, values: Iterable[Value]) -> str:
    """How a sentence and values are stored."""
    said, changed = _stored(text), stored_values(values)
    if isinstance(said, str) and not changed:
        return said
    return json.dumps([{"said": said}, *changed], ensure_ascii=False)


def stored_values(values: Iterable[Value]) -> list[dict[str, Any]]:
    """The part of a message that holds them; none where nothing became otherwise."""
    changed = [[_value(text) for text in value] for value in values if value.before != value.after]
    return [{"values": changed}] if changed else []


def differences(before: Mapping[Text, Text], after: Mapping[Text, Text]) -> list[Value]:
    """What became otherwise, in the order of `after`; then what is there no longer."""
    found = [Value(what, before.get(what, ""), new) for what, new in after.items() if before.get(what) != new]
    return found + [Value(what, was, "") for what, was in before.items() if what not in after]


def read(entry: LogEntry) -> Deed:
    """An entry in the reader's language."""
    said, values = stored_of(entry)
    parts = _parts(entry.change_message) or []
    if not said and values and not any("added" in part or "deleted" in part for part in parts):
        said = gettext("Changed.")  # what was changed stands below, with its values
    return Deed(said or entry.get_change_message(), values)


def stored_of(entry: LogEntry) -> tuple[str, list[Value]]:
    """The sentence and the values as the reader's language has them; no sentence for what Django worded."""
    parts = _parts(entry.change_message)
    if parts is None:
        return entry.change_message, []
    said = " ".join(_said(part["said"]) for part in parts if "said" in part)
    rows = [row for part in parts if isinstance(part.get("values"), list) for row in part["values"]]
    return said, [Value(*map(_read, row)) for row in rows if isinstance(row, list) and len(row) == 3]


@keep_lazy_text
def short(text: object) -> str:
    """A value as it is stored: one line, not endless."""
    line = " ".join(str(text).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def in_every_language(text: Text) -> dict[str, str]:
    said: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said[language] = str(text)
    return said


def as_kept(text: Text) -> str:
    """In every language, for a column of one text; `as_told` reads it."""
    stored = _stored(text)
    return stored if isinstance(stored, str) else json.dumps(stored, ensure_ascii=False)


def as_told(kept: str) -> str:
    """In the reader's language; what a person typed as they did."""
    try:
        stored = json.loads(kept) if kept.startswith("{") else None
    except ValueError:
        stored = None
    return _said(stored) if isinstance(stored, dict) and stored else kept


def _stored(text: Text) -> Stored:
    said = in_every_language(text)
    return said if len(set(said.values())) > 1 else next(iter(said.values()))


def _value(text: Text) -> Stored:
    """No mere text where a reader would take it for a label (`_label`)."""
    said = _stored(text)
    if isinstance(said, str) and {said} != set(in_every_language(in_words(lambda: _label(said))).values()):
        return in_every_language(text)
    return said


def _said(stored: Any) -> str:
    """In the reader's language, else in any that is there: a language may have come later than the deed."""
    if not isinstance(stored, dict):
        return str(stored)
    language = (translation.get_language() or settings.LANGUAGE_CODE).partition("-")[0]
    return str(stored.get(language) or next(iter(stored.values()), ""))


def _parts(stored: str) -> list[dict[str, Any]] | None:
    if not stored.startswith("[{"):
        return None
    try:
        parts = json.loads(stored)
    except ValueError:
        return None
    return parts if isinstance(parts, list) and all(isinstance(part, dict) for part in parts) else None


def _read(stored: Any) -> str:
    return _said(stored) if isinstance(stored, dict) else _label(str(stored))


def _label(text: str) -> str:
    """A mere text may be a label as it stands in the code: they were stored so once. A form may have begun it with a
    capital that the catalogue does not have.
    """
    if not text or (said := in_the_readers_language(text)) != text:
        return said if text else ""
    small = text[0].lower() + text[1:]
    said = in_the_readers_language(small)
    return text if said == small else said[0].upper() + said[1:]
