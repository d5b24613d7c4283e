"""`python manage.py upload_orders SHOP [--after … --before … --status … --ids … --only-link --watch]`: older orders."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bridge.connections.faults import problem_of
from bridge.connections.models import Shop
from bridge.domain.errors import DomainError
from bridge.problems import remedy, sentence
from bridge.sync.models import Upload
from bridge.sync.uploads import uploads
from bridge.sync.uploads.upload_choice import Chosen
from connectors.errors import ConnectorError

BAR = 30
EVERY = 1.0


class Command(BaseCommand):
    help = (
        "Link older orders of a shop with their documents in MoySklad and create those that are missing. The workers "
        "do it; pause and cancel it on the desk."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("shop", help="name of the shop")
        parser.add_argument("--after", type=date.fromisoformat, help="first day, like 2026-01-31")
        parser.add_argument("--before", type=date.fromisoformat, help="last day")
        parser.add_argument(
            "--status", action="append", default=[], help="only orders in this status; may be repeated"
        )
        parser.add_argument("--ids", nargs="+", type=int, default=[], help="only these orders of the site")
        parser.add_argument("--only-link", action="store_true", help="create nothing in MoySklad")
        parser.add_argument("--watch", action="store_true", help="show the progress until it ends")

    def handle(self, *args: Any, **options: Any) -> None:
        shop = Shop.objects.select_related("site", "account").filter(name=options["shop"]).first()
        if shop is None:
            known = ", ".join(Shop.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"There is no shop “{options['shop']}”; known: {known}")
        upload = self._start(shop, options)
        self.stdout.write(
            f"Upload {upload.pk} of {upload.total or 'an unknown number of'} orders is started."
        )
        if options["watch"]:
            self._watch(upload)

    def _start(self, shop: Shop, options: dict[str, Any]) -> Upload:
        chosen = Chosen(options["after"], options["before"], tuple(options["status"]), tuple(options["ids"]))
        try:
            return uploads.start(shop, chosen, create_missing=not options["only_link"])
        except DomainError as error:
            problem = error.problem
        except ConnectorError as error:
            problem = problem_of(error, shop.site)
        raise CommandError(f"{sentence(problem.code, problem.params)} {remedy(problem.code)}")

    def _watch(self, upload: Upload) -> None:
        """Until it ends or stands still; Ctrl-C stops the watching only."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            while upload.state == Upload.State.RUNNING:
                time.sleep(EVERY)
                upload.refresh_from_db()
                self._show(upload, "\r" if self.stdout.isatty() else "\n")
        except KeyboardInterrupt:
            self.stdout.write("\nThe upload goes on.")
            return
        self.stdout.write("")
        self.stdout.write(f"The upload is {upload.state}.")

    def _show(self, upload: Upload, end: str) -> None:
        percent = upload.percent
        filled = BAR * percent // 100
        figures = f"{upload.read}/{upload.total} read, {upload.linked} linked, {upload.queued} to be sent"
        more = f"{upload.known} known, {upload.doubtful} doubtful, {upload.left_alone} left alone"
        said = sentence(upload.problem, upload.problem_params)
        line = f"[{'#' * filled}{'.' * (BAR - filled)}] {percent:3}%  {figures}, {more}  {said}"
        self.stdout.write(line.rstrip(), ending=end)
        self.stdout.flush()
