"""`manage.py personal_data show|export|anonymise WHO [--by OWNER]`: what is known of a customer, given or taken out."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from bridge.people import roles
from bridge.personal import whose
from bridge.personal.anonymise import anonymise, counts
from bridge.personal.export import export


class Command(BaseCommand):
    help = "What is known of a customer, by e-mail or whole phone number: counted, written out as JSON, or taken out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["show", "export", "anonymise"])
        parser.add_argument("who", help="e-mail address or whole phone number")
        parser.add_argument("--by", help="the owner in whose name it is kept in the history (anonymise)")

    def handle(self, *args: Any, **options: Any) -> None:
        found = whose.of(options["who"])
        if options["what"] == "export":
            self.stdout.write(json.dumps(export(found), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
            return
        if options["what"] == "anonymise":
            owner = roles.owners().filter(username=options["by"]).first()
            if owner is None:
                raise CommandError("Say with --by in which owner's name it is kept in the history.")
            self._counts(found)
            self.stdout.write(f"{anonymise(found, owner)} orders hold no personal data any more.")
            return
        self._counts(found)

    def _counts(self, found: whose.Found) -> None:
        for name, count in counts(found).items():
            self.stdout.write(f"{name}: {count}")
        if found.busy:
            numbers = ", ".join(order.number for order in found.busy)
            self.stdout.write(f"Left alone, since something of them is still to be sent or read: {numbers}")
