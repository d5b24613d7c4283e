"""`python manage.py configure FILE.toml`: connections, shops and mappings from one file (docs/configuration.md)."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bridge.configuration.apply import apply
from bridge.configuration.dump import dump
from bridge.configuration.errors import ConfigurationError
from bridge.configuration.read import read


class Command(BaseCommand):
    help = "Create or update connections, shops and mappings from a file; prints event addresses and secrets as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="the TOML file")
        parser.add_argument(
            "--show", action="store_true", help="print the present settings as JSON, without secrets"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["show"]:
            self.stdout.write(json.dumps(dump(), ensure_ascii=False, indent=2))
            return
        if options["file"] is None:
            raise CommandError("Name a file, or --show.")
        try:
            result = apply(read(options["file"]))
        except ConfigurationError as error:
            raise CommandError(
                "Nothing was changed:\n" + "\n".join(f"  {m}" for m in error.mistakes)
            ) from None
        self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))
