"""How the desk speaks of calls: what came of one, what it was made for, how long it took."""

from __future__ import annotations

import json

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bridge.apilog.models import MOST_COUNTED, NOT_NOTED, ApiCall
from bridge.connections.faults import AWAY
from bridge.connections.models import Vendor
from bridge.dashboard.words import FLOWS, KINDS, TOPICS, Words, word
from bridge.problems import sentence
from bridge.routes import LONG_WORK

SYSTEMS: Words = dict(Vendor.choices)

# What a status says, in a person's words; of others the class is named.
STATUSES: Words = {
    "400": gettext_lazy("the call was not understood"),
    "401": gettext_lazy("the keys or the signature were not accepted"),
    "403": gettext_lazy("not allowed"),
    "404": gettext_lazy("not found"),
    "409": gettext_lazy("somebody changed it at the same time"),
    "412": gettext_lazy("refused: something in it is missing or wrong"),
    "413": gettext_lazy("too large"),
    "429": gettext_lazy("too many calls, it is repeated later"),
}


def colour(call: ApiCall) -> str:
    if call.status == 0 or call.status >= 500:
        return "danger"
    return "warning" if call.status >= 400 or call.error else "success"


def result(call: ApiCall) -> str:
    """'200', '404', 'no answer'"""
    return str(call.status) if call.status else _("no answer")


def meaning(call: ApiCall) -> str:
    """Why it failed, in words; '' for a success."""
    if call.code in AWAY:
        return sentence(call.code, {"system": system(call)})
    if call.status < 400:
        return _("the answer could not be used") if call.status and call.error else ""
    said = _("an error of the other side") if call.status >= 500 else _("refused")
    return str(STATUSES.get(str(call.status), said))


def system(call: ApiCall) -> str:
    """The other side: 'MoySklad', or its host where it is not known."""
    return str(SYSTEMS.get(call.vendor, call.host))


def purpose(call: ApiCall) -> str:
    """What it was made for; '' for a call that a person's click made, and for one that came in. A row that stands for
    many says so.
    """
    if not call.purpose:
        return ""
    if call.purpose == NOT_NOTED:
        more = "+" if call.messages == MOST_COUNTED else ""
        return _("%(count)s more refused calls were not written") % {"count": f"{call.messages}{more}"}
    if call.message_id:
        return word(KINDS, call.purpose)
    if call.event_id:
        return word(TOPICS, call.purpose)
    if call.purpose in LONG_WORK:
        return str(LONG_WORK[call.purpose].model._meta.verbose_name)
    return word(FLOWS, call.purpose)


def duration(call: ApiCall) -> str:
    if call.duration_ms < 1000:
        return _("%(n)s ms") % {"n": call.duration_ms}
    return _("%(n)s s") % {"n": _tenths(call.duration_ms / 1000)}


def size(count: int) -> str:
    if count < 1024:
        return _("%(n)s B") % {"n": count}
    if count < 1024 * 1024:
        return _("%(n)s KB") % {"n": _tenths(count / 1024)}
    return _("%(n)s MB") % {"n": _tenths(count / 1024**2)}


def _tenths(value: float) -> str:
    return str(number_format(round(value, 1), decimal_pos=1, use_l10n=True))


def body(text: str) -> str:
    """A stored body as people read it: JSON with indents, anything else as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def answer(call: ApiCall) -> str:
    """'200 in 310 ms', and what went wrong."""
    said = _("%(result)s in %(time)s") % {"result": result(call), "time": duration(call)}
    return f"{said}: {why}" if (why := meaning(call)) else said
