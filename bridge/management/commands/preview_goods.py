"""`manage.py preview_goods [--shop NAME] [--csv FILE] [--rows N] [--confirm [--from-now-on]]`: what would change."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from bridge.connections.models import Shop
from bridge.dashboard.changes import change_words, changes_table
from bridge.dashboard.spreadsheet_download import separator
from bridge.domain import spreadsheet
from bridge.domain.errors import DomainError
from bridge.problems import remedy, sentence
from bridge.routes import LONG_WORK
from bridge.sync import leased
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews import runs
from bridge.sync.previews.totals import by_weight, totals

Step, State = GoodsRun.Step, GoodsRun.State
EVERY = 0.3
WIDTHS = (16, 34, 16, 26)


class Command(BaseCommand):
    help = (
        "Show what would change on the goods of a site: stock, and the prices and texts that follow MoySklad. Nothing "
        "is written without --confirm."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shop", help="name of the shop; not needed where there is one only")
        parser.add_argument("--csv", metavar="FILE", help="write all changes to this file")
        parser.add_argument("--rows", type=int, default=30, help="show so many changes (30)")
        parser.add_argument("--confirm", action="store_true", help="write what is shown to the site")
        parser.add_argument(
            "--from-now-on",
            action="store_true",
            help="with --confirm: later changes are written by themselves",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        shop = self._shop(options.get("shop"))
        try:
            run = runs.start(shop)
        except DomainError as error:
            raise CommandError(_said(error)) from error
        self._work(run, Step.READY)
        self._table(by_weight(run.changes.all()), options["rows"])
        self._totals(run)
        if options.get("csv"):
            self._save(run, Path(options["csv"]))
        if not options["confirm"]:
            self.stdout.write(
                f"Preview {run.pk} of {shop.name} waits for you on the desk; nothing was written."
            )
            return
        runs.confirm(run, then_on=options["from_now_on"])
        self._work(run, Step.WRITTEN)
        self._table(by_weight(run.changes.exclude(state=GoodsChange.State.WRITTEN)), options["rows"])
        self._totals(run)

    def _shop(self, name: str | None) -> Shop:
        shops = Shop.objects.select_related("site", "account").order_by("name")
        found = list(shops.filter(name=name) if name else shops[:2])
        if len(found) == 1:
            return found[0]
        known = ", ".join(shops.values_list("name", flat=True)) or "none"
        raise CommandError(f"Name the shop with --shop; known: {known}")

    def _work(self, run: GoodsRun, step: str) -> None:
        """Portion by portion until that step is reached: here, or by a worker that was quicker."""
        told = ""
        while run.step != step:
            if not leased.run(leased.kind_of(run), run.pk, LONG_WORK):
                time.sleep(EVERY)
            run.refresh_from_db()
            if run.state == State.CANCELLED:
                raise CommandError("It was ended on the desk.")
            if run.problem and run.problem != told:
                told = run.problem
                self.stdout.write(f"{sentence(run.problem, run.problem_params)} {remedy(run.problem)}")

    def _table(self, rows: QuerySet[GoodsChange], most: int) -> None:
        found = list(rows.select_related("listing", "product")[:most])
        if not found:
            return
        self._line("SKU", "Item", "Field", "Now → then", "Reason")
        self._line(*("-" * width for width in (*WIDTHS, 30)))
        for row in found:
            name, sku = change_words.item(row)
            change = f"{change_words.value(row, row.old)} → {change_words.value(row, row.new)}"
            mark = f" ({row.get_mark_display()})" if row.mark else ""
            why = change_words.outcome(row) or change_words.reason(row)
            self._line(sku, name, change_words.field(row.field), change + mark, why)
        if (more := rows.count() - len(found)) > 0:
            self.stdout.write(f"… and {more} more (--rows, --csv)")

    def _line(self, *cells: str) -> None:
        fitted = [_fit(text, width) for text, width in zip(cells, WIDTHS, strict=False)]
        self.stdout.write("  ".join([*fitted, *cells[len(WIDTHS) :]]).rstrip())

    def _totals(self, run: GoodsRun) -> None:
        counts = totals(run)
        if not counts:
            self.stdout.write("Nothing would change: the site shows what it should.")
        for field, states in counts.items():
            told = ", ".join(f"{_name(state)} {n}" for state, n in states.items())
            self.stdout.write(f"{change_words.field(field)}: {told}")

    def _save(self, run: GoodsRun, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = changes_table.table(run.changes.order_by("pk"))
            file.writelines(spreadsheet.lines(rows, separator()))
        self.stdout.write(f"Written to {path}")


def _fit(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else f"{text[: width - 1]}…"


def _name(state: str) -> str:
    kind, _colon, mark = state.partition(":")
    return str(GoodsChange.Mark(mark).label if kind == "mark" else GoodsChange.State(state).label)


def _said(error: DomainError) -> str:
    problem = error.problem
    return f"{sentence(problem.code, problem.params)} {remedy(problem.code)}"
