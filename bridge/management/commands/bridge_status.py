"""`python manage.py bridge_status [--json]`: the bridge's figures on the terminal."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from bridge.status import status


class Command(BaseCommand):
    help = "Show what waits, what failed, how far each flow has read, and whether the workers answer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        figures = status()
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2))
            return
        for part, values in figures.items():
            self.stdout.write(self.style.MIGRATE_HEADING(part))
            for name, value in values.items():
                text = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
                self.stdout.write(f"  {name}: {text if text != '' else '–'}")
