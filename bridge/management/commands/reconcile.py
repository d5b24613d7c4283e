"""`python manage.py reconcile [--shop NAME] [--order NUMBER | --sku SKU] [--repair]`: do both sides say the same?"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.orders.models import Order
from bridge.problems import remedy, sentence
from bridge.routes import LONG_WORK
from bridge.sync import leased
from bridge.sync.models import Drift, Reconciliation
from bridge.sync.reconcile import reconciliations

EVERY = 0.3
WIDTHS = (9, 28, 22, 22)
State = Drift.State


class Command(BaseCommand):
    help = (
        "Compare orders, stock, prices and links of a shop with MoySklad. Prints what differs and why; ends with 0 "
        "when all is equal, with 1 when something differs, with 2 when it could not be compared."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shop", help="name of the shop (otherwise all)")
        parser.add_argument("--order", help="only the order with this number")
        parser.add_argument("--sku", help="only the goods with this SKU")
        parser.add_argument(
            "--repair",
            action="store_true",
            help="repair what differs; of what people changed on one side only an order or item that is named",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        runs = [self._finished(run) for run in self._begin(options)]
        rows = self._rows(runs)
        self._table(rows)
        if options["repair"] and rows.exists():
            named = bool(options["order"] or options["sku"])
            self._repair(runs, overwriting=named)
            rows = self._rows(runs)
            self.stdout.write("")
            self._table(rows)
        self._summary(runs, rows)
        if rows.exists():
            sys.exit(1)

    def _begin(self, options: dict[str, Any]) -> list[Reconciliation]:
        shops = Shop.objects.filter(name=options["shop"]) if options["shop"] else Shop.objects.all()
        if not shops:
            known = ", ".join(Shop.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"There is no shop “{options['shop']}”; known: {known}", returncode=2)
        if options["order"]:
            orders = Order.objects.filter(shop__in=shops, number=options["order"].lstrip("#"))
            return [
                reconciliations.of_order(order) for order in self._some(orders, "order", options["order"])
            ]
        if options["sku"]:
            goods = Listing.objects.filter(shop__in=shops, sku=options["sku"])
            return [reconciliations.of_listing(one) for one in self._some(goods, "SKU", options["sku"])]
        return [self._whole(shop) for shop in shops]

    @staticmethod
    def _some(rows: QuerySet[Any], what: str, name: str) -> Iterable[Any]:
        found = list(rows.select_related("shop"))
        if not found:
            raise CommandError(f"The bridge knows no {what} “{name}”.", returncode=2)
        return found

    @staticmethod
    def _whole(shop: Shop) -> Reconciliation:
        """A new comparison, or the one that runs already."""
        running = reconciliations.whole(shop).filter(state__in=leased.OPEN).first()
        if running is not None and running.state == Reconciliation.State.PAUSED:
            raise CommandError(
                f"The comparison of {shop.name} is paused; go on with it on the desk.", returncode=2
            )
        return running or reconciliations.start(shop)

    def _finished(self, run: Reconciliation) -> Reconciliation:
        """Worked on here, unless a worker does."""
        while run.state == Reconciliation.State.RUNNING:
            if not leased.run(leased.kind_of(run), run.pk, LONG_WORK):
                time.sleep(EVERY)
            run.refresh_from_db()
            if run.problem:
                said = f"{sentence(run.problem, run.problem_params)} {remedy(run.problem)}"
                raise CommandError(f"{run.shop.name} could not be compared: {said}", returncode=2)
        return run

    @staticmethod
    def _rows(runs: list[Reconciliation]) -> QuerySet[Drift]:
        """What differs of what was compared."""
        rows = Drift.objects.filter(state__in=(State.OPEN, State.REPAIRING))
        found = rows.none()
        for run in runs:
            found |= rows.filter(shop=run.shop_id, **reconciliations.of(run))
        return found.order_by("shop", "subject", "title")

    def _repair(self, runs: list[Reconciliation], *, overwriting: bool) -> None:
        for run in runs:
            rows = Drift.objects.filter(shop=run.shop_id, state=State.OPEN, **reconciliations.of(run))
            repair = reconciliations.repair(rows, overwriting=overwriting)
            if repair is not None:
                self.stdout.write(f"{run.shop.name}: {repair.total} differences are being repaired.")
                self._finished(repair)

    def _table(self, rows: QuerySet[Drift]) -> None:
        for row in rows.iterator():
            cells = (str(row.get_subject_display()), row.title, row.here, row.there)
            line = "  ".join(_cell(text, width) for text, width in zip(cells, WIDTHS, strict=True))
            self.stdout.write(f"{line}  {sentence(row.code, row.params)}")

    def _summary(self, runs: list[Reconciliation], rows: QuerySet[Drift]) -> None:
        counts = [figures for run in runs for figures in run.counts.values()]
        compared, on_way, accepted = (
            sum(int(figures.get(name, 0)) for figures in counts)
            for name in ("compared", "on_way", "accepted")
        )
        more = f", {on_way} on their way" if on_way else ""
        more += f", {accepted} accepted as they are" if accepted else ""
        said = f"{rows.count()} differ" if rows.exists() else "all equal"
        self.stdout.write(f"{compared} compared: {said}{more}.")


def _cell(text: str, width: int) -> str:
    shown = text if len(text) <= width else f"{text[: width - 1]}…"
    return shown.ljust(width)
