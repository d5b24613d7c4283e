"""What the page of a comparison shows: how far it is, and by subject what was compared, differs, is on its way."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bridge.catalog.models import Listing
from bridge.dashboard import shown
from bridge.dashboard.long_work_page import Progress
from bridge.dashboard.long_work_page import tag as tag
from bridge.orders.models import Order
from bridge.sync.fields import wishes
from bridge.sync.models import Drift, Reconciliation
from bridge.sync.reconcile import reconciliations, scope

State = Reconciliation.State


def context(run: Reconciliation) -> dict[str, Any]:
    """What came of it, by subject."""
    differ = reconciliations.differing(run)
    return {
        "result": result(run),
        "equal": run.state == State.DONE and not differ,
        "figures": [] if run.chosen.get("repair") else _figures(run),
        "goods_off": not run.chosen and not run.shop.write_goods,
        "differences": f"{reverse('admin:bridge_drift_changelist')}?reconciliation__id__exact={run.pk}",
    }


def progress(run: Reconciliation) -> Progress:
    return Progress(run.done, run.total, run.state == State.DONE)


def described(run: Reconciliation) -> str:
    """What it is about: "Everything, orders from 23.10.2026", "Order 640", "Repair of differences: 3"."""
    if run.chosen.get("repair"):
        return _("Repair of differences: %(count)s") % {"count": run.total}
    if "order" in run.chosen:
        number = Order.objects.filter(pk=run.chosen["order"]).values_list("number", flat=True).first()
        return _("Order %(number)s") % {"number": number or "?"}
    if "listing" in run.chosen:
        return str(Listing.objects.filter(pk=run.chosen["listing"]).first() or "?")
    day = date_format(localtime(scope.since(run)), "SHORT_DATE_FORMAT")
    return _("Everything, orders from %(day)s") % {"day": day}


def result(run: Reconciliation) -> str:
    if run.state != State.DONE:
        return shown.EMPTY
    if run.chosen.get("repair"):
        left = run.drifts.filter(state__in=(Drift.State.OPEN, Drift.State.REPAIRING)).count()
        return _("still different: %(count)s") % {"count": left} if left else _("all repaired")
    differ = reconciliations.differing(run)
    return _("different: %(count)s") % {"count": differ} if differ else _("all equal")


def _figures(run: Reconciliation) -> list[dict[str, Any]]:
    now = dict(
        run.drifts.filter(state=Drift.State.OPEN)
        .order_by()
        .values_list("subject")
        .annotate(n=Count("pk"))
        .values_list("subject", "n")
    )
    names = {
        Drift.Subject.ORDER: _("Orders"),
        Drift.Subject.STOCK: _("Stock"),
        Drift.Subject.PRICE: _("Prices and texts"),
        Drift.Subject.LINK: _("Links"),
    }
    rows = []
    for subject, figures in reconciliations.figures(run).items():
        compared, on_way = figures.get("compared", 0), figures.get("on_way", 0)
        note = _("compared: %(count)s") % {"count": compared}
        if subject == Drift.Subject.PRICE and not compared and not wishes.follow_moysklad(run.shop):
            note = _("not compared: no field follows MoySklad")
        notes = [note, _("on their way: %(count)s") % {"count": on_way} if on_way else ""]
        differ = figures.get("differ", 0)
        left = now.get(subject, 0)
        if differ > left:
            notes.append(_("settled since: %(count)s") % {"count": differ - left})
        told = ", ".join(one for one in notes if one)
        rows.append({"name": names[Drift.Subject(subject)], "value": differ, "note": told})
    return rows
