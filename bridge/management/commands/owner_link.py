"""`manage.py owner_link [--name NAME]`: a one-time link for the first owner, or for one who cannot sign in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.people import links, roles
from bridge.people.first_start import told


class Command(BaseCommand):
    help = (
        "Print a one-time link: it makes the first owner's account, or lets an owner choose a new password "
        "(which also takes the second step away)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", help="which owner, where there are several")

    def handle(self, *args: Any, **options: Any) -> None:
        owners = list(roles.owners())
        if not owners:
            self.stdout.write(told(_("This link makes the owner's account:"), links.first_owner()))
            return
        wanted = [one for one in owners if options["name"] in (None, one.get_username())]
        if len(wanted) != 1:
            names = ", ".join(one.get_username() for one in owners)
            said = gettext("Say which owner with --name. There are: %(names)s")
            raise CommandError(said % {"names": names})
        says = format_lazy(
            _("With this link {name} chooses a new password; a second step is switched off:"),
            name=wanted[0].get_username(),
        )
        self.stdout.write(told(says, links.new_password(wanted[0])))
