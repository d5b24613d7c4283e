"""`python manage.py diagnose [--shop NAME] [--json]`: the diagnosis on the terminal, at once and without the queue."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from bridge.connections.models import Shop
from bridge.diagnosis import report, runs, words
from bridge.diagnosis.findings import BAD
from bridge.diagnosis.models import Diagnosis


class Command(BaseCommand):
    help = "Look at the bridge, each site and each account, and say what to do; ends with 1 where something is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shop", help="only this shop, by its name")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        looks = [runs.at_once(shop, "manage.py diagnose") for shop in _shops(options["shop"])]
        if options["json"]:
            shown = {look.shop.name if look.shop else "": _told(look) for look in looks}
            self.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n\n".join(report.text(look) for look in looks))
        if any(found["level"] == BAD for look in looks for found in look.found.values()):
            raise CommandError(_("Something does not work; it is marked with [x]."))


def _shops(name: str | None) -> list[Shop | None]:
    """Those asked for; the bridge alone where there is no shop yet."""
    shops = Shop.objects.select_related("site", "account").order_by("name")
    if name is None:
        return list(shops) or [None]
    found = list(shops.filter(name=name))
    if not found:
        known = ", ".join(shops.values_list("name", flat=True))
        said = _("There is no shop “%(name)s”; there are: %(known)s.")
        raise CommandError(said % {"name": name, "known": known or "–"})
    return list(found)


def _told(look: Diagnosis) -> dict[str, Any]:
    """By check: how it stands, a code for programs, and the sentence."""
    return {
        check: {
            "level": found["level"],
            "code": found["code"],
            "text": report.without_secrets(words.sentence(found["code"], found["params"])),
        }
        for check, found in look.found.items()
    }
