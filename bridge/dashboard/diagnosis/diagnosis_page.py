"""What the page of a look at everything shows: each check, how it stands, what to do."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bridge.dashboard import shown
from bridge.diagnosis import report, runs, words
from bridge.diagnosis.findings import BAD, NOTE, OK, WARN, Found
from bridge.diagnosis.look import Look
from bridge.diagnosis.models import Diagnosis
from bridge.diagnosis.of_bridge import queue
from bridge.diagnosis.table import GROUPS, checks_of

COLOURS = {OK: "success", NOTE: "info", WARN: "warning", BAD: "danger"}
ICONS = {OK: "check_circle", NOTE: "info", WARN: "warning", BAD: "error", "": "hourglass_empty"}
SAID = {OK: _("good"), NOTE: _("worth knowing"), WARN: _("works less well"), BAD: _("does not work")}


def context(run: Diagnosis) -> dict[str, Any]:
    """Everything the template needs, ready to print. `alive`: it renews itself."""
    alive = run.state == Diagnosis.State.RUNNING
    found = dict(run.found)
    stuck = alive and runs.stuck(run)
    if stuck:  # nobody takes it from the queue: that alone can be said from here
        seen = queue(Look(run))
        found["queue"] = seen.stored() if isinstance(seen, Found) else {}
    checks = checks_of(shop=run.shop_id is not None)
    groups = [
        {"name": name, "lines": [_line(one, found.get(one.code)) for one in checks if one.group == code]}
        for code, name in GROUPS.items()
        if any(one.group == code for one in checks)
    ]
    levels = [one["level"] for one in found.values()]
    return {
        "groups": groups,
        "alive": alive,
        "stuck": stuck,
        "done": len(run.found),
        "total": len(checks),
        "bad": levels.count(BAD),
        "warned": levels.count(WARN),
        "all_good": not alive and not levels.count(BAD) and not levels.count(WARN),
        "when": shown.when(run.created_at),
        "report": report.text(run) if not alive else "",
        "url": reverse("admin:bridge_diagnosis_changelist") + (f"?shop={run.shop_id}" if run.shop_id else ""),
    }


def _line(check: Any, found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        return {
            "title": check.title,
            "level": "",
            "icon": ICONS[""],
            "colour": "muted",
            "said": "",
            "text": "",
        }
    level = found["level"]
    return {
        "title": check.title,
        "level": level,
        "icon": ICONS[level],
        "colour": COLOURS[level],
        "said": SAID[level],
        "text": words.sentence(found["code"], found["params"]),
        "remedy": words.remedy(found["code"]) if level != OK else "",
    }
