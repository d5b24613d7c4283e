"""`python manage.py sandbox`: stand-ins of MoySklad and of a shop on loopback (connectors/sandbox/README.md)."""

from __future__ import annotations

from argparse import REMAINDER, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from connectors.sandbox.__main__ import main


class Command(BaseCommand):
    help = "Serve the MoySklad and shop sandboxes on loopback; options as in connectors/sandbox/README.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("arguments", nargs=REMAINDER, help="passed on to the sandbox")

    def handle(self, *args: Any, **options: Any) -> None:
        main(options["arguments"])
