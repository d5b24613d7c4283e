"""An alert in its reader's language: what happened, what to do, and the page that repairs it. Call it with the
recipient's language and time zone active.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from bridge import problems
from bridge.alerts.episodes import Event
from bridge.alerts.models import Alert, Kind
from bridge.connections.models import Vendor
from bridge.wording import money, quoted


@dataclass(frozen=True)
class Said:
    """`address` leads to `page`; empty when the bridge does not know its own address."""

    title: str
    lines: list[str] = field(default_factory=list)
    remedy: str = ""
    page: str = ""
    address: str = ""


def said(alert: Alert) -> Said:
    """What to tell of an alert."""
    if alert.subject == Kind.DIGEST:
        return _week(alert)
    if alert.event == Event.OVER:
        return _over(alert)
    return _SAYING[Kind(alert.subject)](alert)


def _failure(alert: Alert) -> Said:
    facts = alert.facts
    again = alert.event == Event.AGAIN
    title = _("%(shop)s: more of the same") if again else _("%(shop)s: something needs you")
    count = (
        _("New since the last alert: %(new)s. Waiting in all: %(count)s.")
        if again
        else _("Waiting: %(count)s.")
    )
    lines = [_cause(facts), count % facts]
    if orders := facts.get("orders"):
        more = facts["count"] > len(orders)
        text = _("Orders: %(orders)s and others.") if more else _("Orders: %(orders)s.")
        lines.append(text % {"orders": ", ".join(orders)})
    return Said(
        title % {"shop": _shop(alert)}, lines, problems.remedy(facts.get("code", "")), *_attention(alert)
    )


def _away(alert: Alert) -> Said:
    again = alert.event == Event.AGAIN
    title = _("%(who)s still does not answer") if again else _("%(who)s does not answer")
    return Said(
        title % {"who": _who(alert)},
        [
            _("Since %(time)s. Reason: %(cause)s") % {"time": _since(alert), "cause": _cause(alert.facts)},
            _("Nothing is lost: what is to be sent waits, and goes by itself as soon as there is an answer."),
        ],
        problems.remedy(alert.facts.get("code", "")),
        *_connection_page(alert),
    )


def _auth(alert: Alert) -> Said:
    again = alert.event == Event.AGAIN
    title = (
        _("%(who)s still does not let the bridge in") if again else _("%(who)s does not let the bridge in")
    )
    return Said(
        title % {"who": _who(alert)},
        [
            _("Since %(time)s. The stored login is not accepted any more.") % {"time": _since(alert)},
            _("Orders are kept, but none gets through until the login is right again."),
        ],
        problems.remedy(alert.facts.get("code", "")),
        *_connection_page(alert),
    )


def _backlog(alert: Alert) -> Said:
    return Said(
        _("The exchange is late"),
        [
            _("The oldest news has been waiting for %(minutes)s min. Waiting in all: %(waiting)s.")
            % alert.facts,
            _("Nothing is lost. After a big import this is usual; otherwise look what keeps it."),
        ],
        "",
        *_page(_("Outgoing"), "bridge_outboxmessage_changelist", {"state": "waiting"}),
    )


def _budget(alert: Alert) -> Said:
    what = {
        "too_many": _("MoySklad refuses many calls, because there are too many of them."),
        "failing": _("The same call fails again and again."),
        "puts": _("The same document is written again and again."),
    }
    percent = _("In one minute it was %(percent)s %% of what MoySklad locks a user out for.") % alert.facts
    return Said(
        _("%(who)s may lock the bridge out") % {"who": _who(alert)},
        [what[alert.facts["what"]], percent],
        _(
            "See in the API log what is called so often. Do other services use the same employee? "
            "Give the bridge an employee of its own."
        ),
        *_page(_("API log"), "bridge_apicall_changelist"),
    )


def _worker(alert: Alert) -> Said:
    again = alert.event == Event.AGAIN
    return Said(
        _("The exchange still stands still") if again else _("The exchange stands still"),
        [
            _("Since %(time)s nothing is sent in either direction.") % {"time": _since(alert)},
            _("Nothing is lost: new orders are stored and go as soon as it works again."),
        ],
        _("Ask whoever runs the bridge to start its worker again."),
        *_page(_("Home"), "index"),
    )


_SAYING = {
    Kind.FAILURE: _failure,
    Kind.AWAY: _away,
    Kind.AUTH: _auth,
    Kind.BACKLOG: _backlog,
    Kind.BUDGET: _budget,
    Kind.WORKER: _worker,
}


def _over(alert: Alert) -> Said:
    """The end of a trouble, with how long it lasted."""
    span = _("It lasted from %(since)s until %(until)s.") % {
        "since": _since(alert),
        "until": _when(alert.created_at),
    }
    match alert.subject:
        case Kind.FAILURE:
            title = _("%(shop)s: done, nothing waits any more") % {"shop": _shop(alert)}
            return Said(title, [_("The reason was: %(cause)s") % {"cause": _cause(alert.facts)}, span])
        case Kind.AWAY:
            text = _("What was waiting goes by itself now.")
            return Said(_("%(who)s answers again") % {"who": _who(alert)}, [span, text])
        case Kind.AUTH:
            text = _("What was waiting goes by itself now.")
            return Said(_("%(who)s lets the bridge in again") % {"who": _who(alert)}, [span, text])
        case Kind.BACKLOG:
            return Said(_("The exchange has caught up"), [span])
        case Kind.BUDGET:
            title = _("%(who)s: the number of calls is in order again") % {"who": _who(alert)}
            return Said(title, [span])
    return Said(_("The exchange works again"), [span, _("What was waiting goes by itself now.")])


def _week(alert: Alert) -> Said:
    facts = alert.facts
    days = {"since": _day(facts["since"]), "until": _day(facts["until"])}
    title = _("%(shop)s: the week %(since)s – %(until)s") % {"shop": _shop(alert), **days}
    lines = [
        _("Orders: %(count)s for %(sum)s.") % {"count": count, "sum": money(minor, currency)}
        for currency, count, minor in facts["orders"]
    ] or [_("No orders this week.")]
    if facts["causes"]:
        lines.append(_("Stood still and needed somebody:"))
        for code, total, over in facts["causes"]:
            state = _("solved") if over else _("still waits")
            lines.append(f"• {_cause({'code': code})} ({total}, {state})")
    else:
        lines.append(_("Nothing stood still."))
    if facts["waiting"]:
        lines.append(_("Needs attention now: %(count)s.") % {"count": facts["waiting"]})
    lines += [_stock(facts), _comparison(facts)]
    return Said(title, lines, "", *_attention(alert))


def _stock(facts: dict[str, Any]) -> str:
    if not facts["writes"]:
        return _("Stock is not written to the site.")
    if not facts["stock_at"]:
        return _("Stock has not been read from MoySklad yet.")
    return _("Stock was last read from MoySklad: %(time)s.") % {"time": _moment(facts["stock_at"])}


def _comparison(facts: dict[str, Any]) -> str:
    if not facts["compared_at"]:
        return _("The two sides have not been compared yet.")
    return _("Last comparison of both sides: %(time)s, differences: %(count)s.") % {
        "time": _moment(facts["compared_at"]),
        "count": facts["differences"],
    }


def _cause(facts: dict[str, Any]) -> str:
    """Without the details of the single case: they may name a buyer."""
    text = problems.cause(facts["code"]) if facts.get("code") else _("No reason is known.")
    return f"{text[:-3]}." if text.endswith(": …") else text


def _shop(alert: Alert) -> str:
    return alert.shop.name if alert.shop is not None else _("All shops")


def _who(alert: Alert) -> str:
    """'The site of “kruzhki”', 'MoySklad “main”'."""
    name = quoted(alert.facts.get("name", ""))
    if alert.facts.get("vendor") == Vendor.WOOCOMMERCE:
        return _("The site %(name)s") % {"name": name}
    return _("MoySklad %(name)s") % {"name": name}


def _attention(alert: Alert) -> tuple[str, str]:
    asked = {"shop": alert.shop_id, "cause": alert.facts.get("code", "")}
    given = {name: value for name, value in asked.items() if value}
    return _page(_("Needs attention"), "bridge_outboxmessage_attention", given)


def _connection_page(alert: Alert) -> tuple[str, str]:
    path = reverse("admin:bridge_connection_change", args=[alert.connection_id or 0])
    return _("Connections"), f"{settings.BRIDGE_PUBLIC_URL}{path}" if settings.BRIDGE_PUBLIC_URL else ""


def _page(name: str, url: str, asked: dict[str, Any] | None = None) -> tuple[str, str]:
    if not settings.BRIDGE_PUBLIC_URL:
        return name, ""
    query = f"?{urlencode(asked)}" if asked else ""
    return name, f"{settings.BRIDGE_PUBLIC_URL}{reverse(f'admin:{url}')}{query}"


def _since(alert: Alert) -> str:
    return _moment(alert.facts["since"])


def _moment(iso: str) -> str:
    return _when(datetime.fromisoformat(iso))


def _when(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def _day(iso: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(iso)), "SHORT_DATE_FORMAT")
