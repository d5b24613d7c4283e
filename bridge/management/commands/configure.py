"""`python manage.py configure FILE.toml`: connections, shops and mappings from one file (docs/configuration.md)."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from bridge.configuration.apply import apply
from bridge.configuration.dump import dump
from bridge.configuration.errors import ConfigurationError
from bridge.configuration.history import Settings, note
from bridge.configuration.read import read
from bridge.people import roles


class Command(BaseCommand):
    help = "Create or update connections, shops and mappings from a file; prints event addresses and secrets as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, help="the TOML file, or the JSON that --show prints"
        )
        parser.add_argument("--by", help="whose name stands in the history; an owner's, if it is not given")
        parser.add_argument(
            "--show", action="store_true", help="print the present settings as JSON, without secrets"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["show"]:
            self.stdout.write(json.dumps(dump(), ensure_ascii=False, indent=2))
            return
        if options["file"] is None:
            raise CommandError("Name a file, or --show.")
        by, before = _person(options["by"]), Settings.now()
        try:
            result = apply(read(options["file"]))
        except ConfigurationError as error:
            raise CommandError(
                "Nothing was changed:\n" + "\n".join(f"  {m}" for m in error.mistakes)
            ) from None
        if by is not None:
            note(by, before, Settings.now())
        self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))


def _person(login: str | None) -> User | None:
    """Nobody while a bridge has no owner yet: there is no history before its first person."""
    if login is None:
        return roles.owners().first()
    found = User.objects.filter(username=login).first()
    if found is None:
        raise CommandError(f"Nobody signs in as {login}.")
    return found
