"""The catalogue of problems: code → a sentence for a person and what to do about it, in the reader's language.

Codes are stored with messages, events and flows; sentences are made when somebody reads them. The entries lie in files
by what they are about; vendors' own codes are given these names in connections/vendor_codes.py.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from bridge import wording
from bridge.connections.order_field_labels import SOURCES
from bridge.problems import (
    after_sale,
    alerting,
    both_sides,
    document_fields,
    earlier_orders,
    goods,
    goods_refusals,
    incoming,
    moysklad_refusals,
    own_words,
    rights,
    sending,
    site_fields,
    site_refusals,
    wire,
)
from bridge.problems.drifts import DRIFTS, FIELDS
from bridge.problems.entry import Entry, Kind, Retry

AREAS = (
    incoming,
    sending,
    document_fields,
    both_sides,
    after_sale,
    earlier_orders,
    goods,
    wire,
    rights,
    moysklad_refusals,
    site_refusals,
    alerting,
)
CATALOGUE: dict[str, Entry] = {code: entry for area in AREAS for code, entry in area.ENTRIES.items()}
CATALOGUE |= {code: Entry(*texts, Kind.NONE, Retry.REMARK) for code, texts in DRIFTS.items()}

# Parameters with a figure, and those with a status of the site.
_FIGURES = {"amount", "asked", "left", "lines", "local", "quantity", "remote", "total"}
_SITE_STATUSES = {("status_conflict", "status"), ("status_left_to_people", "site")}
_UNKNOWN = Entry(
    _("Unknown reason “%(code)s”."),
    _("Retry; if it repeats, ask whoever looks after the bridge."),
    Kind.RETRY,
    Retry.PERSON,
)


def sentence(code: str, params: Mapping[str, object]) -> str:
    """What happened, ready to read; parameters the sentence lacks show as '?'."""
    if not code:
        return ""
    values: defaultdict[str, object] = defaultdict(lambda: "?", code=code)
    values |= {name: _readable(code, name, str(value)) for name, value in params.items()}
    if why := params.get("why"):  # a detail that is not the vendor's word but the bridge's own
        names = params.get("names")
        values["detail"] = own_words.said(
            str(why), names if isinstance(names, Mapping) else {}, str(values["detail"])
        )
    if figures := params.get("figures"):  # of a reason that another problem names
        values["reason"] = sentence(
            str(params.get("reason")), figures if isinstance(figures, Mapping) else {}
        )
    if isinstance(reasons := params.get("reasons"), list):  # of several that it names: [code, figures]
        values["detail"] = " ".join(sentence(reason, names) for reason, names in reasons)
    return str(CATALOGUE.get(code, _UNKNOWN).sentence) % values


def _readable(code: str, name: str, value: str) -> str:
    if (code, name) in _SITE_STATUSES:
        return wording.status(value)
    if (code, name) == ("drift_stock_refused", "detail"):
        return goods_refusals.refusal(value)
    if (code, name) == ("drift_field_refused", "detail"):
        return goods_refusals.of_fields(value)
    if name == "field" and code in DRIFTS:
        return str(FIELDS.get(value, value))
    if name == "field" and code in incoming.ENTRIES:
        return site_fields.called(value)
    if name == "reason":
        return sentence(value, {})
    if name == "source":
        return str(SOURCES.get(value, value))
    if name == "documents":
        return wording.documents(value)
    return wording.amount(value) if name in _FIGURES else wording.quotes(value)


def entry(code: str) -> Entry:
    """The entry of a code; one nobody named has an entry too."""
    return CATALOGUE.get(code, _UNKNOWN)


def cause(code: str) -> str:
    """What happened, without its details: the sentence with dots in their places.

    The code in a sentence is the vendor's, a detail too; only a reason that has no entry is named by its own.
    """
    known = _Dots() if code in CATALOGUE else _Dots(code=code)
    return re.sub(r"…(?: …)*\.?", "…", str(entry(code).sentence) % known)


class _Dots(dict[str, str]):
    def __missing__(self, _key: str) -> str:
        return "…"


def remedy(code: str) -> str:
    """What a person can do about it."""
    return str(CATALOGUE.get(code, _UNKNOWN).remedy) if code else ""
